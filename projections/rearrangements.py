"""Rows that belong to another household from a `HouseholdsRearranged` row on.

Timelines and facts follow; a row that counts in no household any more keeps its line, where its
correction shows why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from projections.copying import Connection
from projections.entries import LogEntry
from projections.named_sql import statement
from streams.household.rearranging import HOUSEHOLDS_REARRANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdMove:
    """Positions of one region's journal whose rows go from one household to another."""

    region: str
    left: str
    joined: str
    positions: tuple[int, ...]


def household_moves(entries: Iterable[LogEntry]) -> Iterator[HouseholdMove]:
    """Yield what moves from one household to another, in the order of the journal."""
    for entry in entries:
        if entry.record_name != HOUSEHOLDS_REARRANGED:
            continue
        for move in entry.record["moves"]:
            left, joined = move["from_household"], move["to_household"]
            if left is not None and joined is not None:
                positions = tuple(move["positions"])
                yield HouseholdMove(
                    region=entry.region, left=left, joined=joined, positions=positions
                )


def move_rows(connection: Connection, tables: Sequence[str], entries: Iterable[LogEntry]) -> None:
    """Give the rows of these tables their new household; all older rows are written already."""
    for move in household_moves(entries):
        values = {
            "region": move.region,
            "left": move.left,
            "joined": move.joined,
            "positions": list(move.positions),
        }
        for name in tables:
            connection.execute(statement("rearrangements.sql", "move", table=name), values)
