"""S08: reports received; no outcome removes a report, only its sender does (definitions.md)."""

from __future__ import annotations

from projections.statistics.figure import Statistic

S08 = Statistic(id="S08", title="Meldingen", file="s08_reports.sql", section="reports")
