"""The work of the pretend region as facts: more open items than a page holds, some overdue."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from streams.household.terms import SERVICE_TERM_DAYS, Calendar, start_of_day

REPORTS = 70
"""One a day from 1 July 2025 on; of every third one the assessment is done after four days."""
FIRST_DAY = date(2025, 7, 1)
MUNICIPALITIES = ("GM0106", "GM0114", None)
_CALENDAR = Calendar()
_CASES = "urn:nld:oin:00000001823288444000:systeem:zaaksysteem"

Row = dict[str, Any]


def work_facts() -> dict[str, list[Row]]:
    """Return the facts by their table."""
    reports = [_report(number) for number in range(REPORTS)]
    assessments = [_assessment(number) for number in range(0, REPORTS, 3)]
    return {
        "fact_report": reports,
        "fact_assessment": assessments,
        "fact_service": [row for number in range(4) for row in _service(number)],
    }


def _report(number: int) -> Row:
    received_on = FIRST_DAY + timedelta(days=number)
    return _fact(f"werk-melding-{number}", 1000 + number, received_on) | {
        "chain": _report_id(number), "report_id": _report_id(number), "case_id": f"Z-{number}",
        "received_on": received_on,
        "reporter_sector": "EDUCATION", "nature": [], "forms": [], "repeat_kind": "UNKNOWN",
        "acute": False, "reasons": [], "municipality": MUNICIPALITIES[number % 3],
        "assessment_due_on": _CALENDAR.assessment_due(received_on),
        "service_due_on": _CALENDAR.service_due(received_on),
    }  # fmt: skip


def _assessment(number: int) -> Row:
    completed_on = FIRST_DAY + timedelta(days=number + 4)
    return _fact(f"werk-beoordeling-{number}", 2000 + number, completed_on) | {
        "chain": _report_id(number), "report_id": _report_id(number), "case_id": f"Z-{number}",
        "completed_on": completed_on,
        "outcome": "INVESTIGATION", "sources_used": [], "life_domains": [],
    }  # fmt: skip


def _service(number: int) -> list[Row]:
    """Return the statuses of one service: waiting, picked up, done in time, and V&V waiting."""
    kind = "CONDITIONS_AND_FOLLOW_UP" if number == 3 else "INVESTIGATION"
    days = {"REGISTERED": FIRST_DAY - timedelta(days=60 * (number == 1))}
    if number in (1, 2):
        days["PICKED_UP"] = FIRST_DAY + timedelta(days=7)
    if number == 2:
        days["COMPLETED"] = FIRST_DAY + timedelta(days=40)
    rows = []
    for place, (status, on) in enumerate(days.items()):
        is_decided = kind == "INVESTIGATION" and status == "REGISTERED"
        due = _CALENDAR.term_end(on, SERVICE_TERM_DAYS) if is_decided else None
        rows.append(
            _fact(f"werk-dienst-{number}-{status}", 3000 + number * 10 + place, on) | {
                "service_id": f"D-2025-{number}", "case_id": f"Z-{number}",
                "report_id": _report_id(number), "service": kind, "status": status,
                "status_on": on, "result_codes": [], "decision_due_on": due,
            }
        )  # fmt: skip
    return rows


def _report_id(number: int) -> str:
    return f"M-2025-{number:04}"


def _fact(name: str, position: int, on: date) -> Row:
    known = start_of_day(on + timedelta(days=1))
    return {
        "region": "drenthe", "chain": name, "position": position, "source": _CASES,
        "event_id": name, "event_known_at": known, "position_from": position,
        "known_from": known, "known_to": "infinity",
    }  # fmt: skip
