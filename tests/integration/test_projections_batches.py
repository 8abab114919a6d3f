"""However the rows were cut into units, and whatever regions share one, the tables end the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise, zip_longest
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.engine.database import Connection
from streams.engine.log import JOURNAL
from streams.engine.stage import InputRecord
from streams.household.rule_set import DEFAULT_RULE_SET, rules_payload
from tests.support.log_rows import (
    REGION,
    LogRows,
    days_later,
    event_id,
    lease,
    report_registered,
)
from tests.support.projected import migrate_projections, project, project_together

REPORTS = tuple(f"r{n}" for n in range(4))
TABLES = {
    "event": "region, position",
    "correction": "region, position",
    "calendar": "region, position",
    "fact_report": "region, position, position_from",
    "fact_assessment": "region, position, position_from",
    "timeline": "region, household_id, position",
    "household": "region, household_id",
    "finding": "region, finding_id",
    "finding_step": "region, position",
    "region": "region",
}
OTHER_REGION = "groningen"


@pytest.fixture(scope="module")
def migrated(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        connection.commit()
        yield connection


@st.composite
def journals(draw: st.DrawFn, region: str = REGION) -> list[InputRecord]:
    """Draw reports (two may share a number), assessments and corrections, in any order.

    Every region draws from the same ids, numbers and households: what keeps them apart is the
    region alone.
    """
    log = LogRows(region=region)
    names = draw(st.permutations([*REPORTS, "a0", "a1", "c0", "c1", "c2", "c3"]))
    return [_event(draw, log, name, day) for day, name in enumerate(names)]


@st.composite
def logs(draw: st.DrawFn, region: str) -> list[InputRecord]:
    """Draw a journal with a calendar, a merger and what it moves, and rows of two findings."""
    rows = draw(journals(region))
    log = LogRows(region=region, heads={JOURNAL.name: len(rows)})
    left, joined = draw(st.permutations(["h1", "h2"]))
    told: dict[str, Any] = {
        "known_at": days_later(len(rows)),
        "source": "urn:nld:hub",
        "households": [joined, left],
    }
    moves = [{"from_household": left, "to_household": joined, "positions": [1, 2, 3]}]
    merged = {"kind": "MERGED", "code": "SAME_PEOPLE", "household_ids": [joined, left]}
    said = [
        log.event(
            "RulesActivated", event="rules", **told,
            rules=rules_payload(DEFAULT_RULE_SET), calendar=["2025-01-03"],
        ),
        log.event(
            "HouseholdsRearranged", event="moves", **told, change="MERGED", moves=moves,
            decided_in={"source": "urn:nld:hub", "event_id": event_id("decision")},
        )
        if draw(st.booleans())
        else log.event(
            "ReportRegistered", event="last", decisions=[merged],
            **told, **report_registered(report_id="M0"),
        ),
        log.event("ReportRegistered", event="later", **told, **report_registered(report_id="M1")),
    ]  # fmt: skip
    kinds = draw(st.lists(st.sampled_from(["RENEWED", "DISMISSED", "RAISED"]), max_size=4))
    findings = [
        log.finding(kind, finding=f"f{number % 2}", sentence=f"{region} {number}")
        for number, kind in enumerate(["RAISED", "RAISED", *kinds])
    ]
    return [*rows, *said, *findings]


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


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    here=logs(REGION),
    there=logs(OTHER_REGION),
    cuts=st.tuples(st.sets(st.integers(1, 15)), st.sets(st.integers(1, 15))),
)
def test_regions_that_share_units_do_not_meet(
    migrated: Connection,
    here: list[InputRecord],
    there: list[InputRecord],
    cuts: tuple[set[int], set[int]],
) -> None:
    alone = [(REGION, here)], [(OTHER_REGION, there)]
    plain = _tables_after_shared(migrated, alone)
    shared = zip_longest(_cut(here, cuts[0]), _cut(there, cuts[1]), fillvalue=())
    units = [list(zip((REGION, OTHER_REGION), pieces, strict=True)) for pieces in shared]
    assert _tables_after_shared(migrated, units) == plain
    assert _tables_after_shared(migrated, [*units, *units]) == plain


def _cut(rows: list[InputRecord], cuts: set[int]) -> list[list[InputRecord]]:
    edges = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    return [rows[a:b] for a, b in pairwise(edges)]


def _tables_after(connection: Connection, units: list[list[InputRecord]]) -> dict[str, list[Any]]:
    held = lease()
    try:
        for unit in units:
            project(connection, held, unit)
        return {table: _dump(connection, table, order) for table, order in TABLES.items()}
    finally:
        connection.rollback()


def _tables_after_shared(
    connection: Connection, units: Sequence[Sequence[tuple[str, Sequence[InputRecord]]]]
) -> dict[str, list[Any]]:
    held = {region: lease(region) for region in (REGION, OTHER_REGION)}
    try:
        for unit in units:
            project_together(connection, [(held[region], rows) for region, rows in unit])
        return {table: _dump(connection, table, order) for table, order in TABLES.items()}
    finally:
        connection.rollback()


def _dump(connection: Connection, table: str, order: str) -> list[Any]:
    # As text: PostgreSQL's infinity has no Python value.
    statement = f"select t::text from projections.{table} as t order by {order}"
    return connection.execute(statement.encode()).fetchall()
