"""S13: reports by form of violence (table 4 of the report)."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic, codes_of

S13 = Statistic(
    id="S13",
    title="Meldingen naar vorm",
    file="s13_report_forms.sql",
    section="report_forms",
    codes=codes_of("form"),
    base=Base.REGISTERED,
)
