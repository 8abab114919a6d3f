from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from projections.groups import PROJECTIONS
from schemas.events import EVENT_TYPES
from streams.engine.database import Connection
from tests.support.log_rows import (
    POLICE,
    REGION,
    START,
    LogRows,
    days_later,
    event_id,
    finding_id,
    lease,
    report_registered,
)
from tests.support.projected import migrate_projections, project, rows
from tests.support.sample_records import sample_fields

POLICE_REPORT: dict[str, Any] = {
    "reported_on": date(2025, 1, 2),
    "incident_on": date(2025, 1, 1),
    "agenda_requested": False,
    "subjects_informed": True,
}


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


@pytest.mark.parametrize("name", sorted(n for n, t in EVENT_TYPES.items() if not t.is_advice))
def test_every_event_of_a_household_stands_on_its_timeline(
    connection: Connection, name: str
) -> None:
    log = LogRows()
    fields = sample_fields(name)
    project(connection, lease(), [log.event(name, event="e", households=["h"], **fields)])

    (row,) = rows(connection, "timeline_view", region=REGION, household_id="h")
    assert row["record_name"] == name
    assert row["label"] == EVENT_TYPES[name].label
    assert row["event_id"] == event_id("e")
    assert row["voided_by"] is None
    assert all(detail["label"] and detail["value"] for detail in row["details"])


def test_a_row_without_household_stands_on_no_timeline(connection: Connection) -> None:
    log = LogRows()
    project(connection, lease(), [log.event("ClockTicked", event="t", day=date(2025, 1, 1))])
    assert rows(connection, "timeline_view") == []


def test_a_retraction_voids_the_event_and_closes_its_fact(connection: Connection) -> None:
    log, held = LogRows(), lease()
    report = log.event("ReportRegistered", event="r", households=["h"], **report_registered())
    project(connection, held, [report])
    correction = log.event(
        "EventCorrected",
        event="c",
        households=["h"],
        known_at=days_later(10),
        corrected_event_id=event_id("r"),
        kind="RETRACTED",
        reason_code="ENTERED_BY_MISTAKE",
    )
    project(connection, held, [correction])

    voided = {row["event_id"]: row["voided_by"] for row in rows(connection, "timeline_view")}
    assert voided == {event_id("r"): event_id("c"), event_id("c"): None}
    assert rows(connection, "household_view")[0]["last_signal_at"] is None
    assert _versions(connection, "fact_report") == [(1, 1, 2, START, days_later(10))]


def test_correcting_the_correction_revives_the_event(connection: Connection) -> None:
    log, held = LogRows(), lease()
    project(
        connection,
        held,
        [log.event("ReportRegistered", event="r", households=["h"], **report_registered())],
    )
    for name, target in (("c", "r"), ("cc", "c")):
        correction = log.event(
            "EventCorrected",
            event=name,
            households=["h"],
            corrected_event_id=event_id(target),
            kind="RETRACTED",
            reason_code="ENTERED_BY_MISTAKE",
        )
        project(connection, held, [correction])

    voided = {row["event_id"]: row["voided_by"] for row in rows(connection, "timeline_view")}
    assert voided[event_id("r")] is None
    assert voided[event_id("c")] == event_id("cc")
    assert _positions(connection, "fact_report") == [(1, 1, 2), (1, 3, None)]


def test_a_revival_reaches_the_household_of_the_event_at_the_end(connection: Connection) -> None:
    log, held = LogRows(), lease()
    report = log.event("ReportRegistered", event="r", households=["h"], **report_registered())
    project(connection, held, [report])
    signals = []
    for name, target in (("c", "r"), ("cc", "c")):
        correction = log.event(
            "EventCorrected",
            event=name,
            households=[f"of-{name}"],
            corrected_event_id=event_id(target),
            kind="RETRACTED",
            reason_code="ENTERED_BY_MISTAKE",
        )
        project(connection, held, [correction])
        signals.append(rows(connection, "household_view", household_id="h")[0]["last_signal_at"])
    assert signals == [None, datetime(2025, 1, 2, 11, tzinfo=UTC)]


def test_a_replaced_event_stands_until_its_replacement_is_known(connection: Connection) -> None:
    log, held = LogRows(), lease()
    first = log.event("ReportRegistered", event="r", households=["h"], **report_registered())
    correction = log.event(
        "EventCorrected",
        event="c",
        households=["h"],
        corrected_event_id=event_id("r"),
        kind="REPLACED",
        replacement_event_id=event_id("new"),
        reason_code="ENTERED_BY_MISTAKE",
    )
    project(connection, held, [first, correction])
    assert _positions(connection, "fact_report") == [(1, 1, None)]

    replacement = log.event(
        "ReportRegistered",
        event="new",
        households=["other"],
        **report_registered(report_id="M-2", received_on=date(2025, 2, 1)),
    )
    project(connection, held, [replacement])
    assert _positions(connection, "fact_report") == [(1, 1, 3), (3, 3, None)]
    old = rows(connection, "household_view", household_id="h")[0]
    assert old["last_signal_at"] is None, "the replaced report no longer counts in its household"


def test_the_last_registration_of_a_report_counts(connection: Connection) -> None:
    log, held = LogRows(), lease()
    for number, day in enumerate((2, 3), start=1):
        row = log.event(
            "ReportRegistered",
            event=f"r{number}",
            households=["h"],
            **report_registered(received_on=date(2025, 1, day)),
        )
        project(connection, held, [row])
    assert _positions(connection, "fact_report") == [(1, 1, 2), (2, 2, None)]


def test_a_registered_report_is_a_signal_only_without_its_own(connection: Connection) -> None:
    log, held = LogRows(), lease()
    registered = report_registered(signal_source=POLICE, signal_source_ref="BVH-1")
    project(
        connection,
        held,
        [log.event("ReportRegistered", event="r", households=["h"], **registered)],
    )
    assert _signals(connection) == {event_id("r"): True}

    police = log.event(
        "PoliceReportSubmitted",
        event="p",
        households=["h"],
        source=POLICE,
        source_ref="BVH-1",
        occurred_at=datetime(2025, 1, 1, 21, 30, tzinfo=UTC),
        **POLICE_REPORT,
    )
    project(connection, held, [police])
    assert _signals(connection) == {event_id("r"): False, event_id("p"): True}
    household = rows(connection, "household_view")[0]
    assert household["last_signal_at"] == datetime(2025, 1, 1, 21, 30, tzinfo=UTC)


def test_a_household_counts_persons_once_and_takes_the_newest_municipality(
    connection: Connection,
) -> None:
    log = LogRows()
    unit = [
        log.event(
            "ReportRegistered",
            event=name,
            households=["h"],
            pids=pids,
            occurred_at=days_later(day),
            **report_registered(report_id=name, municipality=municipality),
        )
        for name, pids, day, municipality in (
            ("a", ["p1", "p2"], 5, "GM0106"),
            ("b", ["p2", "p3"], 1, "GM0114"),
        )
    ]
    project(connection, lease(), unit)
    (household,) = rows(connection, "household_view")
    assert (household["events"], household["persons"]) == (2, 3)
    assert household["municipality"] == "GM0106"


def test_what_was_applied_is_skipped(connection: Connection) -> None:
    log, held = LogRows(), lease()
    unit = [
        log.event("ReportRegistered", event="r", households=["h"], **report_registered()),
        log.finding("RAISED", finding="f"),
    ]
    project(connection, held, unit)
    before = rows(connection, "position", region=REGION)
    project(connection, held, unit)
    project(connection, lease(), unit)  # a new claim reads its positions from the table

    assert rows(connection, "position", region=REGION) == before
    assert {(row["projection"], row["position"]) for row in before} == {
        (p.name, 1) for p in PROJECTIONS if p.log.name != "advice"
    }
    assert len(rows(connection, "timeline_view")) == 1
    assert len(rows(connection, "finding_view")) == 1


def test_a_group_of_tables_that_is_behind_catches_up_alone(connection: Connection) -> None:
    log = LogRows()
    unit = [log.event("ReportRegistered", event="r", households=["h"], **report_registered())]
    project(connection, lease(), unit)
    connection.execute("delete from projections.position where projection = 'history'")
    connection.execute("truncate projections.timeline, projections.household")
    project(connection, lease(), unit)
    assert len(rows(connection, "timeline_view")) == 1
    assert _positions(connection, "fact_report") == [(1, 1, None)]


def test_the_region_shows_its_clock_and_how_far_its_tables_are(connection: Connection) -> None:
    log, held = LogRows(), lease()
    opened = log.event("RegionOpened", event="o", clock_mode="REPLAY", name="Oefenregio")
    tick = log.event("ClockTicked", event="t", known_at=days_later(1), day=date(2025, 1, 2))
    project(connection, held, [opened, tick])
    (region,) = rows(connection, "region_view")
    assert region["name"] == "Oefenregio"
    assert (region["clock_mode"], region["now"]) == ("REPLAY", days_later(1))
    assert region["day"] == date(2025, 1, 2)
    assert region["projected_position"] == 2
    assert region["projected_at"] is not None


def test_a_finding_lives_as_its_log_says(connection: Connection) -> None:
    log, held = LogRows(), lease()
    first, second = ({"source": POLICE, "event_id": event_id(name)} for name in "ab")
    project(connection, held, [log.finding("RAISED", finding="f", evidence=[first])])
    project(
        connection,
        held,
        [log.finding("RENEWED", finding="f", level="HIGH", evidence=[first, second], late=True)],
    )
    (finding,) = rows(connection, "finding_view")
    assert (finding["status"], finding["is_open"], finding["renewals"]) == ("OPEN", True, 1)
    assert (finding["level"], finding["late"]) == ("HIGH", True)
    assert finding["rule_label"] == "Herhaalde meldingen"
    assert finding["evidence"] == [first, second]
    assert finding["parameters"] == {"window_days": 365}

    project(connection, held, [log.finding("DISMISSED", finding="f", reason_code="NOT_A_RISK")])
    (finding,) = rows(connection, "finding_view", finding_id=finding_id("f"))
    assert (finding["status"], finding["is_open"]) == ("DISMISSED", False)
    assert finding["reason_code"] == "NOT_A_RISK"
    assert rows(connection, "radar_list_view") == []


def test_the_radar_list_shows_the_highest_newest_finding_first(connection: Connection) -> None:
    log = LogRows()
    project(
        connection,
        lease(),
        [
            log.finding("RAISED", finding="a", level="ATTENTION", sentence="laag"),
            log.finding(
                "RAISED",
                finding="b",
                rule_id="R07",
                level="CRITICAL",
                sentence="hoog",
            ),
        ],
    )
    (household,) = rows(connection, "radar_list_view")
    assert (household["highest_level"], household["level_rank"]) == ("CRITICAL", 4)
    assert (household["open_findings"], household["rule_ids"]) == (2, ["R01", "R07"])
    assert household["sentence"] == "hoog"


def test_merged_households_point_to_the_one_that_goes_on(connection: Connection) -> None:
    log, held = LogRows(), lease()
    unit = [
        log.event(
            "ReportRegistered", event=name, households=[name], **report_registered(report_id=name)
        )
        for name in "ab"
    ]
    merge = log.event(
        "AnalystDecided",
        event="m",
        households=["a"],
        decisions=[{"kind": "MERGED", "code": "ANALYST", "household_ids": ["a", "b"]}],
        kind="MERGE",
        reason_code="SAME_FAMILY",
        decided_by="u1",
    )
    project(connection, held, [*unit, merge])
    merged = {row["household_id"]: row["merged_into"] for row in rows(connection, "household_view")}
    assert merged == {"a": None, "b": "a"}


VIEWS = {
    "household_view": "region household_id founded_at last_signal_at events persons municipality"
    " merged_into",
    "timeline_view": "region household_id position incarnation known_at occurred_at recorded_at day"
    " source event_id record_name label is_signal details flags voided_by",
    "finding_view": "region household_id finding_id rule_id rule_version rule_label subject level"
    " status is_open sentence raised_known_at triggered_at renewals evidence parameters late"
    " reason_code journal_position",
    "radar_list_view": "region household_id highest_level level_rank open_findings rule_ids"
    " sentence last_signal_at municipality",
    "region_view": "region name clock_mode now day journal_position projected_position"
    " projected_at",
    "parked_view": "region household_id",
    "review_view": "region id kind known_at household_ids pids",
    "membership_view": "region household_id pid role valid_from",
    "named_view": "region position pid",
    "numbered_person_view": "region pid",
    "residence_view": "region address household_id lives_from lives_until",
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_exactly_the_columns_that_pages_read(connection: Connection, view: str) -> None:
    cursor = connection.execute(f"select * from projections.{view}".encode())
    found = {column.name for column in cursor.description or ()}
    assert found == set(VIEWS[view].split())


def test_pages_read_views_and_nothing_else(connection: Connection) -> None:
    connection.execute("set local role radar_query")
    assert rows(connection, "household_view") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from projections.timeline")


def _signals(connection: Connection) -> dict[str, bool]:
    return {row["event_id"]: row["is_signal"] for row in rows(connection, "timeline_view")}


def _positions(connection: Connection, fact: str) -> list[Any]:
    return connection.execute(
        f"select position, position_from, position_to from projections.{fact}"
        " order by position, position_from".encode()
    ).fetchall()


def _versions(connection: Connection, fact: str) -> list[Any]:
    return connection.execute(
        "select position, position_from, position_to, known_from, known_to"
        f" from projections.{fact} order by position, position_from".encode()
    ).fetchall()
