"""S05: advices by the role of who asks (figure 3 of the report)."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic, codes_of

S05 = Statistic(
    id="S05",
    title="Adviezen naar rol van de adviesvrager",
    file="s05_advice_seekers.sql",
    section="advice_seekers",
    codes=codes_of("ip2015_role"),
    base=Base.REGISTERED,
)
