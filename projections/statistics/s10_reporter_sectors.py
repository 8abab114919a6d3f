"""S10 and, over all reports, S11: reports by the reporter's sector (table 2 of the report)."""

from __future__ import annotations

from dataclasses import replace

from projections.statistics.figure import Base, Statistic, codes_of

S10 = Statistic(
    id="S10",
    title="Meldingen naar hoedanigheid van de melder",
    file="s10_reporter_sectors.sql",
    section="reporter_sectors",
    codes=codes_of("reporter_sector"),
    base=Base.REGISTERED,
)

S11 = replace(S10, id="S11", base=Base.ALL)
"""The same counts as shares of all reports."""
