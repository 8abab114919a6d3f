from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import pytest

from schemas.codec import DataError, decode_body
from schemas.enums import ClockMode
from schemas.events import EVENT_TYPES
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.radar.region_fold import RegionFold
from streams.radar.replay import replay
from streams.radar.rows import READ_RECORDS, Row, decode_row
from tests.support.journal import (
    REGION,
    Said,
    activated,
    informed,
    journal,
    police,
    rows,
    tick,
    uuid_of,
)

THREE = (police("2025-01-01", "a"), police("2025-01-11", "b"), police("2025-01-21", "c"))


def entries(said: list[Said]) -> list[dict[str, object]]:
    found = replay(REGION, rows(said)).findings
    return [decode_body("FindingEvent", 1, row.body) for row in found]


def none_moved(positions: Collection[int]) -> list[Row]:
    raise AssertionError("nothing moves in these journals")


def test_rules_are_in_force_from_their_row_on() -> None:
    four = activated(
        "2025-01-15", "rules", {"R01": '{"parameters":{"attention_episodes":4},"version":1}'}
    )
    assert [entry["kind"] for entry in entries([*THREE])] == ["RAISED"]
    assert entries([*THREE[:2], four, THREE[2]]) == []
    (entry,) = entries([*THREE[:2], four, THREE[2], police("2025-02-01", "d")])
    assert entry["parameters"] == '{"attention_episodes":4,"high_episodes":5,"window_days":365}'
    late = [*THREE, replace(four, record=four.record)]
    assert len(entries(late)) == 1, "rules that come later change nothing that was said"


def test_an_event_of_two_households_counts_in_both() -> None:
    both = [replace(one, households=("household-2", "household-1")) for one in THREE]
    assert [entry["household_id"] for entry in entries(both)] == ["household-1", "household-2"]
    ids = {entry["finding_id"] for entry in entries(both)}
    assert len(ids) == 2


def test_a_tick_wakes_only_those_whose_day_has_come_in_order_of_household() -> None:
    said = [
        *(replace(one, households=("household-2", "household-1")) for one in THREE),
        *(
            replace(police(day, f"x{day}"), households=("household-3",))
            for day in ("2025-03-01", "2025-03-11", "2025-03-21")
        ),
        tick("2025-07-20"),
    ]
    fold = RegionFold(region=REGION, rule_set=DEFAULT_RULE_SET, households={}, rows_at=none_moved)
    told = [fold.apply(row) for row in rows(said)]
    assert [one.change.cause.household_id for one in told[-1]] == ["household-1", "household-2"]
    assert fold.households["household-3"].wake_at == date(2025, 9, 17)
    assert fold.households["household-1"].wake_at is None
    assert fold.households["household-1"].journal_position == 7


def test_what_no_rule_reads_does_not_touch_the_household() -> None:
    fold = RegionFold(region=REGION, rule_set=DEFAULT_RULE_SET, households={}, rows_at=none_moved)
    for row in rows([informed("2025-01-01", "h")]):
        assert fold.apply(row) == []
    assert fold.changed == set()
    assert dict(fold.households) == {}


def test_a_row_is_decoded_as_far_as_the_radar_reads_it() -> None:
    first, second = (decode_row(body) for body in journal([THREE[0], informed("2025-01-02", "h")]))
    assert first.event.payload["meta"] == {"source_ref": None}
    assert first.event.payload["reported_on"] == date(2025, 1, 1)
    assert first.event.event_id == uuid_of("a")
    assert first.event.position == 1
    assert first.household_ids == ("household-1",)
    assert second.event.payload == {}
    assert set(EVENT_TYPES) >= READ_RECORDS
    assert ClockMode.SYSTEM == "SYSTEM"


def test_a_row_that_does_not_decode_is_a_defect_that_is_not_hidden() -> None:
    body = journal([THREE[0]])[0]
    with pytest.raises(DataError):
        decode_row(body + b"\x00")


def test_a_rule_that_the_program_does_not_have_stops_the_fold() -> None:
    wrong = activated("2025-01-15", "rules", {"R99": '{"parameters":{},"version":1}'})
    with pytest.raises(ValueError, match="R99"):
        replay(REGION, rows([wrong]))
