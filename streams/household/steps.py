"""One journal row, one household: the only way in which anything is ever said about it.

Live batches, a rebuild of a region and one household on a page are three drivers of these two
functions, which is why they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from streams.household.conditions import gained_and_lost, spans_of
from streams.household.episodes import EPISODE_HOURS
from streams.household.facts import (
    CaseStep,
    Correction,
    Fact,
    Feedback,
    Handover,
    MdaStep,
    Move,
    OrderStep,
    Registration,
    Report,
    ServiceStep,
)
from streams.household.findings import (
    REASON_CORRECTED,
    REASON_REASSESSED,
    Advance,
    Cause,
    ChangeKind,
    FindingChange,
    advance,
    decide,
    still_remembered,
    withdraw,
)
from streams.household.fold import remembering
from streams.household.journal_event import JournalEvent
from streams.household.picture import Picture, picture_after, picture_of
from streams.household.reading import fact_of
from streams.household.rule_set import RuleSet
from streams.household.state import Finding, HouseholdState
from streams.household.terms import day_of, milliseconds
from streams.household.ticks import Spans, begin_day, wake_on

# An event that is known later than the window of an episode speaks of the past.
LATE_AFTER_DAYS = EPISODE_HOURS // 24
_ONE_DAY = timedelta(days=1)

# What happens at a family or is done for it.  A registration or an assessment is by nature later
# than what it is about, and the hub itself tells of other households whenever it learns.
_TIMELY_KINDS = frozenset[type[Fact]](
    (Report, Handover, Feedback, CaseStep, OrderStep, MdaStep, Move, ServiceStep)
)

_DECISIONS: Mapping[object, ChangeKind] = {
    "ACKNOWLEDGE": ChangeKind.ACKNOWLEDGED,
    "DISMISS": ChangeKind.DISMISSED,
}


class Step(NamedTuple):
    """The household after a row, and what the finding log has to say about it.

    `wake_at` is the first day whose tick may change it; `picture` is that of the state, to be
    handed to the next step.
    """

    state: HouseholdState
    picture: Picture
    wake_at: date | None
    changes: tuple[FindingChange, ...] = ()


def take_event(
    state: HouseholdState,
    event: JournalEvent,
    *,
    region: str,
    household_id: str,
    rule_set: RuleSet,
    picture: Picture | None = None,
) -> Step | None:
    """Apply one row that touches the household, as of the instant at which the row was known.

    Returns None when the row changes nothing: no rule reads it, or it was applied before.
    `picture` is that of `state`, when the step before left it.
    """
    if event.record_name == "AnalystDecided":
        cause = _cause(event, region, household_id)
        outcome = _decided(state, event, cause)
        if not outcome.changes:
            return None
        picture = picture or picture_of(state)
        return _until_tick(state, picture, outcome, rule_set, cause)
    remembered = fact_of(event)
    if remembered is None:
        return None
    after = remembering(state, remembered)
    if after is state:
        return None
    cause = _cause(event, region, household_id)
    earlier = picture or picture_of(state)
    fact = None if isinstance(remembered, Correction) else remembered
    later = picture_of(after) if fact is None else picture_after(earlier, after, fact)
    if fact is not None and _is_late(fact, later, cause):
        cause = cause._replace(late=True)
    outcome = _reassessed(state.findings, (earlier, later), fact, cause, rule_set)
    return _until_tick(after, later, outcome, rule_set, cause)


def take_tick(
    state: HouseholdState,
    event: JournalEvent,
    today: date,
    *,
    region: str,
    household_id: str,
    rule_set: RuleSet,
    picture: Picture | None = None,
) -> Step:
    """Apply the beginning of a day: findings expire, and clock rules speak or fall silent."""
    picture = picture or picture_of(state)
    cause = _cause(event, region, household_id)
    spans = spans_of(picture, rule_set, today)
    outcome = begin_day(state.findings, spans, today, cause)
    return _step(state, picture, outcome, spans, today)


def reassess(
    before: HouseholdState,
    after: HouseholdState,
    event: JournalEvent,
    *,
    region: str,
    household_id: str,
    rule_set: RuleSet,
    reason_code: str,
) -> Step:
    """Say what follows when the events of a household are others than before the row.

    `reason_code` is why findings that nothing gives any more are withdrawn; those that stay cite
    no event that has left.
    """
    cause = _cause(event, region, household_id)
    earlier, later = picture_of(before), picture_of(after)
    gone = frozenset(before.facts.keys() - after.facts.keys())
    gained, _ = gained_and_lost(earlier, later, rule_set, None)
    without = later.void | gone
    outcome = advance(before.findings, gained, cause, without)
    left = withdraw(outcome.findings, later, rule_set.calendar, cause, reason_code, gone=gone)
    settled = Advance(findings=left.findings, changes=outcome.changes + left.changes)
    return _until_tick(after, later, settled, rule_set, cause)


def _reassessed(
    findings: tuple[Finding, ...],
    pictures: tuple[Picture, Picture],
    fact: Fact | None,
    cause: Cause,
    rule_set: RuleSet,
) -> Advance:
    earlier, later = pictures
    is_corrected = earlier.void != later.void
    alone = None if is_corrected else fact
    gained, is_anything_lost = gained_and_lost(earlier, later, rule_set, alone)
    outcome = advance(findings, gained, cause, later.void)
    if not is_corrected and not is_anything_lost:
        return outcome
    reason = REASON_CORRECTED if is_corrected else REASON_REASSESSED
    ended = withdraw(outcome.findings, later, rule_set.calendar, cause, reason)
    return Advance(findings=ended.findings, changes=outcome.changes + ended.changes)


def _decided(state: HouseholdState, event: JournalEvent, cause: Cause) -> Advance:
    kind = _DECISIONS.get(event.payload.get("kind"))
    finding_id = event.payload.get("finding_id")
    reason_code = event.payload.get("reason_code")
    if kind is None or not isinstance(finding_id, str):
        return Advance(findings=state.findings, changes=())
    return decide(state.findings, finding_id, kind, str(reason_code), cause)


def _is_late(fact: Fact, picture: Picture, cause: Cause) -> bool:
    """Say whether an event came days after it happened, or a signal after later ones."""
    is_signal = isinstance(fact, Report) or (
        isinstance(fact, Registration) and picture.owner_of(fact) is fact
    )
    if not is_signal and type(fact) not in _TIMELY_KINDS:
        return False
    day = fact.day
    if is_signal and isinstance(fact, (Report, Registration)):
        at = picture.episode_number(picture.time_of(fact))
        if at < len(picture.episodes) - 1:
            return True
        day = day_of(picture.time_of(fact))
    return (cause.day - day).days > LATE_AFTER_DAYS


def _until_tick(
    state: HouseholdState, picture: Picture, outcome: Advance, rule_set: RuleSet, cause: Cause
) -> Step:
    """Return the step of a row after which the tick of its own day may still come."""
    yesterday = cause.day - _ONE_DAY
    return _step(state, picture, outcome, spans_of(picture, rule_set, yesterday), yesterday)


def _step(
    state: HouseholdState, picture: Picture, outcome: Advance, spans: Spans, after: date
) -> Step:
    findings = still_remembered(outcome.findings, after)
    if findings != state.findings:
        state = HouseholdState(facts=state.facts, corrections=state.corrections, findings=findings)
    return Step(
        state=state,
        picture=picture,
        wake_at=wake_on(findings, spans, after),
        changes=outcome.changes,
    )


def _cause(event: JournalEvent, region: str, household_id: str) -> Cause:
    known_ms = milliseconds(event.known_at)
    return Cause(
        region=region,
        household_id=household_id,
        key=event.key,
        position=event.position,
        known_ms=known_ms,
        day=day_of(known_ms),
    )
