"""Handovers after an assessment or a service."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = (
    "handover_id",
    "case_id",
    "to_kind",
    "sent_on",
    "safety_conditions",
    "feedback_due_on",
    "codes",
)

HANDOVER = FactType(
    table="fact_handover",
    record_name="HandoverSent",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
)
