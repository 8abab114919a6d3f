"""Reports as the case system counts them: the base of the statistics (S08)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = (
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

REPORT = FactType(
    table="fact_report",
    record_name="ReportRegistered",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
    # Several registrations of one report: the last by journal position counts (definitions.md).
    chain=lambda record: str(record["report_id"]),
)
