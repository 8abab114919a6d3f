"""What a household remembers when earlier events leave it for another one, or come from there.

A merge, a split, their undoing, and a correction whose replacement stands in another household:
admission decides which rows move (streams/admission/rearranging.py), this only follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from streams.household.fold import evolve
from streams.household.journal_event import EventKey, JournalEvent
from streams.household.paging import spread
from streams.household.rule_set import RuleSet
from streams.household.state import HouseholdState
from streams.household.steps import Step, reassess

HOUSEHOLDS_REARRANGED = "HouseholdsRearranged"
REASONS = {
    "MERGED": "HOUSEHOLDS_MERGED",
    "SPLIT": "HOUSEHOLD_SPLIT",
    "MERGE_UNDONE": "MERGE_UNDONE",
    "SPLIT_UNDONE": "SPLIT_UNDONE",
    "CORRECTED": "EVENT_CORRECTED",
}
"""Why a finding is withdrawn whose events have moved away, by the kind of rearrangement."""


def take_rearrangement(
    state: HouseholdState,
    event: JournalEvent,
    *,
    gone: Iterable[JournalEvent],
    came: Iterable[JournalEvent],
    region: str,
    household_id: str,
    rule_set: RuleSet,
) -> Step:
    """Apply a rearrangement to one household: `gone` leave it, `came` join it, all at once.

    Conditions that newly hold raise or renew; findings that nothing gives any more are withdrawn,
    with the rearrangement as their reason. Raises KeyError for a kind that nobody knows.
    """
    after = forget(state, {one.key for one in gone})
    for one in came:
        after = evolve(after, one)
    return reassess(
        state,
        after,
        event,
        region=region,
        household_id=household_id,
        rule_set=rule_set,
        reason_code=REASONS[str(event.payload["change"])],
    )


def forget(state: HouseholdState, keys: set[EventKey]) -> HouseholdState:
    """Return the state as if these events had never belonged here; findings are untouched."""
    facts = spread(fact for key, fact in state.facts.items() if key not in keys)
    corrections = {key: one for key, one in state.corrections.items() if key not in keys}
    return replace(state, facts=facts, corrections=corrections)
