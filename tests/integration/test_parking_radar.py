"""A household that the radar cannot fold waits alone, and is taken up whole when it can again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from hub.rebuild import RoomReport, rebuild
from hub.rebuild_rooms import RadarRoom
from schemas.codec import decode_body
from streams.engine import parking
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.engine.log import JOURNAL
from streams.household.state import to_bytes
from streams.radar import region_fold
from streams.radar.redrive import content
from streams.radar.region_fold import Kept
from streams.radar.replay import Replayed, replay
from streams.radar.rows import decode_row
from tests.support.journal import journal, redriven, tick
from tests.support.live_tables import REGION_CODES, LiveTables, more, year

DRENTHE, GRONINGEN = REGION_CODES
ROWS = 320


class Defect:
    """A defect of the program that hits some households from a position on, until it is mended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hits: dict[tuple[str, str], int] = {}
        for name in ("take_event", "take_tick", "take_rearrangement"):
            monkeypatch.setattr(region_fold, name, self._around(getattr(region_fold, name)))

    def _around(self, take: Callable[..., Any]) -> Callable[..., Any]:
        def taken(state: Any, event: Any, *args: Any, **named: Any) -> Any:
            hit = named["region"], named["household_id"]
            if event.position >= self.hits.get(hit, event.position + 1):
                raise ZeroDivisionError(f"state of {hit}")
            return take(state, event, *args, **named)

        return taken


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> Defect:
    return Defect(monkeypatch)


@pytest.fixture
def live(database: str) -> Iterator[LiveTables]:
    tables = LiveTables(database)
    for region in REGION_CODES:
        tables.append(JOURNAL, region, year(ROWS))
    yield tables
    tables.close()


def check(live: LiveTables) -> RoomReport:
    (report,) = rebuild(live.url, [RadarRoom()], check=True, region=None)
    return report


def parked(live: LiveTables) -> list[Any]:
    return live.query(
        "select region, household_id, position, attempts, until, code from engine.parked"
        " order by region, household_id, position"
    )


def ask(live: LiveTables, name: str, region: str = DRENTHE) -> None:
    """Ask for everything that is parked in a region, as the command does."""
    ids = live.query("select id::text from engine.parked where region = %s", region)
    live.append(JOURNAL, region, journal([redriven("2026-02-01", name, [one for (one,) in ids])]))


def whole(live: LiveTables, region: str = DRENTHE) -> Replayed:
    bodies = live.query(
        "select body from engine.journal where region = %s order by position", region
    )
    return replay(region, [decode_row(body) for (body,) in bodies])


def states(live: LiveTables, region: str = DRENTHE) -> dict[str, tuple[Any, ...]]:
    rows = live.query(
        "select household_id, state, wake_at, journal_position from radar.household_state"
        " where region = %s",
        region,
    )
    return {name: tuple(rest) for name, *rest in rows}


def stored(households: Mapping[str, Kept]) -> dict[str, tuple[Any, ...]]:
    return {
        name: (to_bytes(kept.state), kept.wake_at, kept.journal_position)
        for name, kept in households.items()
    }


def said(live: LiveTables, region: str = DRENTHE) -> list[dict[str, Any]]:
    rows = live.query(
        "select body from engine.findings where region = %s order by position", region
    )
    return [decode_body("FindingEvent", 1, body) for (body,) in rows]


def of_household(records: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return what was said of a household, in order, without where it was said."""
    return [content(record) for record in records if record["household_id"] == name]


def busiest(live: LiveTables, but: str = "") -> tuple[str, int]:
    """Return the household with most findings, `but` one, and the journal row of its second."""
    found: dict[str, list[int]] = {}
    for row in whole(live).findings:
        record = decode_body("FindingEvent", 1, row.body)
        found.setdefault(record["household_id"], []).append(record["journal_position"])
    name = max(sorted(found.keys() - {but}), key=lambda one: len(found[one]))
    assert len(found[name]) >= 3
    return name, found[name][1]


def test_one_household_waits_and_all_others_go_on(live: LiveTables, defect: Defect) -> None:
    name, position = busiest(live)
    defect.hits[DRENTHE, name] = position
    live.catch_up()

    assert parked(live) == [(DRENTHE, name, position, 1, None, "ZeroDivisionError")]
    defect.hits.clear()
    expected = stored(whole(live).households)
    found = states(live)
    assert {k: v for k, v in found.items() if k != name} == {
        k: v for k, v in expected.items() if k != name
    }
    assert found[name] != expected[name]
    mine = [one["journal_position"] for one in said(live) if one["household_id"] == name]
    assert mine
    assert max(mine) < position
    report = check(live)
    assert report.is_equal
    assert not report.histories_part


def test_a_redrive_folds_it_anew_and_says_what_was_missing(
    live: LiveTables, defect: Defect
) -> None:
    name, position = busiest(live)
    defect.hits[DRENTHE, name] = position
    live.catch_up()
    before = said(live)
    defect.hits.clear()
    live.append(JOURNAL, DRENTHE, more("later", 3))
    ask(live, "ask-1")
    live.append(JOURNAL, DRENTHE, journal([tick("2026-03-01")]))
    live.catch_up()

    (row,) = parked(live)
    asked_at = ROWS + 6 + 1
    assert row == (DRENTHE, name, position, 1, asked_at, "ZeroDivisionError")
    assert states(live) == stored(whole(live).households)
    after = said(live)
    assert after[: len(before)] == before, "what was said stays"
    assert [one for one in after[len(before) :] if one["journal_position"] == asked_at]
    should = [decode_body("FindingEvent", 1, row.body) for row in whole(live).findings]
    assert of_household(after, name) == of_household(should, name)
    report = check(live)
    assert report.is_equal
    assert not report.histories_part, "byte for byte, the redrive included"


def test_what_fails_again_waits_on_and_counts(live: LiveTables, defect: Defect) -> None:
    name, position = busiest(live)
    defect.hits[DRENTHE, name] = position
    live.catch_up()
    before = states(live), said(live)
    ask(live, "ask-1")
    live.catch_up()
    assert parked(live) == [(DRENTHE, name, position, 2, None, "ZeroDivisionError")]
    assert (states(live), said(live)) == before
    assert check(live).is_equal

    defect.hits.clear()
    ask(live, "ask-2")
    ask(live, "ask-3")
    live.catch_up()
    assert parked(live) == [(DRENTHE, name, position, 2, ROWS + 2, "ZeroDivisionError")]
    assert states(live) == stored(whole(live).households)
    assert check(live).is_equal


def test_one_of_several_fails_again_and_one_is_parked_twice(
    live: LiveTables, defect: Defect
) -> None:
    twice = "household-001"  # of which `more` brings rows
    name, position = busiest(live, but=twice)
    defect.hits = {(DRENTHE, name): position, (DRENTHE, twice): 3}
    live.catch_up()
    defect.hits[DRENTHE, twice] = ROWS + 2
    ask(live, "ask-1")
    live.append(JOURNAL, DRENTHE, more("later", 2))
    live.catch_up()
    found = [row[1:5] for row in parked(live)]
    first = next(row[1] for row in found if row[0] == twice)
    assert set(found) == {
        (twice, first, 1, ROWS + 1),
        (twice, ROWS + 2, 1, None),
        (name, position, 2, None),
    }
    assert len(found) == 3
    assert check(live).is_equal

    defect.hits.clear()
    ask(live, "ask-2")
    live.append(JOURNAL, DRENTHE, journal([tick("2026-03-01")]))
    live.catch_up()
    assert sorted(row[4] for row in parked(live)) == [ROWS + 1, ROWS + 6, ROWS + 6]
    assert states(live) == stored(whole(live).households)
    report = check(live)
    assert report.is_equal
    assert not report.histories_part


def test_a_tick_parks_the_household_that_it_breaks(live: LiveTables, defect: Defect) -> None:
    """And nobody else of those that the same tick wakes."""
    live.catch_up()
    woken = live.query(
        "select household_id from radar.household_state where region = %s"
        " and wake_at <= '2027-01-01' order by household_id",
        DRENTHE,
    )
    assert len(woken) >= 2
    ((name,), *_) = woken
    defect.hits[DRENTHE, name] = ROWS + 1
    live.append(JOURNAL, DRENTHE, journal([tick("2027-01-01")]))
    live.catch_up()
    assert parked(live) == [(DRENTHE, name, ROWS + 1, 1, None, "ZeroDivisionError")]
    defect.hits.clear()
    expected = stored(whole(live).households)
    assert {one for one, state in states(live).items() if state != expected[one]} == {name}
    assert check(live).is_equal


def test_a_rebuild_keeps_who_waits_and_takes_up_who_was_redriven_meanwhile(
    live: LiveTables, defect: Defect, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, position = busiest(live)
    defect.hits[DRENTHE, name] = position
    live.catch_up()
    (report,) = rebuild(live.url, [RadarRoom()], check=False, region=None)
    assert report.swapped
    live.append(JOURNAL, DRENTHE, more("after", 2))
    live.catch_up()
    assert parked(live) == [(DRENTHE, name, position, 1, None, "ZeroDivisionError")]
    assert check(live).is_equal

    room = RadarRoom()
    finish = room.finish_wave

    def finish_and_redrive(connection: Connection) -> None:
        """Between the first reading of the journal and the comparison, everything happens."""
        finish(connection)
        defect.hits = {(DRENTHE, "household-001"): ROWS + 6}
        ask(live, "ask-1")
        live.append(JOURNAL, DRENTHE, more("meanwhile", 2))
        live.catch_up()
        assert [(row[1], row[4] is None) for row in parked(live)] == sorted(
            [("household-001", True), (name, False)]
        )

    monkeypatch.setattr(room, "finish_wave", finish_and_redrive)
    (report,) = rebuild(live.url, [room], check=False, region=None)
    assert report.is_equal
    assert not report.histories_part
    live.catch_up()
    assert check(live).is_equal


@pytest.mark.parametrize("unit_rows", [1, 7, 400])
def test_how_rows_come_in_units_changes_nothing(
    live: LiveTables, defect: Defect, unit_rows: int
) -> None:
    name, position = busiest(live)
    defect.hits[DRENTHE, name] = position
    stage = live.radar
    while live.apply(stage, DRENTHE, unit_rows):
        pass
    defect.hits.clear()
    ask(live, "ask-1")
    live.append(JOURNAL, DRENTHE, more("later", 2))
    while live.apply(stage, DRENTHE, unit_rows):
        pass
    assert [row[2:5] for row in parked(live)] == [(position, 1, ROWS + 1)]
    report = check(live)
    assert report.is_equal
    assert not report.histories_part


def test_a_defect_of_everybody_stops_the_stage(
    live: LiveTables, defect: Defect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "HOUSEHOLDS_MAX", 5)
    defect.hits = dict.fromkeys(((DRENTHE, name) for name in whole(live).households), 2)
    with pytest.raises(StopError, match=r"more than 5 households.*not of one household"):
        live.apply(live.radar, DRENTHE)
    assert parked(live) == []
    assert states(live) == {}
