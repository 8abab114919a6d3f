"""S18 and S21: how long services took, by the report's measure and by law."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic

WITHIN_75_DAYS, WITHIN_105_DAYS, LATER = "WITHIN_75_DAYS", "WITHIN_105_DAYS", "LATER"
BY_LAW, AFTER_DECISION = "BY_LAW", "AFTER_DECISION"
"""The legal variants beside the three buckets: D4 of the report, D5 of the decision."""

_FILE = "s18_service_terms.sql"
S18 = Statistic(
    id="S18",
    title="Doorlooptijd Voorwaarden & Vervolg",
    file=_FILE,
    section="service_terms",
    parameters=(("service", "CONDITIONS_AND_FOLLOW_UP"),),
    codes=(WITHIN_75_DAYS, WITHIN_105_DAYS, LATER, BY_LAW),
    base=Base.ALL,
    decimals=0,
)
S21 = Statistic(
    id="S21",
    title="Doorlooptijd onderzoek",
    file=_FILE,
    section="service_terms",
    parameters=(("service", "INVESTIGATION"),),
    codes=(WITHIN_75_DAYS, WITHIN_105_DAYS, LATER, BY_LAW, AFTER_DECISION),
    base=Base.ALL,
    decimals=0,
)
