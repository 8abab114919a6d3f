"""Whatever comes after an edition: it says what it said, and the next one differs by just that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.migrate import migrations
from query.editions.differing import differing
from query.editions.places import places_on
from query.editions.store import Edition, Making, new_edition, publish, read_edition
from query.regions import Region
from query.report.asking import collect
from query.report.content import Report, ReportQuestion
from query.report.document import document_text, report_document
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from tests.support.log_rows import REGION, LogRows, event_id, keep_rows, lease, report_registered
from tests.support.projected import migrate_projections, project

FIRST_DAY = date(2025, 5, 1)
PLACE = Region(
    code=REGION,
    name="Drenthe",
    clock_mode="SYSTEM",
    now=datetime(2025, 12, 31, tzinfo=UTC),
    day=date(2025, 12, 31),
    journal_position=0,
    projected_position=0,
    projected_at=None,
    parked=0,
)
DAYS = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 28), date(2025, 4, 30)]
KINDS = ("report", "advice", "assessment", "service", "case", "told", "correct", "correct", "order")
CORRECTIONS = ("RETRACTED", "DUPLICATE_OF", "REPLACED")

Step = tuple[str, int, int, int]
"""What is said, and three numbers that choose about whom, of which day, and how."""

STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 3), st.integers(0, 2)),
    min_size=1,
    max_size=14,
)


@pytest.fixture(scope="module")
def migrated(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        for migration in migrations():
            if migration.package == "query":
                connection.execute(migration.text.encode())
        connection.commit()
        yield connection


@dataclass(kw_only=True)
class Teller:
    """Says steps as rows, one day after another."""

    log: LogRows = field(default_factory=LogRows)
    said: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    day: date = FIRST_DAY

    def rows(self, steps: Sequence[Step]) -> list[InputRecord]:
        return [row for step in steps for row in self._rows(*step)]

    def _rows(self, kind: str, who: int, when: int, how: int) -> Iterator[InputRecord]:
        self.day += timedelta(days=1)
        if kind == "correct":
            if self.said:
                yield from self._correction(who, when, how)
            return
        yield self._event(*_statement(kind, who, DAYS[when], how))

    def _event(self, record_name: str, fields: dict[str, Any]) -> InputRecord:
        name = f"{len(self.said)}"
        self.said.append((name, record_name, fields))
        known_at = datetime(self.day.year, self.day.month, self.day.day, 10, tzinfo=UTC)
        return self.log.event(record_name, event=name, known_at=known_at, **fields)

    def _correction(self, who: int, when: int, how: int) -> Iterator[InputRecord]:
        """Correct what was said, a correction too; a replacement says it of another day."""
        target, record_name, fields = self.said[who % len(self.said)]
        is_advice = record_name in ("AdviceGiven", "AdviceCorrected")
        correcting = "AdviceCorrected" if is_advice else "EventCorrected"
        is_replaced = CORRECTIONS[how] == "REPLACED" and record_name not in (
            "AdviceCorrected",
            "EventCorrected",
        )
        replacement = event_id(str(len(self.said) + 1)) if is_replaced else None
        yield self._event(
            correcting,
            {
                "corrected_event_id": event_id(target),
                "kind": CORRECTIONS[how] if is_replaced or how != 2 else "RETRACTED",
                "reason_code": "ENTERED_BY_MISTAKE",
                "replacement_event_id": replacement,
            },
        )
        if is_replaced:
            moved = {key: DAYS[when] if type(v) is date else v for key, v in fields.items()}
            yield self._event(record_name, moved)


def _statement(kind: str, who: int, day: date, how: int) -> tuple[str, dict[str, Any]]:
    report, case = f"M-{who}", f"Z-{who // 2}"
    match kind:
        case "report":
            nature = [["CHILD_ABUSE"], [], ["ELDER_ABUSE", "CHILD_ABUSE"]][how]
            return "ReportRegistered", report_registered(
                report_id=report, case_id=case, received_on=day, nature=nature
            )
        case "advice":
            channel = ("CHAT", "PHONE", "UNKNOWN")[how]
            fields = {"seeker_sector": "EDUCATION", "from_school": how == 1, "anonymous": False}
            return "AdviceGiven", {"given_on": day, "channel": channel, **fields}
        case "assessment":
            outcome = ("NO_FOLLOW_UP", "HANDOVER_PROFESSIONAL", "INVESTIGATION")[how]
            fields = {"case_id": case, "report_id": report, "completed_on": day}
            return "SafetyAssessmentCompleted", {**fields, "outcome": outcome}
        case "service":
            status = ("REGISTERED", "PICKED_UP", "COMPLETED")[how]
            fields = {"case_id": case, "report_id": report, "service_id": f"D-{who}"}
            fields |= {"service": "INVESTIGATION", "status": status}
            return "ServiceStatusChanged", {**fields, "status_on": day}
        case "case":
            status = ("MONITORING_STARTED", "MONITORING_ENDED", "CLOSED")[how]
            return "CaseStatusChanged", {"case_id": case, "status": status, "status_on": day}
        case "told":
            party = ("REPORTER", "SUBJECT", "SUBJECT")[how]
            fields = {"case_id": case, "report_id": report, "party": party, "informed_on": day}
            return "PartyInformed", {**fields, "content": "ASSESSMENT_RESULT"}
        case _:
            fields = {"mda_id": f"A-{who}", "status": ("PROPOSED", "ACTIVE", "ACTIVE")[how]}
            return "MdaRegistrationChanged", {**fields, "status_on": day}


def report_of_spring(connection: Connection, known_on: date) -> Report:
    asked = ReportQuestion(
        region=REGION, first=date(2025, 1, 1), last=date(2025, 4, 30), known_on=known_on
    )
    return collect(connection, PLACE, asked)


def published(connection: Connection, name: str, known_on: date) -> Edition:
    report = report_of_spring(connection, known_on)
    making = Making(name=name, is_factsheet=False, definitions=1, software="0")
    places = places_on(connection, REGION, known_on)
    edition, is_new = publish(connection, new_edition(report, report, places, making))
    assert is_new
    return edition


def bring(connection: Connection, held: Any, rows: list[InputRecord]) -> None:
    if rows:
        keep_rows(connection, REGION, rows)
        project(connection, held, rows)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, STEPS)
def test_what_comes_later_changes_no_edition(
    migrated: Connection, before: list[Step], after: list[Step]
) -> None:
    try:
        teller, held = Teller(), lease()
        bring(migrated, held, teller.rows(before))
        known_on = teller.day
        first = published(migrated, "first", known_on)

        bring(migrated, held, teller.rows(after))
        assert read_edition(migrated, REGION, "first") == first
        again = report_of_spring(migrated, known_on)
        assert document_text(report_document(again)) == first.figures
        places = places_on(migrated, REGION, known_on)
        assert (places.journal.position, places.advice.position) == (
            first.journal_position,
            first.advice_position,
        )

        second = published(migrated, "second", teller.day)
        found = differing(migrated, first, second)
        for each in found.figures:
            assert sum(move.effect for move in each.moves) == each.difference
        told = {each.id for each in found.figures if each.difference}
        if first.figures_report.counts != second.figures_report.counts:
            assert told
    finally:
        migrated.rollback()
