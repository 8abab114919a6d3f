"""The life of findings: what is said about a household, row by row of the journal.

One finding per key (rule, subject).  The first trigger raises it, later ones renew it; a person
acknowledges or dismisses it; it expires when nothing new happens; it is withdrawn when corrected
events no longer give it.  Nothing else ends it, and its level never falls while it is open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from schemas.identity import derived_id
from streams.household.conditions import Condition, supporting
from streams.household.journal_event import EventKey
from streams.household.picture import Picture
from streams.household.rule_set import rule_as_it_was
from streams.household.rules import RULES, ClockRule, Rule
from streams.household.sentences import said_late
from streams.household.severity import SEVERITY_BREAKS_SILENCE, Level
from streams.household.state import Finding, FindingStatus
from streams.household.terms import Calendar, day_of

EXPIRY_DAYS = {Level.INFO: 180, Level.ATTENTION: 180, Level.HIGH: 365, Level.CRITICAL: 365}
_EXPIRY = {level: timedelta(days=days) for level, days in EXPIRY_DAYS.items()}
_CLOCK_RULES = frozenset(rule.rule_id for rule in RULES if issubclass(rule, ClockRule))
COOL_DOWN_DAYS = 30
_KEY = attrgetter("rule_id", "subject")
REASON_CORRECTED = "EVENT_CORRECTED"
# A later event showed that the pieces belong together differently, without any correction.
REASON_REASSESSED = "REASSESSED"


class ChangeKind(StrEnum):
    """What happens to a finding; the names are those of the finding log."""

    RAISED = "RAISED"
    RENEWED = "RENEWED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DISMISSED = "DISMISSED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


class Cause(NamedTuple):
    """The journal row at which the household is looked at; `late`: its event came late.

    `day` is the one on which the row was known, in Amsterdam.
    """

    region: str
    household_id: str
    key: EventKey
    position: int
    known_ms: int
    day: date
    late: bool = False


class FindingChange(NamedTuple):
    """One row of the finding log, but for its place there: the finding as it stands after it."""

    kind: ChangeKind
    finding: Finding
    evidence: tuple[EventKey, ...]
    cause: Cause
    reason_code: str | None = None
    late: bool = False


class Advance(NamedTuple):
    """Findings after a row, and the log rows that say how they got there."""

    findings: tuple[Finding, ...]
    changes: tuple[FindingChange, ...]


def advance(
    findings: tuple[Finding, ...],
    conditions: Collection[Condition],
    cause: Cause,
    void: frozenset[EventKey] = frozenset(),
) -> Advance:
    """Raise or renew for each condition that newly holds, in the order given.

    `findings` are in the order of their keys, as the state has them.  `void` are the events taken
    back after the row: nothing said from there on cites them.
    """
    if not conditions:
        return Advance(findings=findings, changes=())
    current = {finding.key: finding for finding in findings}
    changes = []
    for condition in conditions:
        known = current.get(condition.key)
        if known is not None and known.status.is_open:
            finding, kind = _renewed(known, condition, cause, void), ChangeKind.RENEWED
        elif known is not None and is_silent(known, condition.level, condition.severity, cause.day):
            continue
        else:
            finding, kind = raised(condition, cause), ChangeKind.RAISED
        current[finding.key] = finding
        changes.append(
            FindingChange(
                kind=kind,
                finding=finding,
                evidence=finding.evidence,
                cause=cause,
                late=cause.late,
            )
        )
    return Advance(findings=in_order(current.values()), changes=tuple(changes))


def withdraw(
    findings: Sequence[Finding],
    picture: Picture,
    calendar: Calendar,
    cause: Cause,
    reason_code: str,
    *,
    gone: frozenset[EventKey] = frozenset(),
) -> Advance:
    """Close the open findings of which no trigger holds any more, by the rule that raised them.

    `picture` is that after the row, `gone` are events that belong to another household now.
    What stays open cites what still gives it, and no void event.
    """
    without = picture.void | gone
    changes = []
    kept = []
    for finding in findings:
        if not finding.status.is_open:
            kept.append(finding)
            continue
        given = _given(finding, picture, calendar, cause)
        if given:
            evidence = tuple(sorted((given | {*finding.evidence}) - without))
            triggers = tuple(key for key in finding.triggers if key not in gone)
            kept.append(replace(finding, triggers=triggers, evidence=evidence))
        else:
            closed = finding.closed(FindingStatus.WITHDRAWN, cause.day)
            kept.append(closed)
            changes.append(ended(ChangeKind.WITHDRAWN, finding, closed, cause, reason_code))
    return Advance(findings=in_order(kept), changes=tuple(changes))


def decide(
    findings: Sequence[Finding], finding_id: str, kind: ChangeKind, reason_code: str, cause: Cause
) -> Advance:
    """Acknowledge or dismiss one open finding; a decision about any other changes nothing.

    Acknowledging twice says nothing new and makes no row.
    """
    status = {
        ChangeKind.ACKNOWLEDGED: FindingStatus.ACKNOWLEDGED,
        ChangeKind.DISMISSED: FindingStatus.DISMISSED,
    }[kind]
    for finding in findings:
        if finding.finding_id != finding_id or not finding.status.is_open:
            continue
        if finding.status is status:
            break
        if status.is_open:
            after = replace(finding, status=status)
        else:
            # A silence that still lasts is dismissed with it, however long it lasts.
            after = replace(finding.closed(status, cause.day), stands=is_of_clock(finding))
        others = [other for other in findings if other is not finding]
        change = ended(kind, finding, after, cause, reason_code)
        return Advance(findings=in_order([*others, after]), changes=(change,))
    return Advance(findings=tuple(findings), changes=())


def expires_on(finding: Finding) -> date:
    """Return the day at whose tick an open finding ends if nothing new happens.

    Not for findings of clock rules: they end when their condition does.
    """
    return finding.counted_from + _EXPIRY[finding.level]


def is_of_clock(finding: Finding) -> bool:
    """Say whether a clock rule raised a finding, in whichever version of it."""
    return finding.rule_id in _CLOCK_RULES


def rule_of(finding: Finding) -> Rule:
    """Return the rule that raised or last renewed a finding, as it was then."""
    return rule_as_it_was(finding.rule_id, finding.rule_version, finding.parameters)


def still_remembered(findings: Iterable[Finding], today: date) -> tuple[Finding, ...]:
    """Return the findings without those that are closed and can silence nothing any more."""
    return tuple(
        finding
        for finding in findings
        if finding.status.is_open
        or finding.stands
        or (
            finding.status is not FindingStatus.WITHDRAWN
            and (today - finding.counted_from).days <= COOL_DOWN_DAYS
        )
    )


def raised(condition: Condition, cause: Cause) -> Finding:
    """Return the finding that a condition raises, named after the event at which it is said."""
    finding_id = derived_id(
        cause.region,
        cause.household_id,
        condition.rule.rule_id,
        condition.subject.replace("%", "%25").replace("|", "%7C"),
        cause.key.event_id,
    )
    return Finding(
        finding_id=str(finding_id),
        rule_id=condition.rule.rule_id,
        rule_version=condition.rule.version,
        parameters=condition.rule.canonical_parameters(),
        subject=condition.subject,
        status=FindingStatus.OPEN,
        level=condition.level,
        triggered_ms=condition.triggered_ms,
        counted_from=_counted_from(condition, cause),
        triggers=(condition.trigger,),
        evidence=condition.evidence,
        sentence=_sentence(condition, cause),
    )


def _renewed(
    finding: Finding, condition: Condition, cause: Cause, void: frozenset[EventKey]
) -> Finding:
    """Unite the evidence and keep the higher level; the rule as it is in force now is cited."""
    # Written out: `replace` takes twice as long, and most of what is said renews.
    return Finding(
        finding_id=finding.finding_id,
        rule_id=finding.rule_id,
        rule_version=condition.rule.version,
        parameters=condition.rule.canonical_parameters(),
        subject=finding.subject,
        status=finding.status,
        level=max(finding.level, condition.level),
        triggered_ms=condition.triggered_ms,
        counted_from=max(finding.counted_from, _counted_from(condition, cause)),
        triggers=tuple(sorted({*finding.triggers, condition.trigger})),
        evidence=tuple(sorted({*finding.evidence, *condition.cited} - void)),
        sentence=_sentence(condition, cause),
        stands=finding.stands,
    )


def _counted_from(condition: Condition, cause: Cause) -> date:
    """Return the later of the trigger's instant and the row's: a late event starts a full term."""
    return day_of(max(condition.triggered_ms, cause.known_ms))


def _sentence(condition: Condition, cause: Cause) -> str:
    return said_late(condition.sentence) if cause.late else condition.sentence


def is_silent(finding: Finding, level: Level, severity: int, today: date) -> bool:
    """Say whether a closed finding keeps a trigger of this level and severity quiet.

    Dismissed and expired findings do for thirty days, unless the trigger is higher or grave.
    A withdrawn one was never true and silences nothing.
    """
    if finding.status is FindingStatus.WITHDRAWN:
        return False
    if level > finding.level or severity >= SEVERITY_BREAKS_SILENCE:
        return False
    return (today - finding.counted_from).days <= COOL_DOWN_DAYS


def _given(finding: Finding, picture: Picture, calendar: Calendar, cause: Cause) -> set[EventKey]:
    """Return the events that still give a finding; none when it has lost its ground.

    A clock rule's holds by the day on which it was raised or by the row's: when neither, it
    should never have been said, and otherwise the next tick ends it.
    """
    rule = rule_of(finding)
    if isinstance(rule, ClockRule):
        return {
            key
            for span in rule.spans(picture, calendar, min(finding.counted_from, cause.day))
            if span.subject == finding.subject
            and (span.holds_on(finding.counted_from) or span.holds_on(cause.day))
            for key in span.evidence
        }
    return {
        key
        for condition in supporting(rule, picture, frozenset(finding.triggers), calendar)
        if condition.subject == finding.subject
        for key in condition.cited
    }


def ended(
    kind: ChangeKind, before: Finding, after: Finding, cause: Cause, reason_code: str | None
) -> FindingChange:
    """Return a log row that repeats why the finding stood, beside the reason of the change."""
    told = after
    if not after.status.is_open:
        told = after.closed(after.status, after.counted_from, before.sentence)
    return FindingChange(
        kind=kind, finding=told, evidence=before.evidence, cause=cause, reason_code=reason_code
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of their keys, which is the order of the state."""
    return tuple(sorted(findings, key=_KEY))
