"""Who was told what and when: the duty to inform reporters and subjects (S33)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, Stating
from streams.household.terms import Calendar

_COLUMNS = (
    "case_id",
    "report_id",
    "party",
    "pid",
    "content",
    "informed_on",
    "postponed_until",
)


def _values(entry: Stating, _calendar: Calendar) -> tuple[object, ...]:
    record = entry.record
    # S33 counts subjects per person; a reporter has no token (definitions.md).
    pids = [person["pid"] for person in entry.row["persons"]]
    return (
        record["case_id"],
        record["report_id"],
        record["party"],
        pids[0] if pids else None,
        record["content"],
        record["informed_on"],
        record["postponed_until"],
    )


INFORMATION_DUTY = FactType(
    table="fact_information_duty",
    record_name="PartyInformed",
    columns=_COLUMNS,
    values=_values,
)
