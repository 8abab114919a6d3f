from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from projections.statistics import STATISTICS, Figure, count, month_matrix
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from tests.support.log_rows import REGION, LogRows, event_id, lease, report_registered
from tests.support.projected import migrate_projections, project

YEAR: dict[str, Any] = {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}


@pytest.fixture(scope="module")
def migrated(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        connection.commit()
        yield connection


@pytest.fixture
def connection(migrated: Connection) -> Iterator[Connection]:
    yield migrated
    migrated.rollback()


def counted(connection: Connection, statistic: str, known_on: date | None = None) -> int:
    figure = count(connection, statistic, region=REGION, known_on=known_on, **YEAR)
    assert figure.denominator is None
    return figure.count


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def advice(log: LogRows, name: str, day: date, **fields: Any) -> InputRecord:
    return log.event(
        "AdviceGiven",
        event=name,
        given_on=day,
        channel="PHONE",
        seeker_sector="EDUCATION",
        from_school=True,
        anonymous=False,
        **fields,
    )


def service(log: LogRows, name: str, **fields: Any) -> InputRecord:
    given: dict[str, Any] = {
        "service_id": "D-1",
        "service": "INVESTIGATION",
        "status": "REGISTERED",
        "status_on": date(2025, 3, 1),
    }
    return log.event("ServiceStatusChanged", event=name, case_id="Z-1", **given | fields)


def assessment(log: LogRows, name: str, **fields: Any) -> InputRecord:
    given: dict[str, Any] = {
        "report_id": "M-1",
        "completed_on": date(2025, 2, 1),
        "outcome": "NO_FOLLOW_UP",
    }
    return log.event("SafetyAssessmentCompleted", event=name, case_id="Z-1", **given | fields)


def test_known_on_a_day_means_before_the_next_midnight_in_amsterdam(
    connection: Connection,
) -> None:
    log = LogRows()
    late, later = at("2025-07-01T23:59:59.999+02:00"), at("2025-07-02T00:00:00+02:00")
    unit = [
        log.event(
            "ReportRegistered", event=name, known_at=known_at, **report_registered(report_id=name)
        )
        for name, known_at in (("a", late), ("b", later))
    ]
    project(connection, lease(), unit)
    assert counted(connection, "S08", date(2025, 6, 30)) == 0
    assert counted(connection, "S08", date(2025, 7, 1)) == 1
    assert counted(connection, "S08", date(2025, 7, 2)) == 2
    assert counted(connection, "S08") == 2


def test_a_retraction_changes_no_figure_that_was_known_before_it(connection: Connection) -> None:
    log, held = LogRows(), lease()
    first, second = at("2025-03-01T12:00:00+01:00"), at("2025-05-01T12:00:00+02:00")
    report = log.event("ReportRegistered", event="r", known_at=first, **report_registered())
    correction = log.event(
        "EventCorrected",
        event="c",
        known_at=second,
        corrected_event_id=event_id("r"),
        kind="RETRACTED",
        reason_code="ENTERED_BY_MISTAKE",
    )
    project(connection, held, [report, correction])
    assert counted(connection, "S08", date(2025, 4, 30)) == 1
    assert counted(connection, "S08", date(2025, 5, 1)) == 0
    assert counted(connection, "S08") == 0


def test_a_retraction_within_the_day_leaves_nothing_of_the_event(connection: Connection) -> None:
    log = LogRows()
    now = at("2025-03-01T00:00:00+01:00")  # a REPLAY region knows a whole day at one instant
    report = log.event("ReportRegistered", event="r", known_at=now, **report_registered())
    correction = log.event(
        "EventCorrected",
        event="c",
        known_at=now,
        corrected_event_id=event_id("r"),
        kind="RETRACTED",
        reason_code="ENTERED_BY_MISTAKE",
    )
    project(connection, lease(), [report, correction])
    for known_on in (date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 2), None):
        assert counted(connection, "S08", known_on) == 0


def test_a_report_moved_to_another_year_counts_in_one_of_them(connection: Connection) -> None:
    log = LogRows()
    unit = [
        log.event("ReportRegistered", event=name, **report_registered(received_on=day))
        for name, day in (("a", date(2025, 12, 31)), ("b", date(2026, 1, 1)))
    ]
    project(connection, lease(), unit)
    assert counted(connection, "S08") == 0
    following = count(
        connection,
        "S08",
        region=REGION,
        first=date(2026, 1, 1),
        last=date(2026, 1, 1),
        known_on=None,
    )
    assert following == Figure(count=1)


def test_advice_is_counted_from_its_own_log_and_corrected_there(connection: Connection) -> None:
    log, held = LogRows(), lease()
    project(
        connection,
        held,
        [advice(log, "a", date(2025, 1, 1)), advice(log, "b", date(2024, 12, 31))],
    )
    assert counted(connection, "S01") == 1

    correction = log.event(
        "AdviceCorrected",
        event="c",
        corrected_event_id=event_id("a"),
        kind="RETRACTED",
        reason_code="ENTERED_BY_MISTAKE",
    )
    project(connection, held, [correction])
    assert counted(connection, "S01") == 0


def test_services_count_once_by_kind_and_only_when_registered(connection: Connection) -> None:
    log = LogRows()
    unit = [
        service(log, "a"),
        service(log, "again", status_on=date(2025, 4, 1)),
        service(log, "picked up", service_id="D-2", status="PICKED_UP"),
        service(log, "conditions", service_id="D-3", service="CONDITIONS_AND_FOLLOW_UP"),
    ]
    project(connection, lease(), unit)
    assert counted(connection, "S20") == 1
    assert counted(connection, "S17") == 1
    matrix = month_matrix(connection, region=REGION, years=[2025], known_on=date(2025, 12, 31))
    assert matrix["investigation_started"][2025][2:4] == [1, 1]


def test_handovers_are_the_last_assessments_with_that_outcome(connection: Connection) -> None:
    log = LogRows()
    unit = [
        assessment(log, "a", outcome="HANDOVER_PROFESSIONAL"),
        assessment(log, "b", report_id="M-2", outcome="HANDOVER_PROFESSIONAL"),
        assessment(log, "c", report_id="M-2", outcome="HANDOVER_CLIENT_NETWORK"),
    ]
    project(connection, lease(), unit)
    assert counted(connection, "S26a") == 1
    assert counted(connection, "S26b") == 1


def test_another_region_is_not_counted(connection: Connection) -> None:
    log = LogRows(region="groningen")
    unit = [log.event("ReportRegistered", event="r", **report_registered())]
    project(connection, lease("groningen"), unit)
    assert counted(connection, "S08") == 0


def test_the_month_matrix_leaves_out_months_that_were_not_over(connection: Connection) -> None:
    log = LogRows()
    unit = [
        log.event("ReportRegistered", event=f"r{n}", **report_registered(report_id=f"M{n}") | day)
        for n, day in enumerate(
            {"received_on": day} for day in (date(2024, 2, 29), date(2025, 8, 31), date(2025, 9, 1))
        )
    ]
    project(connection, lease(), unit)
    matrix = month_matrix(connection, region=REGION, years=[2024, 2025], known_on=date(2025, 9, 15))
    assert list(matrix) == ["report", "advice", "investigation_started", "conditions_started"]
    assert matrix["report"][2024] == [0, 1, *[0] * 10]
    assert matrix["report"][2025] == [*[0] * 7, 1, None, None, None, None]

    last_day = month_matrix(connection, region=REGION, years=[2025], known_on=date(2025, 9, 30))
    assert last_day["report"][2025][8:] == [1, None, None, None]


def test_the_month_matrix_as_known_now_follows_the_regions_clock(connection: Connection) -> None:
    log = LogRows()
    unit = [
        log.event("RegionOpened", event="o", clock_mode="REPLAY", name="Oefenregio"),
        log.event("ClockTicked", event="t", day=date(2025, 3, 1)),
    ]
    project(connection, lease(), unit)
    matrix = month_matrix(connection, region=REGION, years=[2025], known_on=None)
    assert matrix["report"][2025] == [0, 0, *[None] * 10]


def test_a_region_without_a_clock_has_no_month_that_is_over(connection: Connection) -> None:
    matrix = month_matrix(connection, region="nergens", years=[2025], known_on=None)
    assert matrix["advice"][2025] == [None] * 12


def test_pages_may_ask_for_figures(connection: Connection) -> None:
    connection.execute("set local role radar_query")
    for statistic in STATISTICS:
        figure = count(connection, statistic.id, region=REGION, known_on=None, **YEAR)
        assert figure.count == 0
    assert month_matrix(connection, region=REGION, years=[2025], known_on=None)


def test_a_count_has_no_codes_and_an_unknown_statistic_is_refused(connection: Connection) -> None:
    with pytest.raises(ValueError, match="S08"):
        count(connection, "S08", region=REGION, known_on=None, code="CHILD_ABUSE", **YEAR)
    with pytest.raises(KeyError):
        count(connection, "S99", region=REGION, known_on=None, **YEAR)


def test_the_registry_names_each_statistic_once() -> None:
    names = [statistic.id for statistic in STATISTICS]
    assert len(names) == len(set(names))
    missing = {f"S{number:02d}" for number in range(1, 34)} - {name[:3] for name in names}
    # Columns, differences or matrices of the others: see the registry's first lines.
    assert missing == {"S03", "S04", "S14", "S24", "S25", "S31"}
