"""Merges and splits as a household lives through them, one case per test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas.codec import decode_body
from streams.household.rearranging import REASONS
from streams.household.state import to_bytes
from streams.radar.replay import Replayed, replay
from tests.support.journal import REGION, Said, corrected, police, rearranged, rows

OLD, YOUNG = "household-1", "household-2"
DAYS = ("2025-03-01", "2025-03-11", "2025-03-21", "2025-04-01")
A, B, C, D = (police(day, name) for day, name in zip(DAYS, "abcd", strict=True))


def at_home(household: str, *said: Said) -> list[Said]:
    return [replace(one, households=(household,)) for one in said]


def folded(said: Sequence[Said]) -> Replayed:
    return replay(REGION, rows(said))


def told(said: Sequence[Said]) -> list[tuple[object, ...]]:
    """Return (household, kind, rule, reason) of every row of the finding log."""
    log = [decode_body("FindingEvent", 1, row.body) for row in folded(said).findings]
    return [(e["household_id"], e["kind"], e["rule_id"], e["reason_code"]) for e in log]


def remembers(said: Sequence[Said], household: str) -> tuple[set[object], set[object]]:
    state = folded(said).households[household].state
    return set(state.facts), set(state.corrections)


APART = [*at_home(OLD, A, B), *at_home(YOUNG, C)]
MERGED = rearranged("2025-04-02", "m", (YOUNG, OLD, [3]))


def test_what_counts_together_raises_where_it_counts_now() -> None:
    assert told(APART) == []
    assert told([*APART, MERGED]) == [(OLD, "RAISED", "R01", None)]


def test_a_merged_household_is_as_if_it_had_always_been_one() -> None:
    one = folded(at_home(OLD, A, B, C)).households[OLD].state
    merged = folded([*APART, MERGED]).households
    assert merged[OLD].state.facts == one.facts
    assert not merged[YOUNG].state.facts and not merged[YOUNG].state.corrections


def test_a_finding_on_a_wrong_merge_is_withdrawn_with_that_reason() -> None:
    undone = rearranged("2025-04-03", "u", (OLD, YOUNG, [3]), change="MERGE_UNDONE")
    assert told([*APART, MERGED, undone]) == [
        (OLD, "RAISED", "R01", None),
        (OLD, "WITHDRAWN", "R01", "MERGE_UNDONE"),
    ]
    apart, back = folded(APART), folded([*APART, MERGED, undone])
    for household in (OLD, YOUNG):
        assert back.households[household].state.facts == apart.households[household].state.facts


def test_what_still_holds_without_the_other_household_stays() -> None:
    said = [*at_home(OLD, A, B, C), *at_home(YOUNG, D)]
    merged = rearranged("2025-04-02", "m", (YOUNG, OLD, [4]))
    undone = rearranged("2025-04-03", "u", (OLD, YOUNG, [4]), change="MERGE_UNDONE")
    kinds = [kind for _, kind, _, _ in told([*said, merged, undone])]
    assert kinds[0] == "RAISED" and "WITHDRAWN" not in kinds


def test_the_findings_of_the_household_that_goes_on_elsewhere_are_withdrawn() -> None:
    said = [*at_home(YOUNG, A, B, C), *at_home(OLD, police("2021-01-01", "d"))]
    merged = rearranged("2025-04-02", "m", (YOUNG, OLD, [1, 2, 3]))
    assert told([*said, merged]) == [
        (YOUNG, "RAISED", "R01", None),
        (OLD, "RAISED", "R01", None),
        (YOUNG, "WITHDRAWN", "R01", "HOUSEHOLDS_MERGED"),
    ]


def test_a_split_takes_the_corrections_of_its_events_along() -> None:
    said = [*at_home(OLD, A, B, C, corrected("2025-03-22", "k", C))]
    split = rearranged("2025-04-02", "s", (OLD, YOUNG, [3, 4]), change="SPLIT")
    facts, corrections = remembers([*said, split], YOUNG)
    assert len(facts) == 1 and len(corrections) == 1
    assert remembers([*said, split], OLD)[1] == set()


def test_an_event_that_leaves_for_no_household_counts_nowhere() -> None:
    gone = rearranged("2025-04-02", "g", (OLD, None, [3]), change="CORRECTED")
    assert told([*at_home(OLD, A, B, C), gone]) == [
        (OLD, "RAISED", "R01", None),
        (OLD, "WITHDRAWN", "R01", "EVENT_CORRECTED"),
    ]


def test_moving_what_is_there_already_changes_no_byte() -> None:
    first = folded([*APART, MERGED]).households[OLD]
    again = folded(
        [
            *APART,
            MERGED,
            replace(MERGED, record=rearranged("2025-04-02", "again", (YOUNG, OLD, [3])).record),
        ]
    ).households[OLD]
    assert to_bytes(first.state) == to_bytes(again.state)


@pytest.mark.parametrize("change", sorted(REASONS))
def test_every_kind_of_rearrangement_has_its_reason(change: str) -> None:
    gone = rearranged("2025-04-02", "g", (OLD, None, [3]), change=change)
    assert told([*at_home(OLD, A, B, C), gone])[-1][-1] == REASONS[change]
