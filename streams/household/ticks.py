"""What the passing of days does: findings expire, silences begin to speak, and cease to.

Clock rules speak at ticks only.  A household is woken on the day that `wake_on` names, so a tick
costs as much as there are households for which it can change anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from streams.household.conditions import on_day
from streams.household.findings import (
    COOL_DOWN_DAYS,
    Advance,
    Cause,
    ChangeKind,
    FindingChange,
    ended,
    expires_on,
    in_order,
    is_of_clock,
    is_silent,
    raised,
)
from streams.household.rules import ClockRule
from streams.household.rules.rule import Span
from streams.household.state import Finding, FindingStatus

Spans = Sequence[tuple[ClockRule, Span]]
_Key = tuple[str, str]
_ONE_DAY = timedelta(days=1)


def begin_day(findings: Sequence[Finding], spans: Spans, today: date, cause: Cause) -> Advance:
    """End what has had its term or no longer holds, then raise what clock rules say today.

    `spans` are those since `today`.
    A condition that a person dismissed says nothing more until it has ceased to hold.
    """
    holding: dict[_Key, tuple[ClockRule, Span]] = {}
    for rule, span in spans:
        if span.holds_on(today):
            holding.setdefault((rule.rule_id, span.subject), (rule, span))
    current: dict[_Key, Finding] = {}
    changes: list[FindingChange] = []
    for finding in findings:
        current[finding.key] = finding
        if finding.status.is_open and (
            finding.key not in holding if is_of_clock(finding) else expires_on(finding) <= today
        ):
            closed = finding.closed(FindingStatus.EXPIRED, cause.day)
            changes.append(ended(ChangeKind.EXPIRED, finding, closed, cause, None))
            current[finding.key] = closed
        elif finding.stands and finding.key not in holding:
            current[finding.key] = replace(finding, stands=False)
    for key, (rule, span) in holding.items():
        known = current.get(key)
        if known is not None and (
            _speaks(known) or is_silent(known, span.level, span.severity, today)
        ):
            continue
        finding = raised(on_day(rule, span, today), cause)
        current[key] = finding
        changes.append(
            FindingChange(
                kind=ChangeKind.RAISED, finding=finding, evidence=finding.evidence, cause=cause
            )
        )
    return Advance(findings=in_order(current.values()), changes=tuple(changes))


def wake_on(findings: Sequence[Finding], spans: Spans, after: date) -> date | None:
    """Return the first day after `after` whose tick may change this household, or None.

    `spans` are those since `after`.
    """
    first = after + _ONE_DAY
    days = [
        max(first, expires_on(finding))
        for finding in findings
        if finding.status.is_open and not is_of_clock(finding)
    ]
    days += _clock_days(
        {finding.key: finding for finding in findings if is_of_clock(finding)},
        spans,
        first,
    )
    return min(days, default=None)


def _clock_days(known: Mapping[_Key, Finding], found: Spans, first: date) -> Iterator[date]:
    """Yield the days from `first` on at which a finding of a clock rule may end or begin."""
    spans: dict[_Key, list[Span]] = {}
    for rule, span in found:
        spans.setdefault((rule.rule_id, span.subject), []).append(span)
    for key, finding in known.items():
        if _speaks(finding):
            ends_on = _end(spans.get(key, ()), first)
            if ends_on is not None:
                yield ends_on
    for key, stretches in spans.items():
        finding_or_none = known.get(key)
        if finding_or_none is not None and _speaks(finding_or_none):
            continue
        for span in stretches:
            begins_on = _begin(finding_or_none, span, first)
            if span.holds_on(begins_on):
                yield begins_on


def _end(spans: Sequence[Span], day: date) -> date | None:
    """Return the first day from `day` on that no span covers; None when there is none."""
    for span in spans:
        if span.holds_on(day):
            return None if span.until is None else _end(spans, span.until)
    return day


def _begin(finding: Finding | None, span: Span, first: date) -> date:
    """Return the first day from `first` on at which a span may raise a finding.

    A closed finding may keep it quiet for some days; `is_silent` says which.
    """
    begins_on = max(first, span.first)
    if finding is None or not is_silent(finding, span.level, span.severity, begins_on):
        return begins_on
    return finding.counted_from + (COOL_DOWN_DAYS + 1) * _ONE_DAY


def _speaks(finding: Finding) -> bool:
    """Say whether what a clock rule watches is being said, or was dismissed and still lasts."""
    return finding.status.is_open or finding.stands
