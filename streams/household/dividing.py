"""Which events go along when some people of a household turn out to be a family of their own.

Pure, like linking, and by the same rules: an event goes with most of the people it names, one that
names nobody goes with what it refers to, a correction with what it corrects (definitions.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas.identity import HouseholdId, Pid
from streams.household.linking import (
    EventKey,
    Kind,
    Known,
    ReferenceKey,
    Statement,
    best_household,
)

STAYS, GOES = HouseholdId("stays"), HouseholdId("goes")
_BOTH = {STAYS: 0, GOES: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEvent:
    """An event of the household: its journal position, what it says, the day it is about."""

    position: int
    key: EventKey
    statement: Statement
    day: date


@dataclass(slots=True, kw_only=True)
class Division:
    """The two sides as far as they are known: people, references and events.

    `members` says on which sides a person stands; somebody may stand on both. Events before
    `since` stay, as does whatever nothing tells apart.
    """

    members: Mapping[Pid, Collection[HouseholdId]]
    since: date | None = None
    references: dict[ReferenceKey, HouseholdId] = field(default_factory=dict)
    events: dict[EventKey, HouseholdId] = field(default_factory=dict)

    def goes(self, events: Iterable[PlacedEvent]) -> tuple[int, ...]:
        """Return the positions of the events that go along; `events` in order of position."""
        gone = []
        for event in events:
            side = self._side(event)
            self.take(event, side)
            if side == GOES:
                gone.append(event.position)
        return tuple(gone)

    def take(self, event: PlacedEvent, side: HouseholdId) -> None:
        """Note on which side an event stands: what refers to it follows."""
        self.events[event.key] = side
        for reference in event.statement.references:
            self.references.setdefault(reference, side)

    def _side(self, event: PlacedEvent) -> HouseholdId:
        statement = event.statement
        if statement.kind is Kind.CORRECTION and statement.corrects is not None:
            return self.events.get(statement.corrects, STAYS)
        if statement.kind is not Kind.PARTNER:
            return STAYS
        if self.since is not None and event.day < self.since:
            return STAYS
        known = Known(references={}, memberships=self.members, founded=_BOTH, events={})
        by_persons = best_household(statement, known)
        if by_persons is not None:
            return by_persons
        referred = (self.references.get(reference) for reference in statement.references)
        return next((side for side in referred if side is not None), STAYS)
