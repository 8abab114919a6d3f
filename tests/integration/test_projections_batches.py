"""However the rows were cut into units, the tables end the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from tests.support.log_rows import LogRows, days_later, event_id, lease, report_registered
from tests.support.projected import migrate_projections, project

REPORTS = tuple(f"r{n}" for n in range(4))
TABLES = {
    "event": "position",
    "correction": "position",
    "fact_report": "position, position_from",
    "fact_assessment": "position, position_from",
    "timeline": "household_id, position",
    "household": "household_id",
    "region": "region",
}


@pytest.fixture(scope="module")
def migrated(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        connection.commit()
        yield connection


@st.composite
def journals(draw: st.DrawFn) -> list[InputRecord]:
    """Draw reports (two may share a number), assessments and corrections, in any order."""
    log = LogRows()
    names = draw(st.permutations([*REPORTS, "a0", "a1", "c0", "c1", "c2", "c3"]))
    return [_event(draw, log, name, day) for day, name in enumerate(names)]


def _event(draw: st.DrawFn, log: LogRows, name: str, day: int) -> InputRecord:
    shared: dict[str, Any] = {
        "event": name,
        "known_at": days_later(day),
        "households": [draw(st.sampled_from(["h1", "h2"]))],
        "pids": [draw(st.sampled_from(["p1", "p2", "p3"]))],
    }
    report = f"M{draw(st.integers(0, 2))}"
    if name in REPORTS:
        received_on = date(2025, 1, 1) + timedelta(days=int(name[1:]))
        fields = report_registered(report_id=report, received_on=received_on)
        return log.event("ReportRegistered", **shared, **fields)
    if name.startswith("a"):
        return log.event(
            "SafetyAssessmentCompleted",
            **shared,
            case_id="Z-1",
            report_id=report,
            completed_on=date(2025, 2, 1),
            outcome="NO_FOLLOW_UP",
        )
    return log.event(
        "EventCorrected",
        **shared,
        corrected_event_id=event_id(draw(st.sampled_from([*REPORTS, "a0", "c0", "c1"]))),
        kind=draw(st.sampled_from(["RETRACTED", "DUPLICATE_OF", "REPLACED"])),
        replacement_event_id=event_id(draw(st.sampled_from(REPORTS))),
        reason_code="ENTERED_BY_MISTAKE",
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=journals(), cuts=st.sets(st.integers(1, 9)))
def test_units_of_any_size_give_the_same_tables(
    migrated: Connection, rows: list[InputRecord], cuts: set[int]
) -> None:
    whole = _tables_after(migrated, [rows])
    edges = [0, *sorted(cuts), len(rows)]
    pieces = [rows[a:b] for a, b in pairwise(edges) if a < b]
    assert _tables_after(migrated, pieces) == whole
    # A unit that comes again, because its offset was not committed, changes nothing.
    assert _tables_after(migrated, [*pieces, *pieces]) == whole


def _tables_after(connection: Connection, units: list[list[InputRecord]]) -> dict[str, list[Any]]:
    held = lease()
    try:
        for unit in units:
            project(connection, held, unit)
        return {table: _dump(connection, table, order) for table, order in TABLES.items()}
    finally:
        connection.rollback()


def _dump(connection: Connection, table: str, order: str) -> list[Any]:
    # As text: PostgreSQL's infinity has no Python value.
    statement = f"select t::text from projections.{table} as t order by {order}"
    return connection.execute(statement.encode()).fetchall()
