from __future__ import annotations

from streams.household.fold import INITIAL, evolve, void_events
from streams.household.state import from_bytes, to_bytes
from tests.support.journal import (
    POLICE,
    Said,
    assessed,
    corrected,
    events,
    informed,
    police,
    registered,
    school,
    uuid_of,
)
from tests.unit.household.test_episodes import fold

A = police("2025-01-01", "a")
B = police("2025-02-01", "b")


def voided(*said: Said) -> set[str]:
    return {key.event_id for key in void_events(fold(said))}


def test_an_event_that_no_rule_reads_leaves_the_same_object() -> None:
    state = fold([A])
    assert evolve(state, events([informed("2025-01-02", "h")])[0]) is state


def test_a_known_event_changes_nothing() -> None:
    state = fold([A, corrected("2025-01-02", "k", A)])
    for event in events([A, corrected("2025-01-02", "k", A)]):
        assert evolve(state, event) is state


def test_retracting_and_duplicating_void_at_once() -> None:
    assert voided(A, corrected("2025-01-02", "k", A)) == {uuid_of("a")}
    assert voided(A, B, corrected("2025-02-02", "k", B, kind="DUPLICATE_OF")) == {uuid_of("b")}


def test_a_replaced_event_counts_until_its_replacement_is_known() -> None:
    correction = corrected("2025-01-02", "k", A, kind="REPLACED", replacement=B)
    assert voided(A, correction) == set()
    assert voided(A, correction, B) == {uuid_of("a")}
    assert voided(B, A, correction) == {uuid_of("a")}


def test_of_several_corrections_the_last_by_position_decides() -> None:
    retraction = corrected("2025-01-02", "k", A)
    replacement = corrected("2025-01-02", "l", A, kind="REPLACED", replacement=B)
    assert voided(A, retraction, replacement) == set()
    assert voided(A, replacement, retraction) == {uuid_of("a")}


def test_retracting_a_correction_revives_its_target_and_so_on() -> None:
    first = corrected("2025-01-02", "k", A)
    second = corrected("2025-01-03", "l", first)
    third = corrected("2025-01-04", "m", second)
    assert voided(A, first, second) == {uuid_of("k")}
    assert voided(A, first, second, third) == {uuid_of("a"), uuid_of("l")}


def test_an_unknown_kind_of_correction_does_nothing() -> None:
    assert voided(A, corrected("2025-01-02", "k", A, kind="UNKNOWN")) == set()


def test_the_same_event_id_of_another_source_is_another_event() -> None:
    same_id = school("2025-01-01", "a")
    assert voided(A, same_id, corrected("2025-01-02", "k", same_id)) == {uuid_of("a")}
    assert len(fold([A, same_id]).facts) == 2


def test_state_survives_its_bytes_and_is_small() -> None:
    said: list[Said] = []
    for number in range(4):
        day = f"2025-0{number + 1}-10"
        said += [
            police(day, f"p{number}", number=f"PL-{number}", flags=["STALKING", "CHILD_WITNESS"]),
            registered(day, f"r{number}", report_id=f"r{number}", of=(POLICE, f"PL-{number}")),
            assessed(day, f"v{number}", report_id=f"r{number}"),
        ]
    state = fold(said)
    data = to_bytes(state)
    assert from_bytes(data) == state
    assert to_bytes(from_bytes(data)) == data
    assert len(data) < 2_048, "four reports with registration and assessment stay under 2 kB"
    assert to_bytes(from_bytes(to_bytes(INITIAL))) == to_bytes(INITIAL)
