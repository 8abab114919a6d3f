"""What partners say in the admission tests, with as little to fill in as the test is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from streams.engine.stage import InputRecord
from tests.support.admission import CASE_SYSTEM, POLICE, AdmissionRoad, bsn, event_id, person

DAY = date(2025, 1, 1)
RIA = {"family_name": "Testpersoon", "given_names": "Ria", "birth_date": "1980-02-03"}


def police(road: AdmissionRoad, event: str, *numbers: int, **fields: Any) -> InputRecord:
    """Say that the police met these people, a victim first, then perpetrators."""
    roles = ["VICTIM"] + ["SUSPECTED_PERPETRATOR"] * len(numbers)
    said: dict[str, Any] = {
        "reported_on": DAY,
        "incident_on": DAY,
        "agenda_requested": False,
        "subjects_informed": True,
        "persons": [person(ref, roles[ref]) for ref in range(len(numbers))],
        "people": [{"ref": ref, "bsn": bsn(n)} for ref, n in enumerate(numbers)],
    }
    return road.say("PoliceReportSubmitted", event, **{"source": POLICE} | said | fields)


def registered(road: AdmissionRoad, event: str, case: str, **fields: Any) -> InputRecord:
    return road.say(
        "ReportRegistered",
        event,
        case_id=case,
        report_id=f"report of {case}".replace(" ", "-"),
        received_on=DAY,
        reporter_sector="JUSTICE_AND_SAFETY",
        repeat_kind="FIRST",
        acute=False,
        **fields,
    )


def assessed(road: AdmissionRoad, event: str, case: str) -> InputRecord:
    return road.say(
        "SafetyAssessmentCompleted",
        event,
        case_id=case,
        report_id=f"report-of-{case}",
        completed_on=DAY,
        outcome="NO_FOLLOW_UP",
    )


def corrected(
    road: AdmissionRoad, event: str, target: str, kind: str, **fields: Any
) -> InputRecord:
    topic = fields.pop("topic", "vt.in.police.v1")
    return road.say(
        "EventCorrected",
        event,
        topic=topic,
        **{"source": POLICE} | fields,
        corrected_event_id=event_id(target),
        kind=kind,
        reason_code="INPUT_ERROR",
    )


def decided(
    road: AdmissionRoad,
    event: str,
    kind: str,
    *households: str,
    people: Sequence[str] = (),
    since: date | None = None,
    **fields: Any,
) -> InputRecord:
    """Say what an analyst decided about households and people, by their tokens."""
    said: dict[str, Any] = {"reason_code": "SAME_HOUSEHOLD", "decided_by": "analist-1"}
    return road.say(
        "AnalystDecided",
        event,
        kind=kind,
        household_ids=list(households),
        person_pids=list(people),
        valid_from=since,
        **said | fields,
    )


def undone(road: AdmissionRoad, event: str, decision: str) -> InputRecord:
    """Take a decision back."""
    return corrected(
        road, event, decision, "RETRACTED", source=CASE_SYSTEM, topic="vt.in.analyst.v1"
    )
