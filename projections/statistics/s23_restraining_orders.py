"""S23: temporary restraining orders imposed, and those that were looked into."""

from __future__ import annotations

from projections.statistics.figure import Statistic

_FILE = "s23_restraining_orders.sql"
S23 = Statistic(
    id="S23",
    title="Tijdelijke huisverboden opgelegd",
    file=_FILE,
    section="restraining_orders",
    parameters=(("with_not_imposed", ""),),
)
S23_ASSESSED = Statistic(
    id="S23-assessed",
    title="Tijdelijke huisverboden beoordeeld",
    file=_FILE,
    section="restraining_orders",
    parameters=(("with_not_imposed", "ASSESSED_NOT_IMPOSED"),),
)
