"""The hub's own row that says which earlier rows count elsewhere from here on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from schemas.identity import HouseholdId, Pid
from streams.admission.homes import Home
from streams.admission.hub_rows import hub_row
from streams.admission.journal_rows import Draft
from streams.household.rearranging import HOUSEHOLDS_REARRANGED


@dataclass(slots=True)
class Plan:
    """What one row did to households: for the row itself, and for the hub's row behind it."""

    change: str = "CORRECTED"
    valid_from: date | None = None
    split_off: HouseholdId | None = None
    households: tuple[HouseholdId, ...] = ()
    decisions: list[Mapping[str, Any]] = field(default_factory=list)
    moves: dict[int, tuple[Home, Home]] = field(default_factory=dict)
    people: set[Pid] = field(default_factory=set)
    is_active: bool = False

    def move(self, position: int, left: Home, joined: Home) -> None:
        """Note a move; several of one row are one, from where it was to where it ends."""
        first, _ = self.moves.get(position, (left, joined))
        self.moves[position] = (first, joined)

    def grouped(self) -> dict[tuple[Home, Home], list[int]]:
        """Return the positions by (household left, household joined), without empty moves."""
        groups: dict[tuple[Home, Home], list[int]] = {}
        for position, (left, joined) in sorted(self.moves.items()):
            if left != joined:
                groups.setdefault((left, joined), []).append(position)
        return groups


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
