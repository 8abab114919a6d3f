"""Households: counted anew from their timelines whenever something touches them."""

from __future__ import annotations

from collections.abc import Sequence

from projections.copying import Connection
from projections.entries import LogEntry
from projections.household_history import signal_reference
from projections.named_sql import query


def write_households(connection: Connection, region: str, entries: Sequence[LogEntry]) -> None:
    """Bring the household rows up to these entries, whose timeline rows are written already."""
    touched = {household_id for entry in entries for household_id in entry.household_ids}
    touched |= _touched_elsewhere(connection, region, entries)
    if touched:
        connection.execute(
            query("household.sql", "summarise"),
            {"region": region, "household_ids": sorted(touched)},
        )
    merged = dict(pair for entry in entries for pair in merges(entry))
    if merged:
        connection.execute(
            query("household.sql", "merge"),
            {
                "region": region,
                "household_ids": list(merged),
                "merged_into": list(merged.values()),
            },
        )


def merges(entry: LogEntry) -> list[tuple[str, str | None]]:
    """Return (household, taken over by) for each merge that the row decides or undoes.

    The first household of a MERGED decision is the one that goes on; the others go into it.
    """
    found: list[tuple[str, str | None]] = []
    for decision in entry.row["decisions"]:
        remaining, *others = decision["household_ids"] or ("",)
        match decision["kind"]:
            case "MERGED":
                found.extend((other, remaining) for other in others)
            case "SPLIT" | "UNDONE":
                found.extend((household_id, None) for household_id in others)
    return found


def _touched_elsewhere(
    connection: Connection, region: str, entries: Sequence[LogEntry]
) -> set[str]:
    references = {reference for entry in entries if (reference := signal_reference(entry))}
    cursor = connection.execute(
        query("household.sql", "touched_elsewhere"),
        {
            "region": region,
            "sources": [entry.source for entry in entries],
            "event_ids": [entry.event_id for entry in entries],
            "signal_references": list(references),
        },
    )
    return {household_id for (household_id,) in cursor}
