"""S07: advices by nature of violence (table 1 of the report)."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic, codes_of

S07 = Statistic(
    id="S07",
    title="Adviezen naar aard",
    file="s07_advice_nature.sql",
    section="advice_nature",
    codes=codes_of("nature"),
    base=Base.REGISTERED,
)
