"""Reports as the case system counts them: the base of the statistics (S08)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from projections.facts.fact_type import FactType, Stating, fields
from streams.household.terms import Calendar

_STATED = (
    "report_id",
    "case_id",
    "received_on",
    "reporter_sector",
    "reporter_role",
    "municipality",
    "nature",
    "forms",
    "children_involved",
    "repeat_kind",
    "acute",
    "reasons",
)
_stated = fields(*_STATED)


def _values(entry: Stating, calendar: Calendar) -> tuple[object, ...]:
    """Add what the law asks: D1 for the assessment, D4 for a service that follows."""
    return (*_stated(entry, calendar), *_due(calendar, entry.record["received_on"]))


# Twenty years of days: a rebuild asks for the same few a million times.
@lru_cache(maxsize=8_192)
def _due(calendar: Calendar, received_on: date) -> tuple[date, date]:
    return calendar.assessment_due(received_on), calendar.service_due(received_on)


REPORT = FactType(
    table="fact_report",
    record_name="ReportRegistered",
    columns=(*_STATED, "assessment_due_on", "service_due_on"),
    values=_values,
    # Several registrations of one report: the last by journal position counts (definitions.md).
    chain=lambda record: str(record["report_id"]),
)
