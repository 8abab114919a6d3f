"""S28: cases with monitoring open on at least one day of the period; moments held beside it."""

from __future__ import annotations

from projections.statistics.figure import Statistic

_FILE = "s28_monitoring.sql"
S28 = Statistic(id="S28", title="Casussen in monitoring", file=_FILE, section="monitored_cases")
S28_HELD = Statistic(
    id="S28-held", title="Monitoringsmomenten gehouden", file=_FILE, section="moments_held"
)
