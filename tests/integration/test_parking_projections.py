"""A household that cannot be projected waits alone; its rows are applied when they can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hub.rebuild import RoomReport, rebuild
from hub.rebuild_rooms import ProjectionsRoom, RadarRoom, Room
from hub.verify.findings import check_findings
from hub.verify.report import Invariant
from hub.verify.snapshot import open_snapshot
from hub.verify.tables import check_read_tables
from projections import findings, household_history
from projections.entries import FindingEntry, LogEntry
from projections.rebuild import GROUPS
from streams.engine.database import Connection
from streams.engine.log import JOURNAL
from tests.support.journal import journal, police, redriven
from tests.support.live_tables import REGION_CODES, LiveTables, fill, more

DRENTHE, GRONINGEN = REGION_CODES
MINE, FRIEND = "household-037", "household-001"
TABLES = ("timeline", "household", "event", "correction", "fact_report", "finding", "region")


class Defect:
    """A defect of the program that hits some households, until it is mended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.timelines: set[str] = set()
        self.findings: set[str] = set()
        municipality, advance = household_history.signal_at, findings.advance

        def broken_signal(entry: LogEntry) -> Any:
            if entry.region == DRENTHE and self.timelines & set(entry.household_ids):
                raise KeyError(entry.household_ids)
            return municipality(entry)

        def broken_advance(finding: Any, entry: FindingEntry) -> Any:
            if entry.region == DRENTHE and entry.row["household_id"] in self.findings:
                raise ValueError(entry.row["sentence"])
            return advance(finding, entry)

        monkeypatch.setattr(household_history, "signal_at", broken_signal)
        monkeypatch.setattr(findings, "advance", broken_advance)


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> Defect:
    return Defect(monkeypatch)


@pytest.fixture
def live(database: str) -> Iterator[LiveTables]:
    tables = LiveTables(database)
    yield tables
    tables.close()


def check(live: LiveTables, room: Room | None = None) -> RoomReport:
    wanted = room or ProjectionsRoom(tuple(GROUPS))
    (report,) = rebuild(live.url, [wanted], check=True, region=None)
    return report


def verified(live: LiveTables) -> tuple[Invariant, Invariant]:
    with open_snapshot(live.url, REGION_CODES) as snapshot:
        return check_read_tables(snapshot), check_findings(snapshot)


def parked(live: LiveTables) -> list[Any]:
    return live.query(
        "select region, log, household_id, attempts, until is null, code from engine.parked"
        " order by log, household_id, position"
    )


def ask(live: LiveTables, name: str) -> None:
    ids = live.query("select id::text from engine.parked")
    live.append(JOURNAL, DRENTHE, journal([redriven("2026-02-01", name, [one for (one,) in ids])]))
    live.catch_up()


def tables(live: LiveTables) -> dict[str, list[str]]:
    return {
        table: [
            row for (row,) in live.query(f"select t::text from projections.{table} t order by 1")
        ]
        for table in TABLES
    }


def test_one_household_waits_and_is_taken_up_whole(live: LiveTables, defect: Defect) -> None:
    defect.timelines, defect.findings = {MINE}, {MINE}
    fill(live)
    assert parked(live) == [
        ("drenthe", "findings", MINE, 1, True, "ValueError"),
        ("drenthe", "journal", MINE, 1, True, "KeyError"),
    ]
    for table in ("timeline", "household", "finding"):
        there = live.query(
            f"select household_id from projections.{table} where region = %s", DRENTHE
        )
        assert (MINE,) not in there
        assert there
    behind = live.query(
        "select count(*) from projections.position p join engine.log_head h"
        " on h.log = p.log and h.region = p.region where p.position <> h.position"
    )
    assert behind == [(0,)], "positions move past what waits"
    assert check(live).is_equal
    for invariant in verified(live):
        assert invariant.holds, invariant.differences

    shared = replace(police("2026-01-01", "shared"), households=(MINE, FRIEND))
    live.append(JOURNAL, DRENTHE, journal([shared]))
    live.append(JOURNAL, DRENTHE, more("later", 2))
    live.catch_up()
    assert ("drenthe", "journal", FRIEND, 1, True, "SharesARow") in parked(live)
    assert check(live).is_equal
    ask(live, "ask-1")
    assert {row[3] for row in parked(live)} == {2}, "all of them failed again"
    assert all(row[4] for row in parked(live))
    assert check(live).is_equal
    for invariant in verified(live):
        assert invariant.holds, invariant.differences

    defect.timelines, defect.findings = set(), set()
    ask(live, "ask-2")
    assert not any(row[4] for row in parked(live))
    assert check(live).is_equal
    for invariant in verified(live):
        assert invariant.holds, invariant.differences
    rows = live.query(
        "select household_id, count(*) from projections.timeline t join engine.journal j"
        " using (region, position) where %s = any(j.households) and j.region = %s"
        " and t.household_id in (%s, %s) and cardinality(j.households) = 2 group by 1 order by 1",
        MINE, DRENTHE, MINE, FRIEND,
    )  # fmt: skip
    assert rows == [(FRIEND, 1), (MINE, 1)], "the row that they share stands once on each"
    assert live.query("select 1 from projections.finding where household_id = %s", MINE)


def test_the_tables_end_as_if_nothing_had_waited(live: LiveTables, defect: Defect) -> None:
    defect.timelines = {MINE}
    fill(live)
    defect.timelines = set()
    ask(live, "ask")
    after = tables(live)
    rebuild(live.url, [ProjectionsRoom(tuple(GROUPS))], check=False, region=None)
    assert tables(live) == after


def test_a_rebuild_takes_up_who_was_redriven_meanwhile(
    live: LiveTables, defect: Defect, monkeypatch: pytest.MonkeyPatch
) -> None:
    defect.timelines, defect.findings = {MINE}, {MINE}
    fill(live)
    room = ProjectionsRoom(tuple(GROUPS))
    finish, redrives = room.finish_wave, [1]

    def finish_and_redrive(connection: Connection) -> None:
        finish(connection)
        if redrives:
            redrives.clear()
            defect.timelines, defect.findings = set(), set()
            live.append(JOURNAL, DRENTHE, more("meanwhile", 2))
            ask(live, "ask")
            assert not any(row[4] for row in parked(live))

    monkeypatch.setattr(room, "finish_wave", finish_and_redrive)
    (report,) = rebuild(live.url, [room], check=False, region=None)
    assert report.is_equal, report.differences
    live.catch_up()
    assert check(live).is_equal


def test_a_row_that_nobody_can_read_parks_whoever_it_belongs_to(live: LiveTables) -> None:
    """The engine finds the row by itself: no stage can say whose it is."""
    fill(live)
    live.append(JOURNAL, DRENTHE, more("later", 3))
    spoiled = live.query("select max(position) from engine.journal where region = %s", DRENTHE)
    ((position,),) = spoiled
    live.query(
        "update engine.journal set body = '\\x00' where region = %s and position = %s",
        DRENTHE, position,
    )  # fmt: skip
    live.append(JOURNAL, DRENTHE, more("after", 2))
    live.catch_up()
    found = live.query(
        "select stage, household_id, position, code from engine.parked order by stage"
    )
    name = "household-later"
    assert found == [
        ("projections", name, position, "DataError"),
        ("radar", name, position, "DataError"),
    ]
    assert check(live).is_equal
    assert check(live, RadarRoom()).is_equal
    assert live.query("select 1 from projections.timeline where household_id = 'household-after'")
