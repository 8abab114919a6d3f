"""What may become a record, and why it does not: the protocol's words about completion. Pure.

A record is made of advice given, of reports completed and of investigations ended in the half-year
(protocol 6.5). Reports without suspicion of domestic violence or child abuse are none (3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from query.cbs.attributes import Attribute, Candidate
from query.cbs.half_year import HalfYear

NO_VIOLENCE = "about no domestic violence or child abuse"
NOT_COMPLETED = "not completed by the end of the half-year"
COMPLETED_BEFORE_RECEIVED = "completed before it was received"

OTHER_PROBLEMS = "OTHER_PROBLEMS"
DONE_WHEN_ASSESSED = frozenset(
    {
        "INVESTIGATION",
        "CONVERTED_TO_ADVICE",
        "NO_FOLLOW_UP",
        "NOT_ADMISSIBLE",
        "MISADDRESSED",
        "TRANSFERRED_TO_OTHER_VT",
    }
)
"""Outcomes with which a report is completed; any other waits for the end of what follows (6.5)."""
CONFIRMED = frozenset({"03", "06"})
"""Results that confirm domestic violence or child abuse; only then its kind is told (4.6)."""

Row = Mapping[str, Any]


def advice_candidate(row: Row, organisation: str) -> Candidate:
    """Return an advice of the half-year."""
    return Candidate(
        attributes={
            "delivery.organisation": organisation,
            "advice.id": row["id"],
            "advice.given_on": row["given_on"],
            "advice.reasons": registered(row["reasons"]),
            "advice.nature": registered(row["nature"]),
            "advice.seeker_role": row["seeker_role"],
        },
        outside=NO_VIOLENCE if is_about_other_problems(row["reasons"], row["nature"]) else None,
        counted=True,
    )


def report_candidate(row: Row, organisation: str, half_year: HalfYear) -> Candidate | None:
    """Return a report that was received or completed in the half-year; None for any other."""
    started_on, ended_on = _follow_up(row)
    done_on = row["assessed_on"] if row["outcome"] in DONE_WHEN_ASSESSED else ended_on
    counted = half_year.first <= row["received_on"] <= half_year.last
    is_done = done_on is not None and half_year.first <= done_on <= half_year.last
    if not counted and not is_done:
        return None
    outside = None
    if is_about_other_problems(row["reasons"], row["nature"]):
        outside = NO_VIOLENCE
    elif done_on is not None and done_on < row["received_on"]:
        outside = COMPLETED_BEFORE_RECEIVED
    elif not is_done:
        outside = NOT_COMPLETED
    is_investigated = row["outcome"] == "INVESTIGATION"
    return Candidate(
        attributes={
            **_reported(row, organisation),
            "report.id": row["report_id"],
            "report.reporter_role": row["reporter_role"],
            "followup.kind": row["outcome"],
            "followup.investigation_id": row["investigation_id"] if is_investigated else None,
            "followup.started_on": started_on,
            "followup.ended_on": ended_on,
        },
        outside=outside,
        counted=counted,
    )


def investigation_candidate(row: Row, organisation: str) -> Candidate:
    """Return an investigation that ended in the half-year; `counted`: not broken off."""
    results = registered(row["result_codes"])
    return Candidate(
        attributes={
            **_reported(row, organisation),
            "investigation.id": row["service_id"],
            "investigation.started_on": row["picked_up_on"],
            "investigation.ended_on": row["status_on"],
            "investigation.results": results,
            "investigation.confirmed_forms": (
                registered(row["forms"]) if CONFIRMED & set(results) else ()
            ),
            "investigation.handover_codes": registered(row["handover_codes"]),
            "investigation.handover_kinds": registered(row["handover_kinds"]),
        },
        outside=None,
        counted=row["is_completed"],
    )


def is_about_other_problems(reasons: Sequence[str], nature: Sequence[str]) -> bool:
    """Say whether neither a reason nor a nature tells of domestic violence or child abuse.

    Nothing registered is no statement: such a record is delivered, and its gap is reported.
    """
    return not registered(reasons) and registered(nature) == (OTHER_PROBLEMS,)


def registered(codes: Sequence[str] | None) -> tuple[str, ...]:
    """Return the codes that say something, each once."""
    return tuple(dict.fromkeys(code for code in codes or () if code != "UNKNOWN"))


def _reported(row: Row, organisation: str) -> dict[str, Attribute]:
    return {
        "delivery.organisation": organisation,
        "report.reasons": registered(row["reasons"]),
        "report.nature": registered(row["nature"]),
        "report.forms": registered(row["forms"]),
        "report.received_on": row["received_on"],
    }


def _follow_up(row: Row) -> tuple[date | None, date | None]:
    """Return when arranging what follows began, and when our involvement ended (3.7.2, 3.7.3).

    With Voorwaarden & Vervolg those are the days of that service. Otherwise the follow-up is
    chosen by the assessment and ends when the case is handed over, or else closed.
    """
    if row["assessed_on"] is None or row["outcome"] in DONE_WHEN_ASSESSED | {"UNKNOWN"}:
        return None, None
    if row["outcome"] == "CONDITIONS_AND_FOLLOW_UP" and row["has_conditions"]:
        return row["conditions_started_on"], row["conditions_ended_on"]
    return row["assessed_on"], row["handed_over_on"] or row["closed_on"]
