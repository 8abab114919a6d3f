"""Where a region's logs stood on a knowledge date: K is a prefix of positions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from query.reading import ReadConnection
from streams.engine.named_queries import load_queries
from streams.household.terms import start_of_day

QUERIES = load_queries("query", "editions.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last row of a log that was known; position and incarnation 0 when none was."""

    position: int
    incarnation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where both logs stood, and which RulesActivated row was in force (0: none)."""

    journal: Place
    advice: Place
    rules_position: int


def places_on(connection: ReadConnection, region: str, known_on: date) -> Places:
    """Return where the logs of a region stood at the end of a day in Amsterdam."""
    before = start_of_day(known_on + timedelta(days=1))
    heads = connection.execute(QUERIES["heads"], {"region": region}).fetchone()
    journal_head, advice_head = heads or (0, 0)
    journal = _place(connection, "journal_row", region, journal_head, before)
    asked = {"region": region, "position": journal.position}
    rules = connection.execute(QUERIES["rules"], asked).fetchone()
    return Places(
        journal=journal,
        advice=_place(connection, "advice_row", region, advice_head, before),
        rules_position=rules[0] if rules is not None else 0,
    )


def projected_to(connection: ReadConnection, region: str) -> tuple[int, int]:
    """Return how far the facts are in the journal and in the advice log."""
    row = connection.execute(QUERIES["projected"], {"region": region}).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def last_before(head: int, known_at: Callable[[int], datetime], before: datetime) -> int:
    """Return the last of the positions 1 to `head` that was known before an instant; 0 for none.

    `known_at` never decreases with position, so twenty-six rows are read of fifty million.
    """
    low, high = 0, head
    while low < high:
        middle = (low + high + 1) // 2
        if known_at(middle) < before:
            low = middle
        else:
            high = middle - 1
    return low


def _place(
    connection: ReadConnection, row_of: str, region: str, head: int, before: datetime
) -> Place:
    def row(position: int) -> tuple[datetime, int]:
        asked = {"region": region, "position": position}
        found = connection.execute(QUERIES[row_of], asked).fetchone()
        if found is None:
            raise LookupError(f"the log of {region} has no row at position {position}")
        return found[0], found[1]

    position = last_before(head, lambda at: row(at)[0], before)
    return Place(position=position, incarnation=row(position)[1] if position else 0)
