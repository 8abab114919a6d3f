"""Advice given: nobody's, linked to nothing (S01–S07)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = (
    "given_on",
    "channel",
    "seeker_sector",
    "seeker_role",
    "from_school",
    "municipality",
    "nature",
    "anonymous",
    "reasons",
)

ADVICE = FactType(
    table="fact_advice",
    record_name="AdviceGiven",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
)
