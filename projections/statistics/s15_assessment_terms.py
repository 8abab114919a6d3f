"""S15: how long safety assessments took, from receipt of the report to the decision."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic

WITHIN_LAW, WITHIN_15_DAYS, LATER = "WITHIN_LAW", "WITHIN_15_DAYS", "LATER"

S15 = Statistic(
    id="S15",
    title="Doorlooptijd veiligheidsbeoordeling",
    file="s15_assessment_terms.sql",
    section="assessment_terms",
    codes=(WITHIN_LAW, WITHIN_15_DAYS, LATER),
    base=Base.ALL,
    decimals=0,
)
