"""Is this the same event? Known for ever, by (region, source, id) and a digest of what it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from streams.engine.asking import Questions, Row
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
    keys: Mapping[str, Collection[EventKey]],
    *,
    query: str = "find_events",
    topic: str | None = None,
) -> dict[str, dict[EventKey, Seen]]:
    """Return by region the events among its keys that were admitted before; one query for all.

    `topic` is where they came, for a query on a table that serves one topic only.
    """
    found: dict[str, dict[EventKey, Seen]] = {region: {} for region in keys}
    questions = Questions(connection)
    for region, asked in keys.items():
        columns = {
            "sources": [key.source for key in asked],
            "ids": [key.event_id for key in asked],
        }
        take = partial(_take, found[region])
        questions.ask(QUERIES[query], region, take, columns, topic=topic)
    questions.answer()
    return found


def _take(found: dict[EventKey, Seen], rows: Sequence[Row]) -> None:
    for source, event_id, digest, position, topic, offset in rows:
        found[EventKey(source=source, event_id=event_id)] = Seen(
            digest=bytes(digest),
            position=position,
            origin=None if offset is None else (topic, offset),
        )


def sameness(seen: Seen | None, digest: bytes) -> Sameness:
    """Compare by digest: two sealings of one body never have the same bytes."""
    if seen is None:
        return Sameness.NEW
    return Sameness.DUPLICATE if seen.digest == digest else Sameness.CONFLICT
