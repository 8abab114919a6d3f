"""Reads what a rearrangement moves: the row says which positions, the journal has the events."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.radar.rows import Row, decode_row

QUERIES = load_queries("streams.radar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Rows that leave one household and join another; None: they count nowhere."""

    left: str | None
    joined: str | None
    positions: tuple[int, ...]


def moves_of(row: Row) -> list[Move]:
    """Return the moves of a `HouseholdsRearranged` row, in its order."""
    payload: dict[str, Any] = dict(row.event.payload)
    return [
        Move(
            left=move["from_household"],
            joined=move["to_household"],
            positions=tuple(move["positions"]),
        )
        for move in payload["moves"]
    ]


def read_rows_at(connection: Connection, region: str, positions: Collection[int]) -> list[Row]:
    """Return the region's journal rows at these positions, in order.

    The journal is complete below any row that a reader has, so each of them is there.
    """
    rows = connection.execute(
        QUERIES["rows_at"], {"region": region, "positions": list(positions)}, binary=True
    ).fetchall()
    if len(rows) != len(set(positions)):
        raise AssertionError("a rearrangement moves rows that the journal has")
    return [decode_row(body) for (body,) in rows]
