"""S30: cases with at least one report, and services completed (CBS 84851NED)."""

from __future__ import annotations

from projections.statistics.figure import Statistic

_FILE = "s30_cases.sql"
S30 = Statistic(id="S30", title="Casussen met een melding", file=_FILE, section="reported_cases")
S30_COMPLETED = Statistic(
    id="S30-completed",
    title="Diensten afgerond",
    file=_FILE,
    section="services_completed",
    codes=("CONDITIONS_AND_FOLLOW_UP", "INVESTIGATION"),
)
