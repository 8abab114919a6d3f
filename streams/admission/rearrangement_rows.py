"""The hub's own row that says which earlier rows count elsewhere from here on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from streams.admission.hub_rows import hub_row
from streams.admission.journal_rows import Draft
from streams.admission.rearranging import Plan
from streams.household.rearranging import HOUSEHOLDS_REARRANGED


def rearrangement_row(plan: Plan, cause: Draft, position: int, known_at: datetime) -> Draft:
    """Return the row for what a plan moves; `position` is its own."""
    said: dict[str, Any] = {
        "change": plan.change,
        "moves": [
            {"from_household": left, "to_household": joined, "positions": positions}
            for (left, joined), positions in plan.grouped().items()
        ],
        "valid_from": plan.valid_from,
        "decided_in": {"source": cause.key.source, "event_id": cause.key.event_id},
    }
    return hub_row(HOUSEHOLDS_REARRANGED, said, cause, known_at, identity=(str(position),))
