"""In which household each journal row counts: where it was placed, unless it has moved since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from schemas.identity import HouseholdId
from streams.admission.arrangements import Arrangement
from streams.admission.journal_rows import Draft, decode_draft
from streams.admission.sightings import day_of
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.household.dividing import PlacedEvent
from streams.household.linking import EventKey
from streams.household.rearranging import HOUSEHOLDS_REARRANGED

QUERIES = load_queries("streams.admission", "rearranging.sql")

Home = HouseholdId | None
"""A household, or None for a row that counts nowhere any more."""


@dataclass(slots=True)
class Homes:
    """The rows of the households that a unit rearranges: stored ones, and the unit's own.

    Only rows of one household have a home; a decision on several stays with all of them.
    """

    connection: Connection
    region: str
    _events: dict[int, PlacedEvent] = field(default_factory=dict)
    _home: dict[int, Home] = field(default_factory=dict)
    _read: set[HouseholdId] = field(default_factory=set)
    _drafts: dict[int, Draft] = field(default_factory=dict)
    _moved: list[tuple[int, int, Home, Home]] = field(default_factory=list)

    def note(self, draft: Draft, households: Collection[HouseholdId], position: int) -> None:
        """Take a row of this unit."""
        self._drafts[position] = draft
        if len(households) == 1 and draft.event_type.name != HOUSEHOLDS_REARRANGED:
            (home,) = households
            self._events[position], self._home[position] = _placed(draft, position), home

    def events_of(self, household: HouseholdId) -> list[PlacedEvent]:
        """Return the rows that count in a household now, by position."""
        if household not in self._read:
            self._read.add(household)
            asked = {"region": self.region, "household": household}
            for position, body in self.connection.execute(QUERIES["rows_of_household"], asked):
                self._events[position] = _placed(decode_draft(bytes(body)), position)
                self._home.setdefault(position, household)
        here = sorted(position for position, home in self._home.items() if home == household)
        return [self._events[position] for position in here if position in self._events]

    def keys_at(self, positions: Iterable[int]) -> set[EventKey]:
        """Return which events stand at these positions, as far as their households were read."""
        return {self._events[at].key for at in positions if at in self._events}

    def home_of(self, position: int, placed_in: HouseholdId) -> Home:
        """Return where a row counts now that was placed in one household."""
        if position not in self._home:
            asked = {"region": self.region, "positions": [position]}
            row = self.connection.execute(QUERIES["moved_homes"], asked).fetchone()
            self._home[position] = placed_in if row is None else row[1]
        return self._home[position]

    def left_from(self, position: int) -> Home:
        """Return the household that a row left to count nowhere; None when it counts somewhere."""
        for moved, _, left, joined in reversed(self._moved):
            if moved == position:
                return left if joined is None else None
        asked = {"region": self.region, "position": position}
        row = self.connection.execute(QUERIES["last_home"], asked).fetchone()
        return HouseholdId(row[1]) if row is not None and row[0] else None

    def draft_at(self, position: int) -> Draft:
        """Return the row at a position: stored, or of this unit."""
        if position in self._drafts:
            return self._drafts[position]
        asked = {"region": self.region, "position": position}
        row = self.connection.execute(QUERIES["row_at"], asked).fetchone()
        if row is None:
            raise AssertionError("a decision that is taken again stands in the journal")
        return decode_draft(bytes(row[0]))

    def first_day(self, household: HouseholdId) -> date:
        """Return the day of the household's first event."""
        return min((event.day for event in self.events_of(household)), default=date.min)

    def moved_in_unit(self, done: Arrangement) -> set[int]:
        """Return the rows that a merge of this very unit took from a household."""
        return {
            position
            for position, at, left, joined in self._moved
            if (at, left, joined) == (done.moved_at, done.other, done.kept)
        }

    def move(self, positions: Iterable[int], home: Home) -> None:
        """Let rows count in another household, or in none."""
        for position in positions:
            self._home[position] = home

    def keep(self, at: int, position: int, left: Home, joined: Home) -> None:
        """Note for the tables what a row's decision at `at` moved."""
        self._moved.append((position, at, left, joined))

    def new_moves(self) -> list[tuple[object, ...]]:
        """Return the rows of what the unit moved."""
        return [(self.region, *row) for row in self._moved]


def _placed(draft: Draft, position: int) -> PlacedEvent:
    return PlacedEvent(
        position=position, key=draft.key, statement=draft.statement, day=day_of(draft)
    )
