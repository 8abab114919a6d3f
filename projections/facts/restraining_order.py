"""Temporary restraining orders and their statuses (S23)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, Stating
from streams.household.terms import Calendar, amsterdam_day

_COLUMNS = (
    "order_id",
    "status",
    "status_at",
    "status_on",
    "ends_at",
    "because_of_child_abuse",
    "municipality",
)


def _values(entry: Stating, _calendar: Calendar) -> tuple[object, ...]:
    record = entry.record
    return (
        record["order_id"],
        record["status"],
        record["status_at"],
        amsterdam_day(record["status_at"]),
        record["ends_at"],
        record["because_of_child_abuse"],
        record["address"]["municipality"],
    )


RESTRAINING_ORDER = FactType(
    table="fact_restraining_order",
    record_name="RestrainingOrderChanged",
    columns=_COLUMNS,
    values=_values,
)
