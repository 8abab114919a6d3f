"""Is this the same event? Known for ever, by (region, source, id) and a digest of what it says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.engine.stage import InputRecord
from streams.household.linking import EventKey

QUERIES = load_queries("streams.admission")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An event as it was admitted; `position` is None while it is pending.

    `origin` is the topic and offset at which it came; None where that is not known.
    """

    digest: bytes
    position: int | None
    origin: tuple[str, int] | None = None

    def came_as(self, record: InputRecord) -> bool:
        """Say whether this very record made it: a restored database reads it once more."""
        return self.origin == (record.topic, record.offset)


class Sameness(Enum):
    """What an event is to the one of the same identity."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


def find_events(
    connection: Connection,
    region: str,
    keys: Collection[EventKey],
    *,
    query: str = "find_events",
    topic: str | None = None,
) -> dict[EventKey, Seen]:
    """Return the events among these that were admitted before; one query for the unit.

    `topic` is where they came, for a query on a table that serves one topic only.
    """
    if not keys:
        return {}
    rows = connection.execute(
        QUERIES[query],
        {
            "region": region,
            "topic": topic,
            "sources": [key.source for key in keys],
            "ids": [key.event_id for key in keys],
        },
    )
    return {
        EventKey(source=source, event_id=event_id): Seen(
            digest=bytes(digest),
            position=position,
            origin=None if offset is None else (topic, offset),
        )
        for source, event_id, digest, position, topic, offset in rows
    }


def sameness(seen: Seen | None, digest: bytes) -> Sameness:
    """Compare by digest: two sealings of one body never have the same bytes."""
    if seen is None:
        return Sameness.NEW
    return Sameness.DUPLICATE if seen.digest == digest else Sameness.CONFLICT
