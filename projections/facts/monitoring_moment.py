"""Monitoring moments: two contacts in the year after a handover (S28, R18)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = ("case_id", "moment_no", "planned_on", "status", "held_on", "safe_enough")

MONITORING_MOMENT = FactType(
    table="fact_monitoring_moment",
    record_name="MonitoringMomentRecorded",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
    # The newest version of (case, moment) by journal position counts (definitions.md, R18).
    chain=lambda record: f"{record['case_id']}|{record['moment_no']}",
)
