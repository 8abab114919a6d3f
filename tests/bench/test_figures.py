from __future__ import annotations

import pytest

from schemas.codec import read_body
from tests.bench.events import EVENTS_PER_HOUSEHOLD, REGIONS, happenings, journal_row
from tests.bench.figures import BenchFailed, Pace, Promise, in_turn, percentile
from tests.bench.rebuild import growth


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)]
)
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(share: float, expected: float) -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert percentile(values, share) == expected
    assert percentile([7.0], share) == 7.0


def test_nothing_measured_is_no_percentile_and_no_rate() -> None:
    with pytest.raises(BenchFailed):
        percentile([], 0.5)
    with pytest.raises(BenchFailed):
        _ = Pace(records=0, seconds=0.0).per_second


@pytest.mark.parametrize(
    ("promise", "holds"),
    [
        (Promise(name="ratio", value=0.30, floor=0.30, aim=0.55), True),
        (Promise(name="ratio", value=0.29, floor=0.30, aim=0.55), False),
        (Promise(name="wait", value=50.0, ceiling=50.0), True),
        (Promise(name="wait", value=50.1, ceiling=50.0), False),
    ],
)
def test_a_promise_holds_at_its_bound_and_not_beyond(promise: Promise, holds: bool) -> None:
    assert promise.holds is holds
    assert promise.document()["holds"] is holds


def test_rounds_take_turns() -> None:
    order: list[str] = []

    def run(name: str, number: int) -> int:
        order.append(f"{name}{number}")
        return number

    assert in_turn("ab", 2, run) == {"a": [0, 1], "b": [0, 1]}
    assert order == ["a0", "b0", "a1", "b1"]


def test_memory_that_doubles_shows_and_memory_that_jumps_at_the_start_does_not() -> None:
    assert growth([1, 1, 10, 10, 10, 10, 10, 10]) == 1.0
    assert growth([1, 1, 2, 2, 3, 3, 4, 4]) == 2.0


def test_the_events_are_the_same_at_each_run_and_their_journal_has_no_gaps() -> None:
    said = list(happenings(2_000))
    assert said == list(happenings(2_000))
    assert said != list(happenings(2_000, seed=2))
    for region in REGIONS:
        here = [one for one in said if one.region == region]
        assert [one.position for one in here] == list(range(1, len(here) + 1))
    rows = [read_body("JournalRow", 1, journal_row(one)) for one in said[:50]]
    assert [row["event_id"] for row in rows] == [one.event_id for one in said[:50]]
    assert len({one.event_id for one in said}) == len(said)


def test_a_household_is_spoken_of_ten_times_and_its_case_begins_with_a_registration() -> None:
    spoken_of: dict[int, list[str]] = {}
    for one in happenings(2_000):
        spoken_of.setdefault(one.household, []).append(one.record_name)
    assert max(map(len, spoken_of.values())) == EVENTS_PER_HOUSEHOLD
    case_kinds = ("SafetyAssessmentCompleted", "CaseStatusChanged")
    for kinds in spoken_of.values():
        first = next((k for k in kinds if k in (*case_kinds, "ReportRegistered")), None)
        assert first in (None, "ReportRegistered")


def test_other_numbers_are_other_events_and_households() -> None:
    first, second = list(happenings(100)), list(happenings(100, first=100))
    assert not {one.event_id for one in first} & {one.event_id for one in second}
    assert not {one.household for one in first} & {one.household for one in second}
