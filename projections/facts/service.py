"""Services (Voorwaarden & Vervolg, onderzoek) and their statuses (S17–S22)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, Stating, fields
from streams.household.terms import SERVICE_TERM_DAYS, Calendar

_STATED = (
    "service_id",
    "case_id",
    "report_id",
    "service",
    "status",
    "status_on",
    "result_codes",
)
_stated = fields(*_STATED)


def _values(entry: Stating, calendar: Calendar) -> tuple[object, ...]:
    """Add D5: an investigation is concluded within ten weeks of the decision to start it."""
    record = entry.record
    decided = record["service"] == "INVESTIGATION" and record["status"] == "REGISTERED"
    due = calendar.term_end(record["status_on"], SERVICE_TERM_DAYS) if decided else None
    return (*_stated(entry, calendar), due)


# S17 and S20 count distinct service_id over every status that stands: none replaces another.
SERVICE = FactType(
    table="fact_service",
    record_name="ServiceStatusChanged",
    columns=(*_STATED, "decision_due_on"),
    values=_values,
)
