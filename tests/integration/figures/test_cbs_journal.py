"""A small journal becomes the approved files; what is known later, or is no record, stays out."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.cbs import write_delivery
from query.cbs.candidates import COMPLETED_BEFORE_RECEIVED, NO_VIOLENCE, NOT_COMPLETED
from query.cbs.delivery import Asked, DeliveredSet, Delivery, collect_delivery
from query.cbs.document import check_document, record_files
from query.cbs.half_year import HalfYear
from query.cbs.layout import shipped_layout
from query.cbs.numbers import numbers_key
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from tests.support.log_rows import REGION, LogRows, lease, report_registered
from tests.support.projected import migrate_projections, project

APPROVED = Path(__file__).parents[2] / "golden/cbs"
CONDITIONS = "CONDITIONS_AND_FOLLOW_UP"
HALF_YEAR = HalfYear(year=2025, half=1)
SOON = datetime(2025, 7, 1, 8, tzinfo=UTC)
LATE = datetime(2025, 8, 1, 8, tzinfo=UTC)
ASKED = Asked(
    region=REGION,
    half_year=HALF_YEAR,
    known_on=date(2025, 7, 15),
    organisation="00000001001234567000",
    numbers_key=numbers_key(bytes(range(32)), REGION),
)


@pytest.fixture
def connection(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        yield connection
        connection.rollback()


class Journal:
    """Events of one region, each known on 1 July 2025 unless told otherwise."""

    def __init__(self) -> None:
        self.log = LogRows()
        self.rows: list[InputRecord] = []

    def add(self, record_name: str, event: str, **fields: Any) -> None:
        fields.setdefault("known_at", SOON)
        self.rows.append(self.log.event(record_name, event=event, **fields))

    def advice(self, name: str, on: date, **fields: Any) -> None:
        given: dict[str, Any] = {"channel": "PHONE", "seeker_sector": "EDUCATION"}
        given |= {"from_school": True, "anonymous": False, "given_on": on}
        self.add("AdviceGiven", name, **given | fields)

    def report(self, number: int, on: date, **fields: Any) -> None:
        given = report_registered(
            report_id=f"M-{number}",
            case_id=f"Z-{number}",
            received_on=on,
            nature=["CHILD_ABUSE"],
            forms=["WITNESS_OF_VIOLENCE", "EMOTIONAL_ABUSE", "STALKING"],
        )
        self.add("ReportRegistered", f"report-{number}", **given | fields)

    def assessed(self, number: int, on: date, outcome: str, **fields: Any) -> None:
        given: dict[str, Any] = {"case_id": f"Z-{number}", "report_id": f"M-{number}"}
        given |= {"completed_on": on, "outcome": outcome}
        self.add("SafetyAssessmentCompleted", f"assessed-{number}", **given | fields)

    def service(self, number: int, kind: str, status: str, on: date, **fields: Any) -> None:
        given: dict[str, Any] = {"case_id": f"Z-{number}", "report_id": f"M-{number}"}
        given |= {"service_id": f"D-{number}", "service": kind, "status": status, "status_on": on}
        self.add("ServiceStatusChanged", f"service-{number}-{status}", **given | fields)

    def handed_over(self, number: int, on: date, to_kind: str, codes: Sequence[str]) -> None:
        given: dict[str, Any] = {
            "handover_id": f"O-{number}",
            "case_id": f"Z-{number}",
            "to_kind": to_kind,
        }
        given |= {"sent_on": on, "safety_conditions": True, "codes": list(codes)}
        self.add("HandoverSent", f"handover-{number}", **given)


def journal() -> Journal:
    """Return a half-year in which everything is registered as the protocol asks."""
    told = Journal()
    told.advice("a1", date(2025, 1, 1), reasons=["06", "08"], seeker_role="15")
    told.advice("a2", date(2025, 6, 30), nature=["EX_PARTNER_VIOLENCE"], seeker_role="33")
    told.advice("a3", date(2025, 7, 1), reasons=["01"])
    told.advice("a4", date(2025, 3, 1), nature=["OTHER_PROBLEMS"])
    # An investigation: the report is complete with its assessment, the other half-year's too.
    told.report(1, date(2024, 12, 23), reporter_role="01", reasons=["01"])
    told.assessed(1, date(2025, 1, 2), "INVESTIGATION")
    told.service(1, "INVESTIGATION", "REGISTERED", date(2025, 1, 2))
    told.service(1, "INVESTIGATION", "PICKED_UP", date(2025, 1, 20))
    confirmed = {"result_codes": ["03", "05"]}
    told.service(1, "INVESTIGATION", "COMPLETED", date(2025, 6, 30), **confirmed)
    told.handed_over(1, date(2025, 6, 30), "LOCAL_TEAM", ["01", "04"])
    # Voorwaarden & Vervolg: complete when the service ends.
    told.report(2, date(2025, 2, 3), nature=["ELDER_ABUSE", "UNKNOWN"])
    told.assessed(2, date(2025, 2, 10), CONDITIONS)
    told.service(2, CONDITIONS, "REGISTERED", date(2025, 2, 10))
    told.service(2, CONDITIONS, "PICKED_UP", date(2025, 2, 17))
    told.service(2, CONDITIONS, "COMPLETED", date(2025, 4, 1))
    # A handover, and nothing further.
    told.report(3, date(2025, 3, 3), reporter_role="18")
    told.assessed(3, date(2025, 3, 10), "HANDOVER_PROFESSIONAL")
    told.handed_over(3, date(2025, 3, 12), "INVOLVED_PROFESSIONAL", [])
    told.report(4, date(2025, 3, 3), reporter_role="35")
    told.assessed(4, date(2025, 3, 10), "NO_FOLLOW_UP")
    # Not in this half-year: never assessed, follow-up not over, about something else.
    told.report(5, date(2025, 6, 1))
    told.report(6, date(2025, 5, 1))
    told.assessed(6, date(2025, 5, 8), "HANDOVER_CLIENT_NETWORK")
    told.report(7, date(2025, 5, 1), nature=["OTHER_PROBLEMS"])
    told.assessed(7, date(2025, 5, 2), "NO_FOLLOW_UP")
    # Known after the knowledge date.
    told.assessed(5, date(2025, 6, 5), "NO_FOLLOW_UP", known_at=LATE)
    return told


def delivered(connection: Connection, told: Journal, asked: Asked = ASKED) -> Delivery:
    project(connection, lease(), told.rows)
    return collect_delivery(connection, asked, shipped_layout(), parked=0)


def sets_of(delivery: Delivery) -> dict[str, DeliveredSet]:
    return {each.record_set.name: each for each in delivery.sets}


def steps_of(delivered_set: DeliveredSet) -> dict[str, int]:
    return {step.why: step.count for step in delivered_set.total.steps}


def test_the_files_are_the_approved_ones(connection: Connection) -> None:
    files = record_files(delivered(connection, journal()))
    assert len(files) == 3
    for name, text in files.items():
        approved = APPROVED / f"{name}"
        assert text == approved.read_bytes(), f"{name} differs from the approved file"


def test_the_totals_lead_from_the_report_to_the_records(connection: Connection) -> None:
    sets = sets_of(delivered(connection, journal()))
    assert {name: (each.total.reported, len(each.records)) for name, each in sets.items()} == {
        "adviezen": (3, 2),
        "meldingen": (6, 4),
        "onderzoeken": (1, 1),
    }
    assert steps_of(sets["adviezen"]) == {NO_VIOLENCE: -1}
    assert steps_of(sets["meldingen"]) == {
        NO_VIOLENCE: -1,
        NOT_COMPLETED: -2,
        "received before the half-year, completed in it": 1,
    }
    assert all(each.total.is_explained for each in sets.values())


def test_a_half_year_that_is_well_registered_would_be_accepted(connection: Connection) -> None:
    delivery = delivered(connection, journal())
    assert delivery.is_fit
    notices = {
        (each["name"], problem["field"])
        for each in check_document(delivery)["sets"]
        for problem in each["problems"]
    }
    assert ("meldingen", "bsn") in notices
    assert ("meldingen", "hoedanigheid") in notices
    assert ("adviezen", "aanleiding") in notices


def test_a_later_knowledge_date_is_a_correction_of_the_whole(connection: Connection) -> None:
    told = journal()
    first = delivered(connection, told)
    second = collect_delivery(
        connection, replace(ASKED, known_on=date(2025, 8, 1)), shipped_layout(), parked=0
    )
    before, after = sets_of(first)["meldingen"], sets_of(second)["meldingen"]
    numbers = {record.number for record in before.records}
    assert numbers < {record.number for record in after.records}
    assert len(after.records) == len(before.records) + 1


def test_the_investigation_of_a_report_has_the_number_of_its_own_record(
    connection: Connection,
) -> None:
    sets = sets_of(delivered(connection, journal()))
    (investigation,) = sets["onderzoeken"].records
    named = [record.values["onderzoeksnummer"] for record in sets["meldingen"].records]
    assert (investigation.number,) in named


def test_what_cannot_be_is_refused_and_named(connection: Connection) -> None:
    told = Journal()
    told.report(1, date(2025, 3, 3))
    told.assessed(1, date(2025, 3, 1), "NO_FOLLOW_UP")
    told.report(2, date(2025, 3, 3), nature=[], forms=[])
    told.assessed(2, date(2025, 3, 5), "INVESTIGATION")
    told.report(3, date(2025, 1, 3))
    told.service(3, "INVESTIGATION", "ABORTED", date(2025, 5, 1), result_codes=["02", "03"])
    sets = sets_of(delivered(connection, told))
    problems = {
        (each.field, each.problem): each.records
        for name in ("meldingen", "onderzoeken")
        for each in sets[name].problems
        if each.is_refused
    }
    assert problems == {
        ("nummer", COMPLETED_BEFORE_RECEIVED): 1,
        ("aanleiding", "required, and not registered"): 1,
        ("aard", "required, and not registered"): 1,
        (
            "vervolg + onderzoeksnummer",
            "an investigation follows, and its number is missing (3.7.1)",
        ): 1,
        ("start_onderzoek", "required, and not registered"): 1,
        ("vervolg", "required, and not registered"): 1,
        ("uitkomst", "says two different things of the same violence (4.5)"): 1,
    }
    assert steps_of(sets["onderzoeken"]) == {
        "broken off: the report counts only what was completed": 1
    }
    assert not any(sets[name].is_fit for name in ("meldingen", "onderzoeken"))


def test_files_are_whole_private_and_the_same_every_time(
    connection: Connection, tmp_path: Path
) -> None:
    delivery = delivered(connection, journal())
    directory = tmp_path / "levering"
    written = write_delivery(delivery, directory)
    assert {path.name for path in written} == {path.name for path in directory.iterdir()}
    assert len(written) == 4
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    first = {path.name: path.read_bytes() for path in written}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    again = {path.name: path.read_bytes() for path in write_delivery(delivery, directory)}
    assert again == first


def test_nothing_of_the_case_system_stands_in_the_files(connection: Connection) -> None:
    files = record_files(delivered(connection, journal()))
    text = b"".join(files.values())
    assert text.isascii()
    for told in (b"M-1", b"Z-1", b"D-1", b"household"):
        assert told not in text
