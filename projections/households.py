"""Households: counted anew from their timelines whenever something touches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projections.copying import Connection
from projections.entries import LogEntry
from projections.household_history import signal_reference
from projections.named_sql import statement


def write_households(connection: Connection, entries: Sequence[LogEntry]) -> None:
    """Bring the household rows up to these entries, whose timeline rows are written already."""
    touched = {(e.region, household_id) for e in entries for household_id in e.household_ids}
    count_households(connection, sorted(touched | _touched_elsewhere(connection, entries)))
    merged = {(e.region, household_id): into for e in entries for household_id, into in merges(e)}
    note_merged(connection, merged)


def count_households(connection: Connection, households: Sequence[tuple[str, str]]) -> None:
    """Count households, given as region and token, anew from their timelines."""
    if households:
        regions, household_ids = map(list, zip(*households, strict=True))
        asked = {"regions": regions, "household_ids": household_ids}
        connection.execute(statement("household.sql", "summarise"), asked)


def note_merged(connection: Connection, merged: Mapping[tuple[str, str], str | None]) -> None:
    """Write down which household each of these, given as region and token, went into."""
    if merged:
        regions, household_ids = map(list, zip(*merged, strict=True))
        told = {"regions": regions, "household_ids": household_ids}
        values = {**told, "merged_into": list(merged.values())}
        connection.execute(statement("household.sql", "merge"), values)


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


def _touched_elsewhere(connection: Connection, entries: Sequence[LogEntry]) -> set[tuple[str, str]]:
    referring = [(e.region, reference) for e in entries if (reference := signal_reference(e))]
    cursor = connection.execute(
        statement("household.sql", "touched_elsewhere"),
        {
            "regions": [entry.region for entry in entries],
            "sources": [entry.source for entry in entries],
            "event_ids": [entry.event_id for entry in entries],
            "referring_regions": [region for region, _ in referring],
            "signal_references": [reference for _, reference in referring],
        },
    )
    return {(region, household_id) for region, household_id in cursor}
