"""S12: reports by nature of violence (table 3 of the report)."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic, codes_of

S12 = Statistic(
    id="S12",
    title="Meldingen naar aard",
    file="s12_report_nature.sql",
    section="report_nature",
    codes=codes_of("nature"),
    base=Base.REGISTERED,
)
