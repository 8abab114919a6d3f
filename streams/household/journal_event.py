"""A journal row as the household sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class EventKey(NamedTuple):
    """Identity of an event within a region; sorts as the definitions sort: source, then id."""

    source: str
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen:
    """A person in an event: token and role, and where the record names it, never more.

    `field` is the record's field (`persons`, `removed_person`) and `ref` the number there.
    """

    pid: str
    role: str
    field: str = "persons"
    ref: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEvent:
    """One journal row, decoded as far as the radar reads it.

    `payload` is the event's record; it is empty for kinds of event that no rule reads.
    """

    position: int
    known_at: datetime
    source: str
    event_id: str
    record_name: str
    occurred_at: datetime
    payload: Mapping[str, object]
    persons: tuple[PersonSeen, ...] = ()

    @property
    def key(self) -> EventKey:
        """Return the event's identity within its region."""
        return EventKey(self.source, self.event_id)
