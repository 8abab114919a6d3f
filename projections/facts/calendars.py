"""The working days that terms were counted by, as `RulesActivated` rows of a journal set them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from projections.copying import Connection, copy_rows
from projections.entries import LogEntry
from projections.named_sql import statement
from streams.household.terms import Calendar

RULES_ACTIVATED = "RulesActivated"
PLAIN = Calendar()
"""The law's own, where a log brings none."""


class Calendars:
    """The calendars of one region, each in force after the position of its row."""

    def __init__(self, calendars: Sequence[tuple[int, Calendar]]) -> None:
        self._positions = [position for position, _ in calendars]
        self._calendars = [calendar for _, calendar in calendars]

    def at(self, position: int) -> Calendar:
        """Return the calendar in force for the row at a position; without any, the law's own."""
        place = bisect_left(self._positions, position)
        return self._calendars[place - 1] if place else PLAIN


def read_calendars(connection: Connection, entries: Sequence[LogEntry]) -> Mapping[str, Calendars]:
    """Store the calendars that these entries bring, and return all of their regions."""
    brought = [(e.region, e.position, _days(e.record["calendar"])) for e in entries if _brings(e)]
    if brought:
        copy_rows(connection, "calendar", ("region", "position", "extra_days"), brought)
    regions = dict.fromkeys(entry.region for entry in entries)
    known = defaultdict[str, list[tuple[int, Calendar]]](list)
    cursor = connection.execute(statement("calendar.sql", "select"), {"regions": list(regions)})
    for region, position, days in cursor:
        known[region].append((position, Calendar(extra_days=frozenset(days))))
    return {region: Calendars(known[region]) for region in regions}


def calendars_of(entries: Sequence[LogEntry]) -> Calendars:
    """Return the calendars that these entries bring, without storing them."""
    brought = [(e.position, _days(e.record["calendar"])) for e in entries if _brings(e)]
    return Calendars(
        [(position, Calendar(extra_days=frozenset(days))) for position, days in sorted(brought)]
    )


def _brings(entry: LogEntry) -> bool:
    return entry.record_name == RULES_ACTIVATED


def _days(texts: Sequence[str]) -> list[date]:
    return sorted(date.fromisoformat(text) for text in texts)
