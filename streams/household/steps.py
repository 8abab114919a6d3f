"""One journal row, one household: the only way in which anything is ever said about it.

Live batches, a rebuild of a region and one household on a page are three drivers of these two
functions, which is why they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from streams.household.conditions import appeared
from streams.household.episodes import EPISODE_HOURS, Episode, episodes_of
from streams.household.findings import (
    REASON_CORRECTED,
    REASON_REASSESSED,
    Advance,
    Cause,
    ChangeKind,
    FindingChange,
    advance,
    decide,
    expire,
    withdraw,
)
from streams.household.fold import evolve, void_events
from streams.household.journal_event import EventKey, JournalEvent
from streams.household.rule_set import RuleSet
from streams.household.state import HouseholdState
from streams.household.terms import milliseconds

# An event that is known later than the window of an episode speaks of the past.
LATE_AFTER_DAYS = EPISODE_HOURS // 24

_DECISIONS: Mapping[object, ChangeKind] = {
    "ACKNOWLEDGE": ChangeKind.ACKNOWLEDGED,
    "DISMISS": ChangeKind.DISMISSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The household after a row, and what the finding log has to say about it."""

    state: HouseholdState
    changes: tuple[FindingChange, ...] = ()


def take_event(
    state: HouseholdState,
    event: JournalEvent,
    *,
    region: str,
    household_id: str,
    rule_set: RuleSet,
) -> Step:
    """Apply one row that touches the household, as of the instant at which the row was known.

    An event that no rule reads leaves the very same state object.
    """
    cause = _cause(event, region, household_id)
    if event.record_name == "AnalystDecided":
        return _decided(state, event, cause)
    after = evolve(state, event)
    if after is state:
        return Step(state=state)
    return _reassessed(state, after, event, cause, rule_set)


def take_tick(
    state: HouseholdState, event: JournalEvent, today: date, *, region: str, household_id: str
) -> Step:
    """Apply the beginning of a day: findings whose term has passed expire."""
    outcome = expire(state.findings, today, _cause(event, region, household_id))
    return _step(state, outcome)


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
    gone = frozenset(before.facts.keys() - after.facts.keys())
    step = _reassessed(before, after, event, cause, rule_set, gone=gone, reason_code=reason_code)
    findings = tuple(
        replace(
            finding,
            triggers=tuple(key for key in finding.triggers if key not in gone),
            evidence=tuple(key for key in finding.evidence if key not in gone),
        )
        for finding in step.state.findings
    )
    return replace(step, state=replace(step.state, findings=findings))


def _reassessed(
    before: HouseholdState,
    after: HouseholdState,
    event: JournalEvent,
    cause: Cause,
    rule_set: RuleSet,
    *,
    gone: frozenset[EventKey] = frozenset(),
    reason_code: str | None = None,
) -> Step:
    earlier, later = episodes_of(before), episodes_of(after)
    if _is_late(event.key, later, cause):
        cause = replace(cause, late=True)
    void = void_events(after)
    outcome = advance(before.findings, appeared(earlier, later, rule_set), cause, void | gone)
    changes = outcome.changes
    is_corrected = void != void_events(before)
    if reason_code is not None or is_corrected or not _signal_keys(earlier) <= _signal_keys(later):
        outcome = withdraw(
            outcome.findings,
            later,
            void | gone,
            cause,
            reason_code or (REASON_CORRECTED if is_corrected else REASON_REASSESSED),
        )
        changes += outcome.changes
    return Step(state=replace(after, findings=outcome.findings), changes=changes)


def _decided(state: HouseholdState, event: JournalEvent, cause: Cause) -> Step:
    kind = _DECISIONS.get(event.payload.get("kind"))
    finding_id = event.payload.get("finding_id")
    reason_code = event.payload.get("reason_code")
    if kind is None or not isinstance(finding_id, str):
        return Step(state=state)
    return _step(state, decide(state.findings, finding_id, kind, str(reason_code), cause))


def _is_late(key: EventKey, episodes: Sequence[Episode], cause: Cause) -> bool:
    """Say whether a signal came after later ones, or days after it happened.

    Only a signal can: a registration or an assessment is by nature later than what it is about.
    """
    for episode in reversed(episodes):
        for signal in episode.signals:
            if signal.key == key:
                is_last = episode is episodes[-1]
                return not is_last or (cause.day - signal.day).days > LATE_AFTER_DAYS
    return False


def _signal_keys(episodes: Sequence[Episode]) -> set[tuple[EventKey, EventKey]]:
    """Return each signal with the id of its episode: when one is gone, support may be."""
    return {(episode.key, signal.key) for episode in episodes for signal in episode.signals}


def _step(state: HouseholdState, outcome: Advance) -> Step:
    if not outcome.changes:
        return Step(state=state)
    return Step(state=replace(state, findings=outcome.findings), changes=outcome.changes)


def _cause(event: JournalEvent, region: str, household_id: str) -> Cause:
    return Cause(
        region=region,
        household_id=household_id,
        key=event.key,
        position=event.position,
        known_ms=milliseconds(event.known_at),
    )
