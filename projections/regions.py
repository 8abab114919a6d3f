"""Regions: their names, and what time it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from projections.copying import Connection
from projections.entries import LogEntry
from projections.named_sql import query


def write_regions(connection: Connection, region: str, entries: Sequence[LogEntry]) -> None:
    """Bring the region's row up to entries that come next in its journal."""
    for entry in entries:
        if entry.record_name == "RegionOpened":
            connection.execute(
                query("regions.sql", "open"),
                {
                    "region": region,
                    "name": entry.record["name"],
                    "clock_mode": entry.record["clock_mode"],
                    "known_at": entry.known_at,
                },
            )
    days: list[date] = [e.record["day"] for e in entries if e.record_name == "ClockTicked"]
    modes: list[str] = [e.record["to"] for e in entries if e.record_name == "ClockSwitched"]
    connection.execute(
        query("regions.sql", "advance"),
        {
            "region": region,
            "known_at": entries[-1].known_at,
            "day": days[-1] if days else None,
            "clock_mode": modes[-1] if modes else None,
        },
    )
