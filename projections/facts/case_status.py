"""Opening, monitoring period and closing of cases (S28)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = ("case_id", "status", "status_on", "reason_code")

CASE_STATUS = FactType(
    table="fact_case_status",
    record_name="CaseStatusChanged",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
)
