"""Safety assessments: the decision on a report's follow-up (S15, S26)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = (
    "report_id",
    "case_id",
    "completed_on",
    "outcome",
    "acute_unsafe",
    "structurally_unsafe",
    "multi_problem",
    "sources_used",
    "life_domains",
)

ASSESSMENT = FactType(
    table="fact_assessment",
    record_name="SafetyAssessmentCompleted",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
    # One assessment per report: the last by journal position counts (definitions.md, S15).
    chain=lambda record: str(record["report_id"]),
)
