"""Services (Voorwaarden & Vervolg, onderzoek) and their statuses (S17–S22)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = (
    "service_id",
    "case_id",
    "report_id",
    "service",
    "status",
    "status_on",
    "result_codes",
)

# S17 and S20 count distinct service_id over every status that stands: none replaces another.
SERVICE = FactType(
    table="fact_service",
    record_name="ServiceStatusChanged",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
)
