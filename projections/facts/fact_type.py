"""What a kind of fact is: which event states it, under which key, with which columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

from streams.household.terms import Calendar

Record = Mapping[str, Any]


class Stating(Protocol):
    """A row of a log as a fact needs it: a `LogEntry`, or what a rebuild reads of one."""

    @property
    def source(self) -> str:
        """Return the event's source."""
        ...

    @property
    def event_id(self) -> str:
        """Return the event's id within its source."""
        ...

    @property
    def row(self) -> Record:
        """Return the log record; only texts of it may be used, and lists of them."""
        ...

    @property
    def record(self) -> Record:
        """Return the event's own fields, all but `meta`."""
        ...


Values = Callable[[Stating, Calendar], tuple[object, ...]]


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
    values: Values
    chain: Callable[[Record], str] | None = None

    def chain_of(self, entry: Stating) -> str:
        """Return the chain on which this entry's statement stands."""
        if self.chain is None:
            return f"{entry.source}|{entry.event_id}"
        return self.chain(entry.record)


def fields(*names: str) -> Values:
    """Take the columns, at least two, from the record's fields of the same names."""
    taken: Callable[[Record], tuple[object, ...]] = itemgetter(*names)

    def values(entry: Stating, _calendar: Calendar) -> tuple[object, ...]:
        return taken(entry.record)

    return values
