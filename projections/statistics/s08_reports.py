"""S08 and S09: reports received, and the share in which children are involved."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic

_FILE = "s08_reports.sql"
S08 = Statistic(id="S08", title="Meldingen", file=_FILE, section="reports")
S09 = Statistic(
    id="S09",
    title="Meldingen waarbij kinderen betrokken zijn",
    file=_FILE,
    section="children_involved",
    base=Base.ALL,
    decimals=0,
)
