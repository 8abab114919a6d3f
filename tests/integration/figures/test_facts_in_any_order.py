"""Late, corrected, retracted, duplicated, merged: once all is known the facts are the same.

Whatever the order of arrival and however it was cut into units.  Two things depend on arrival by
definition and are not drawn here: which of two statements that both stand counts, and a
replacement that never came.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from projections.statistics import STATISTICS, Period, Question, figures_of
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from tests.support.log_rows import (
    CASE_SYSTEM,
    REGION,
    LogRows,
    days_later,
    event_id,
    lease,
    report_registered,
)
from tests.support.projected import migrate_projections, project

EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 12
YEAR = Period(first=date(2025, 1, 1), last=date(2025, 12, 31))
ARRIVAL = ("position", "position_from", "position_to", "event_known_at", "known_from", "known_to")
"""What a fact knows of how it came."""
KINDS = ("RETRACTED", "DUPLICATE_OF", "REPLACED")
MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An event, of the household that says it."""

    event: str
    name: str
    household: str
    fields: dict[str, Any]


def of(event: str, name: str, household: str = "h1", **fields: Any) -> Said:
    return Said(event=event, name=name, household=household, fields=fields)


def service(event: str, status: str, on: date) -> Said:
    told: dict[str, Any] = {
        "service_id": "D-1",
        "case_id": "Z-1",
        "report_id": "M-1",
        "service": "INVESTIGATION",
    }
    return of(event, "ServiceStatusChanged", status=status, status_on=on, **told)


def advice(event: str, on: date) -> Said:
    told: dict[str, Any] = {"channel": "CHAT", "seeker_sector": "EDUCATION", "from_school": True}
    return of(event, "AdviceGiven", given_on=on, anonymous=False, nature=["CHILD_ABUSE"], **told)


def registered(event: str, report_id: str, on: date, sector: str = "EDUCATION") -> Said:
    told = report_registered(report_id=report_id, received_on=on, reporter_sector=sector)
    return of(event, "ReportRegistered", "h2" if report_id == "M-3" else "h1", **told)


SAID = (
    registered("r1", "M-1", date(2025, 1, 6)),
    registered("r2", "M-2", date(2025, 2, 3)),
    registered("r3", "M-3", date(2025, 3, 3), "MEDICAL"),
    # The same report once more; `k` takes one of the two away.
    registered("r2b", "M-2", date(2025, 2, 4), "MEDICAL"),
    of(
        "a1",
        "SafetyAssessmentCompleted",
        case_id="Z-1",
        report_id="M-1",
        completed_on=date(2025, 1, 13),
        outcome="HANDOVER_PROFESSIONAL",
    ),
    service("s1", "REGISTERED", date(2025, 1, 14)),
    service("s2", "COMPLETED", date(2025, 3, 22)),
    of(
        "m1",
        "MonitoringMomentRecorded",
        case_id="Z-1",
        moment_no=1,
        planned_on=date(2025, 5, 1),
        status="HELD",
        held_on=date(2025, 5, 2),
    ),
    of(
        "c1",
        "CaseStatusChanged",
        case_id="Z-1",
        status="MONITORING_STARTED",
        status_on=date(2025, 4, 1),
    ),
    # An event that comes again, as after a restore, is the event that was there.
    registered("r1", "M-1", date(2025, 1, 6)),
    advice("v1", date(2025, 1, 31)),
    advice("v2", date(2025, 2, 1)),
)
JOURNAL_TARGETS = ("r1", "r3", "a1", "s1", "s2", "m1", "c1")
ADVICE_TARGETS = ("v1", "v2")


@st.composite
def corrected(draw: st.DrawFn) -> list[Said]:
    """Return the events with corrections of them, and of corrections."""
    said = list(SAID)
    gone = draw(st.sampled_from(["r2", "r2b"]))
    said.append(_correction("k", gone, draw(st.sampled_from(KINDS)), "r3"))
    targets = list(JOURNAL_TARGETS)
    for number in range(draw(st.integers(0, 5))):
        name = f"x{number}"
        said.append(
            _correction(name, draw(st.sampled_from(targets)), draw(st.sampled_from(KINDS)), "r3")
        )
        targets.append(name)
    targets = list(ADVICE_TARGETS)
    for number in range(draw(st.integers(0, 2))):
        name = f"y{number}"
        kind = draw(st.sampled_from(KINDS))
        said.append(_correction(name, draw(st.sampled_from(targets)), kind, "v1", of_advice=True))
        targets.append(name)
    return said


def _correction(
    event: str, target: str, kind: str, replacement: str, *, of_advice: bool = False
) -> Said:
    return of(
        event,
        "AdviceCorrected" if of_advice else "EventCorrected",
        corrected_event_id=event_id(target),
        kind=kind,
        replacement_event_id=None if kind == "RETRACTED" else event_id(replacement),
        reason_code="ENTERED_BY_MISTAKE",
    )


def arrived(said: Sequence[Said], merged_at: int) -> list[InputRecord]:
    """Return the rows; after the merge admission names the household that is left."""
    log, rows = LogRows(), list[InputRecord]()
    positions = list[int | None]()
    for day, one in enumerate(said):
        if day == merged_at:
            rows.append(_merge(log, day, positions))
        is_merged = day >= merged_at
        household = "h1" if is_merged else one.household
        row = log.event(
            one.name,
            event=one.event,
            known_at=days_later(day),
            households=[household],
            **one.fields,
        )
        rows.append(row)
        if household == "h2":
            positions.append(row.position)
    if merged_at >= len(said):
        rows.append(_merge(log, len(said), positions))
    return rows


def _merge(log: LogRows, day: int, positions: Sequence[int | None]) -> InputRecord:
    return log.event(
        "HouseholdsRearranged",
        event=MERGED,
        known_at=days_later(day),
        households=["h1", "h2"],
        change="MERGED",
        moves=[{"from_household": "h2", "to_household": "h1", "positions": list(positions)}],
        decided_in={"source": CASE_SYSTEM, "event_id": event_id("decision")},
    )


def facts_after(connection: Connection, units: Sequence[Sequence[InputRecord]]) -> dict[str, Any]:
    """Return what stands at the end, without how it came, and every statistic."""
    held = lease()
    try:
        for unit in units:
            project(connection, held, unit)
        told: dict[str, Any] = {
            fact.table: _standing(connection, fact.table)
            for fact in (*JOURNAL_FACTS, *ADVICE_FACTS)
        }
        for known_on in (None, date(2026, 1, 1)):
            question = Question(region=REGION, known_on=known_on)
            told |= {
                f"{statistic.id} {known_on}": figures_of(connection, statistic.id, question, [YEAR])
                for statistic in STATISTICS
            }
        return told
    finally:
        connection.rollback()


def _standing(connection: Connection, table: str) -> list[Any]:
    statement = (
        f"select (to_jsonb(t) - %s::text[])::text from projections.{table} as t"
        " where known_to = 'infinity' order by 1"
    )
    return connection.execute(statement.encode(), [list(ARRIVAL)]).fetchall()


@pytest.fixture(scope="module")
def migrated(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        connection.commit()
        yield connection


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=corrected(), data=st.data())
def test_once_all_is_known_neither_order_nor_units_matter(
    migrated: Connection, said: list[Said], data: st.DataObject
) -> None:
    in_order = facts_after(migrated, [arrived(said, len(said))])
    merged_at = data.draw(st.integers(0, len(said)), label="merged at")
    rows = arrived(data.draw(st.permutations(said), label="order"), merged_at)
    cuts = data.draw(st.sets(st.integers(1, len(rows) - 1)), label="cuts")
    edges = [0, *sorted(cuts), len(rows)]
    shuffled = facts_after(migrated, [rows[a:b] for a, b in pairwise(edges)])
    different = {name for name in in_order if in_order[name] != shuffled[name]}
    assert not different
    # There is something to be the same.
    assert in_order["fact_report"]
    assert in_order["S08 None"][0][""].count >= 1
