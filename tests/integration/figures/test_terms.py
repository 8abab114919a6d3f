"""S15, S18 and S21 at their edges: in which bucket a lead time is, and what the law counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from projections.statistics import PLAIN, Figure, Period, Question, figures_of
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from tests.support.log_rows import REGION, LogRows, event_id, lease, report_registered
from tests.support.projected import migrate_projections, project

NOW = Question(region=REGION)
YEAR = Period(first=date(2025, 1, 1), last=date(2025, 12, 31))
# Good Friday, Easter Monday and King's Day make five working days of these eleven (domain.md §2.4).
EASTER = date(2025, 4, 17)
CONDITIONS, INVESTIGATION = "CONDITIONS_AND_FOLLOW_UP", "INVESTIGATION"


@pytest.fixture
def connection(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        yield connection
        connection.rollback()


def report(log: LogRows, received_on: date, **fields: Any) -> InputRecord:
    given = report_registered(report_id="M-1", received_on=received_on)
    return log.event("ReportRegistered", event="report", **given | fields)


def assessed(log: LogRows, completed_on: date, event: str = "assessed") -> InputRecord:
    return log.event(
        "SafetyAssessmentCompleted",
        event=event,
        case_id="Z-1",
        report_id="M-1",
        completed_on=completed_on,
        outcome="NO_FOLLOW_UP",
    )


def service(log: LogRows, kind: str, status: str, on: date, **fields: Any) -> InputRecord:
    given: dict[str, Any] = {"service_id": "D-1", "report_id": "M-1", "case_id": "Z-1"}
    return log.event(
        "ServiceStatusChanged",
        event=f"{status}-{on}",
        **given | {"service": kind, "status": status, "status_on": on} | fields,
    )


def retracted(log: LogRows, event: str) -> InputRecord:
    return log.event(
        "EventCorrected",
        event=f"no-{event}",
        corrected_event_id=event_id(event),
        kind="RETRACTED",
        reason_code="INPUT_ERROR",
    )


def figures(
    connection: Connection, statistic: str, period: Period = YEAR, question: Question = NOW
) -> Mapping[str, Figure]:
    (found,) = figures_of(connection, statistic, question, [period])
    return found


def codes(connection: Connection, statistic: str, period: Period = YEAR) -> set[str]:
    found = figures(connection, statistic, period)
    return {code for code, figure in found.items() if code != PLAIN and figure.count}


@pytest.mark.parametrize(
    ("received_on", "completed_on", "bucket"),
    [
        (date(2025, 1, 6), date(2025, 1, 6), "WITHIN_LAW"),
        (date(2025, 1, 6), date(2025, 1, 13), "WITHIN_LAW"),
        (date(2025, 1, 6), date(2025, 1, 14), "WITHIN_15_DAYS"),
        (EASTER, date(2025, 4, 28), "WITHIN_LAW"),
        (EASTER, date(2025, 4, 29), "WITHIN_15_DAYS"),
        (date(2025, 1, 6), date(2025, 1, 21), "WITHIN_15_DAYS"),
        (date(2025, 1, 6), date(2025, 1, 22), "LATER"),
    ],
)
def test_an_assessment_is_in_the_bucket_of_its_days(
    connection: Connection, received_on: date, completed_on: date, bucket: str
) -> None:
    log = LogRows()
    project(connection, lease(), [report(log, received_on), assessed(log, completed_on)])
    assert codes(connection, "S15") == {bucket}
    found = figures(connection, "S15")
    assert found[bucket].days == (completed_on - received_on).days
    assert (found[PLAIN].count, found[PLAIN].denominator) == (1, 1)


def test_the_last_assessment_of_a_report_by_position_counts(connection: Connection) -> None:
    log = LogRows()
    rows = [
        report(log, date(2025, 1, 6)),
        assessed(log, date(2025, 3, 3)),
        assessed(log, date(2025, 1, 10), event="again"),
    ]
    project(connection, lease(), rows)
    assert codes(connection, "S15") == {"WITHIN_LAW"}
    assert figures(connection, "S15")[PLAIN].count == 1


def test_an_assessment_counts_in_the_period_of_its_completion(connection: Connection) -> None:
    log = LogRows()
    project(connection, lease(), [report(log, date(2024, 12, 30)), assessed(log, YEAR.first)])
    assert figures(connection, "S15")[PLAIN].count == 1
    before = Period(first=date(2024, 1, 1), last=date(2024, 12, 31))
    assert figures(connection, "S15", before)[PLAIN].count == 0


def test_without_a_report_that_stands_there_is_no_lead_time(connection: Connection) -> None:
    log = LogRows()
    rows = [report(log, date(2025, 1, 6)), assessed(log, date(2025, 1, 10))]
    rows += [service(log, CONDITIONS, "COMPLETED", date(2025, 3, 3)), retracted(log, "report")]
    project(connection, lease(), rows)
    assert figures(connection, "S15")[PLAIN].count == 0
    assert figures(connection, "S18")[PLAIN].count == 0


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, {"WITHIN_75_DAYS", "BY_LAW"}),
        (75, {"WITHIN_75_DAYS", "BY_LAW"}),
        # D1 is 28 April and D4 7 July: 81 days, so the law allows what the measure does not.
        (76, {"WITHIN_105_DAYS", "BY_LAW"}),
        (81, {"WITHIN_105_DAYS", "BY_LAW"}),
        (82, {"WITHIN_105_DAYS"}),
        (105, {"WITHIN_105_DAYS"}),
        (106, {"LATER"}),
    ],
)
def test_a_service_is_in_the_bucket_of_its_days_and_by_law_beside_it(
    connection: Connection, days: int, expected: set[str]
) -> None:
    log = LogRows()
    done = EASTER + timedelta(days=days)
    project(connection, lease(), [report(log, EASTER), service(log, CONDITIONS, "COMPLETED", done)])
    assert codes(connection, "S18") == expected
    assert figures(connection, "S21")[PLAIN].count == 0


@pytest.mark.parametrize(
    ("done", "in_time"), [(date(2025, 3, 24), True), (date(2025, 3, 25), False)]
)
def test_an_investigation_has_ten_weeks_from_its_decision_too(
    connection: Connection, done: date, in_time: bool
) -> None:
    log = LogRows()
    rows = [
        report(log, date(2025, 1, 6)),
        service(log, INVESTIGATION, "REGISTERED", date(2025, 1, 13)),
        service(log, INVESTIGATION, "COMPLETED", done),
    ]
    project(connection, lease(), rows)
    assert ("AFTER_DECISION" in codes(connection, "S21")) is in_time
    assert ("BY_LAW" in codes(connection, "S21")) is in_time


def test_what_was_broken_off_has_no_lead_time(connection: Connection) -> None:
    log = LogRows()
    rows = [report(log, EASTER), service(log, CONDITIONS, "ABORTED", date(2025, 5, 1))]
    project(connection, lease(), rows)
    assert figures(connection, "S18")[PLAIN].count == 0


def test_completed_twice_in_a_period_the_last_by_position_counts(connection: Connection) -> None:
    log = LogRows()
    rows = [
        report(log, EASTER),
        service(log, CONDITIONS, "COMPLETED", date(2025, 10, 1)),
        service(log, CONDITIONS, "COMPLETED", date(2025, 6, 2)),
    ]
    project(connection, lease(), rows)
    assert figures(connection, "S18")[PLAIN].count == 1
    assert codes(connection, "S18") == {"WITHIN_75_DAYS", "BY_LAW"}
