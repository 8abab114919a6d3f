"""Regions: their names, and what time it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from projections.copying import Connection
from projections.entries import LogEntry
from projections.named_sql import statement


def write_regions(connection: Connection, entries: Sequence[LogEntry]) -> None:
    """Bring the regions' rows up to entries that come next in their journals."""
    now: dict[str, _Clock] = {}
    for entry in entries:
        clock = now.setdefault(entry.region, _Clock(known_at=entry.known_at))
        clock.known_at = entry.known_at
        match entry.record_name:
            case "RegionOpened":
                _open(connection, entry)
            case "ClockTicked":
                clock.day = entry.record["day"]
            case "ClockSwitched":
                clock.mode = entry.record["to"]
    connection.execute(
        statement("regions.sql", "advance"),
        {
            "regions": list(now),
            "known_at": [clock.known_at for clock in now.values()],
            "days": [clock.day for clock in now.values()],
            "clock_modes": [clock.mode for clock in now.values()],
        },
    )


@dataclass(slots=True, kw_only=True)
class _Clock:
    """What a region's entries say of its clock; None: nothing new."""

    known_at: datetime
    day: date | None = None
    mode: str | None = None


def _open(connection: Connection, entry: LogEntry) -> None:
    connection.execute(
        statement("regions.sql", "open"),
        {
            "region": entry.region,
            "name": entry.record["name"],
            "clock_mode": entry.record["clock_mode"],
            "known_at": entry.known_at,
        },
    )
