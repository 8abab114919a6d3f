"""What a kind of fact is: which event states it, under which key, with which columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from projections.entries import LogEntry
from streams.household.terms import Calendar

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactType:
    """One table of facts.

    `chain` names what a newer statement replaces: two statements with one chain never stand
    together. None: every event states a fact of its own, and only a correction closes it.
    `columns` are the table's own columns, `values` gives them in that order, with the calendar
    that was in force at the entry's position. Every table starts with `COMMON_COLUMNS` (journal)
    or those without the household (advice).
    """

    table: str
    record_name: str
    columns: tuple[str, ...]
    values: Callable[[LogEntry, Calendar], tuple[object, ...]]
    chain: Callable[[Record], str] | None = None

    def chain_of(self, entry: LogEntry) -> str:
        """Return the chain on which this entry's statement stands."""
        if self.chain is None:
            return f"{entry.source}|{entry.event_id}"
        return self.chain(entry.record)


def fields(*names: str) -> Callable[[LogEntry, Calendar], tuple[object, ...]]:
    """Take the columns from the record's fields of the same names."""

    def values(entry: LogEntry, _calendar: Calendar) -> tuple[object, ...]:
        record = entry.record
        return tuple(record[name] for name in names)

    return values
