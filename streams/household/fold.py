"""The fold: what a household remembers after an event, and which of it still counts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from streams.household.facts import Correction, CorrectionKind, Fact
from streams.household.journal_event import EventKey, JournalEvent
from streams.household.reading import fact_of
from streams.household.state import HouseholdState

INITIAL = HouseholdState()


def evolve(state: HouseholdState, event: JournalEvent) -> HouseholdState:
    """Return the state after one event; the same object when the event changes nothing.

    Depends on the set of events only: any order gives the same state, and an event that is
    known already changes nothing.  Findings are untouched; see `findings.advance`.
    """
    remembered = fact_of(event)
    return state if remembered is None else remembering(state, remembered)


def remembering(state: HouseholdState, remembered: Fact | Correction) -> HouseholdState:
    """Return the state with what an event left behind; the same object when it is known."""
    if isinstance(remembered, Correction):
        if remembered.key in state.corrections:
            return state
        return replace(state, corrections={**state.corrections, remembered.key: remembered})
    if remembered.key in state.facts:
        return state
    return HouseholdState(
        facts=state.facts.with_fact(remembered),
        corrections=state.corrections,
        findings=state.findings,
    )


def void_events(state: HouseholdState) -> frozenset[EventKey]:
    """Return the events that a correction in force has taken out."""
    return void_among(
        state.corrections.values(), lambda key: key in state.facts or key in state.corrections
    )


def void_among(
    corrections: Collection[Correction], is_known: Callable[[EventKey], bool]
) -> frozenset[EventKey]:
    """Return the events that these corrections take out, given which events have arrived.

    Of several corrections of one target the last by journal position decides.  A correction that
    is itself void decides nothing, which is how correcting a correction revives its target; as it
    stands later in the journal than what it corrects, one walk from the end settles all.  Until a
    replacement has arrived its target keeps counting.
    """
    if not corrections:
        return frozenset()
    void: set[EventKey] = set()
    decided: set[EventKey] = set()
    newest_first = sorted(
        corrections, key=lambda correction: (-correction.position, correction.key)
    )
    for correction in newest_first:
        if correction.key in void or correction.target in decided:
            continue
        decided.add(correction.target)
        is_waiting = correction.replacement is None or not is_known(correction.replacement)
        if correction.kind is not CorrectionKind.REPLACED or not is_waiting:
            void.add(correction.target)
    return frozenset(void)
