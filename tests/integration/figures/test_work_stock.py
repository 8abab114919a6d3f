"""What is open on a day, as known on a day: waiting, picked up, and over its legal date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from projections.statistics import Question, figures_of
from projections.statistics.s16_work_stock import first_days, on_day, open_items
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from tests.support.log_rows import REGION, LogRows, event_id, lease, report_registered
from tests.support.projected import migrate_projections, project

NOW = Question(region=REGION)


@pytest.fixture
def connection(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        yield connection
        connection.rollback()


def report(log: LogRows, number: int, received_on: date, **fields: Any) -> InputRecord:
    given = report_registered(report_id=f"M-{number}", received_on=received_on)
    return log.event("ReportRegistered", event=f"report-{number}", **given | fields)


def assessed(log: LogRows, number: int, completed_on: date, **fields: Any) -> InputRecord:
    return log.event(
        "SafetyAssessmentCompleted",
        event=f"assessment-{number}",
        case_id="Z-1",
        report_id=f"M-{number}",
        completed_on=completed_on,
        outcome="INVESTIGATION",
        **fields,
    )


def service(log: LogRows, number: int, status: str, on: date, **fields: Any) -> InputRecord:
    given: dict[str, Any] = {"service": "INVESTIGATION", "report_id": f"M-{number}"}
    return log.event(
        "ServiceStatusChanged",
        event=f"service-{number}-{status}-{fields.get('service', '')}",
        case_id="Z-1",
        service_id=f"D-{number}-{fields.get('service', '')}",
        status=status,
        status_on=on,
        **given | fields,
    )


def retracted(log: LogRows, event: str) -> InputRecord:
    return log.event(
        "EventCorrected",
        event=f"no-{event}",
        corrected_event_id=event_id(event),
        kind="RETRACTED",
        reason_code="INPUT_ERROR",
    )


def counted(
    connection: Connection, statistic: str, day: date, question: Question = NOW
) -> dict[str, int]:
    (figures,) = figures_of(connection, statistic, question, [on_day(day)])
    return {code: figure.count for code, figure in figures.items() if code}


def test_a_report_is_open_until_its_assessment_and_overdue_after_five_working_days(
    connection: Connection,
) -> None:
    log = LogRows()
    # Monday 6 January 2025: D1 is Monday the 13th (domain.md §2.4).
    unit = [report(log, 1, date(2025, 1, 6)), assessed(log, 1, date(2025, 1, 20))]
    project(connection, lease(), unit)
    assert counted(connection, "S16", date(2025, 1, 5)) == {"OPEN": 0, "OVERDUE": 0}
    assert counted(connection, "S16", date(2025, 1, 6)) == {"OPEN": 1, "OVERDUE": 0}
    assert counted(connection, "S16", date(2025, 1, 13)) == {"OPEN": 1, "OVERDUE": 0}
    assert counted(connection, "S16", date(2025, 1, 14)) == {"OPEN": 1, "OVERDUE": 1}
    assert counted(connection, "S16", date(2025, 1, 20)) == {"OPEN": 0, "OVERDUE": 0}


def test_a_service_waits_is_picked_up_and_is_over_from_the_next_day_on(
    connection: Connection,
) -> None:
    log = LogRows()
    unit = [
        report(log, 1, date(2025, 1, 6)),
        service(log, 1, "REGISTERED", date(2025, 1, 13)),
        service(log, 1, "PICKED_UP", date(2025, 2, 3)),
        service(log, 1, "COMPLETED", date(2025, 4, 1)),
    ]
    project(connection, lease(), unit)
    nothing = {"WAITING": 0, "PICKED_UP": 0, "OVERDUE": 0}
    assert counted(connection, "S22", date(2025, 1, 13)) == nothing
    assert counted(connection, "S22", date(2025, 1, 14)) == nothing | {"WAITING": 1}
    assert counted(connection, "S22", date(2025, 2, 4)) == nothing | {"PICKED_UP": 1}
    # D5: ten weeks after the decision of 13 January is 24 March.
    assert counted(connection, "S22", date(2025, 3, 24)) == nothing | {"PICKED_UP": 1}
    late = nothing | {"PICKED_UP": 1, "OVERDUE": 1}
    assert counted(connection, "S22", date(2025, 3, 25)) == late
    assert counted(connection, "S22", date(2025, 4, 2)) == nothing
    assert counted(connection, "S19", date(2025, 2, 4)) == nothing


def test_conditions_are_due_by_law_ten_weeks_after_the_assessment_was(
    connection: Connection,
) -> None:
    log = LogRows()
    kind = {"service": "CONDITIONS_AND_FOLLOW_UP"}
    unit = [
        report(log, 1, date(2025, 4, 17)),
        assessed(log, 1, date(2025, 4, 18)),
        service(log, 1, "REGISTERED", date(2025, 4, 18), **kind),
    ]
    project(connection, lease(), unit)
    (item,) = open_items(connection, NOW, date(2025, 7, 7))
    assert (item.kind, item.status) == ("CONDITIONS_AND_FOLLOW_UP", "WAITING")
    assert (item.due_on, item.is_overdue) == (date(2025, 7, 7), False)
    (item,) = open_items(connection, NOW, date(2025, 7, 8))
    assert item.is_overdue


def test_the_stock_is_as_known_on_a_day_whatever_came_later(connection: Connection) -> None:
    log = LogRows()
    soon = datetime(2025, 1, 7, 12, tzinfo=UTC)
    late = datetime(2025, 3, 1, 12, tzinfo=UTC)
    unit = [
        report(log, 1, date(2025, 1, 6), known_at=soon),
        assessed(log, 1, date(2025, 1, 8), known_at=late),
    ]
    project(connection, lease(), unit)
    day = date(2025, 2, 1)
    then = Question(region=REGION, known_on=date(2025, 2, 28))
    assert counted(connection, "S16", day, then) == {"OPEN": 1, "OVERDUE": 1}
    assert [item.reference for item in open_items(connection, then, day)] == ["M-1"]
    assert counted(connection, "S16", day) == {"OPEN": 0, "OVERDUE": 0}
    assert open_items(connection, NOW, day) == []


def test_extra_days_off_move_the_due_date_of_what_follows_them(connection: Connection) -> None:
    log = LogRows()
    rules: dict[str, Any] = {"rules": {}, "calendar": ["2025-05-30"]}
    unit = [
        report(log, 1, date(2025, 5, 27)),
        log.event("RulesActivated", event="rules", **rules),
        report(log, 2, date(2025, 5, 27)),
    ]
    project(connection, lease(), unit)
    items = open_items(connection, NOW, date(2025, 6, 1))
    due = {item.reference: item.due_on for item in items}
    assert due == {"M-1": date(2025, 6, 4), "M-2": date(2025, 6, 5)}


def test_a_municipality_sees_its_own_stock_only(connection: Connection) -> None:
    log = LogRows()
    unit = [
        report(log, 1, date(2025, 1, 6), municipality="GM0106"),
        report(log, 2, date(2025, 1, 6), municipality="GM0114"),
    ]
    project(connection, lease(), unit)
    assen = Question(region=REGION, municipality="GM0106")
    assert counted(connection, "S16", date(2025, 1, 7), assen)["OPEN"] == 1
    assert [item.reference for item in open_items(connection, assen, date(2025, 1, 7))] == ["M-1"]


def test_the_first_of_every_month_of_a_period() -> None:
    days = [period.first for period in first_days(date(2024, 11, 1), date(2025, 2, 28))]
    assert days == [date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)]
    assert [p.first for p in first_days(date(2025, 1, 2), date(2025, 1, 31))] == []


def test_a_report_received_and_assessed_on_one_day_is_never_open(connection: Connection) -> None:
    log = LogRows()
    day = date(2025, 1, 6)
    project(connection, lease(), [report(log, 1, day), assessed(log, 1, day)])
    assert counted(connection, "S16", day) == {"OPEN": 0, "OVERDUE": 0}


def test_a_retracted_assessment_leaves_its_report_open_again(connection: Connection) -> None:
    log = LogRows()
    unit = [report(log, 1, date(2025, 1, 6)), assessed(log, 1, date(2025, 1, 8))]
    unit.append(retracted(log, "assessment-1"))
    project(connection, lease(), unit)
    assert counted(connection, "S16", date(2025, 1, 14)) == {"OPEN": 1, "OVERDUE": 1}


def test_a_retracted_report_is_not_open(connection: Connection) -> None:
    log = LogRows()
    unit = [report(log, 1, date(2025, 1, 6)), retracted(log, "report-1")]
    project(connection, lease(), unit)
    assert counted(connection, "S16", date(2025, 1, 14)) == {"OPEN": 0, "OVERDUE": 0}
    assert open_items(connection, NOW, date(2025, 1, 14)) == []


def test_a_pick_up_that_was_taken_back_waits_again(connection: Connection) -> None:
    log = LogRows()
    unit = [
        report(log, 1, date(2025, 1, 6)),
        service(log, 1, "REGISTERED", date(2025, 1, 13)),
        service(log, 1, "PICKED_UP", date(2025, 1, 20)),
        retracted(log, "service-1-PICKED_UP-"),
    ]
    project(connection, lease(), unit)
    assert counted(connection, "S22", date(2025, 2, 1))["WAITING"] == 1
    assert counted(connection, "S22", date(2025, 2, 1))["PICKED_UP"] == 0


@pytest.mark.parametrize("status", ["COMPLETED", "ABORTED"])
def test_a_service_that_ended_unpicked_waits_no_more(connection: Connection, status: str) -> None:
    log = LogRows()
    unit = [
        report(log, 1, date(2025, 1, 6)),
        service(log, 1, "REGISTERED", date(2025, 1, 13)),
        service(log, 1, status, date(2025, 1, 31)),
    ]
    project(connection, lease(), unit)
    # At 00:00 of the day: what ended on the day itself still waited.
    assert counted(connection, "S22", date(2025, 1, 31))["WAITING"] == 1
    assert counted(connection, "S22", date(2025, 2, 1))["WAITING"] == 0


def test_a_service_that_was_never_registered_is_no_stock(connection: Connection) -> None:
    log = LogRows()
    unit = [report(log, 1, date(2025, 1, 6)), service(log, 1, "PICKED_UP", date(2025, 1, 13))]
    project(connection, lease(), unit)
    nothing = {"WAITING": 0, "PICKED_UP": 0, "OVERDUE": 0}
    assert counted(connection, "S22", date(2025, 6, 1)) == nothing
    assert [item.kind for item in open_items(connection, NOW, date(2025, 6, 1))] == [
        "SAFETY_ASSESSMENT"
    ]


def test_without_a_report_conditions_have_no_legal_date_and_are_not_overdue(
    connection: Connection,
) -> None:
    log = LogRows()
    kind = {"service": "CONDITIONS_AND_FOLLOW_UP", "report_id": None}
    project(connection, lease(), [service(log, 1, "REGISTERED", date(2025, 1, 13), **kind)])
    (item,) = open_items(connection, NOW, date(2025, 12, 1))
    assert (item.due_on, item.is_overdue) == (None, False)
    assert counted(connection, "S19", date(2025, 12, 1)) == {
        "WAITING": 1,
        "PICKED_UP": 0,
        "OVERDUE": 0,
    }


def test_the_list_is_cut_in_pages_and_chosen_by_kind(connection: Connection) -> None:
    log = LogRows()
    unit = [report(log, number, date(2025, 1, number)) for number in range(2, 9)]
    unit.append(service(log, 2, "REGISTERED", date(2025, 1, 9)))
    project(connection, lease(), unit)
    day = date(2025, 2, 1)
    everything = [item.reference for item in open_items(connection, NOW, day)]
    pages = [open_items(connection, NOW, day, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [item.reference for page in pages for item in page] == everything
    assert len(everything) == 8
    (chosen,) = open_items(connection, NOW, day, kind="INVESTIGATION")
    assert chosen.kind == "INVESTIGATION"
