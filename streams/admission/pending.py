"""Events that wait for what they belong to, and what wakes them (architecture.md §6.5)."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from streams.admission.journal_rows import Draft, decode_draft
from streams.engine.asking import Questions, Row
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.household.linking import EventKey, Statement

QUERIES = load_queries("streams.admission", "pending.sql")
PENDING_DAYS_MAX = 30
"""After this many days of the region's clock a person looks at it (architecture.md §6.5)."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Waiting:
    """A pending event in its order of first seeing.

    `is_stored` is False for one of this very unit, which is not in the tables yet.
    """

    seq: int
    draft: Draft = field(compare=False)
    since: datetime = field(compare=False)
    is_stored: bool = field(compare=False)


def wake_keys(statement: Statement) -> tuple[str, ...]:
    """Return everything that would make the event worth another look."""
    keys = [f"{r.scope}:{r.token}" for r in statement.references]
    keys += [f"person:{p.pid}" for p in statement.persons if p.is_subject]
    if statement.corrects is not None:
        keys.append(event_wake_key(statement.corrects))
    return tuple(dict.fromkeys(keys))


def event_wake_key(key: EventKey) -> str:
    """Return the key under which a correction waits for its target."""
    return f"event:{key.source}|{key.event_id}"


def provided_keys(draft: Draft) -> Iterator[str]:
    """Yield the keys that an event makes known once it is applied."""
    yield event_wake_key(draft.key)
    yield from wake_keys(draft.statement)


@dataclass(slots=True)
class WaitingRoom:
    """The pending events that this unit could wake, and those that it adds."""

    by_key: dict[str, dict[EventKey, Waiting]] = field(default_factory=lambda: defaultdict(dict))
    added: dict[EventKey, Waiting] = field(default_factory=dict)
    woken: dict[EventKey, Waiting] = field(default_factory=dict)

    def add(self, waiting: Waiting) -> None:
        """Let an event wait."""
        for key in wake_keys(waiting.draft.statement):
            self.by_key[key][waiting.draft.key] = waiting
        if not waiting.is_stored:
            self.added[waiting.draft.key] = waiting

    def leave(self, waiting: Waiting) -> None:
        """Take out an event that found its household."""
        for key in wake_keys(waiting.draft.statement):
            self.by_key[key].pop(waiting.draft.key, None)
        if waiting.is_stored:
            self.woken[waiting.draft.key] = waiting
        else:
            del self.added[waiting.draft.key]

    def drafts(self) -> list[Draft]:
        """Return the draft of everyone who waits, each once."""
        waiting = {key: w for by_event in self.by_key.values() for key, w in by_event.items()}
        return [w.draft for w in waiting.values()]

    def children(self, draft: Draft) -> Iterable[Waiting]:
        """Return the events that wait for what this one makes known."""
        return [w for key in provided_keys(draft) for w in self.by_key.get(key, {}).values()]


class WakeQueue:
    """Children to look at again: in first-seen order, each at most once per wake."""

    def __init__(self) -> None:
        self._heap: list[Waiting] = []
        self._queued: set[EventKey] = set()

    def push(self, children: Iterable[Waiting]) -> None:
        """Queue children that are not queued yet."""
        for child in children:
            if child.draft.key not in self._queued:
                self._queued.add(child.draft.key)
                heapq.heappush(self._heap, child)

    def pop(self) -> Waiting | None:
        """Return the child first seen, or None when nobody is left."""
        if not self._heap:
            return None
        child = heapq.heappop(self._heap)
        self._queued.discard(child.draft.key)
        return child


class _Search:
    """The pending events of one region that may be woken, generation after generation."""

    def __init__(self, drafts: Collection[Draft]) -> None:
        self.room = WaitingRoom()
        self.ask = {key for draft in drafts for key in provided_keys(draft)}
        self._asked: set[str] = set()
        self._known: set[EventKey] = set()

    def take(self, rows: Sequence[Row]) -> None:
        """Let who was found wait in the room, and ask for whom they could wake."""
        self._asked |= self.ask
        self.ask = set()
        for seq, source, event_id, body, since in rows:
            key = EventKey(source=source, event_id=event_id)
            if key not in self._known:
                self._known.add(key)
                draft = decode_draft(bytes(body))
                self.room.add(Waiting(seq=seq, draft=draft, since=since, is_stored=True))
                self.ask.update(provided_keys(draft))
        self.ask -= self._asked


def load_waiting(
    connection: Connection, drafts: Mapping[str, Collection[Draft]]
) -> dict[str, WaitingRoom]:
    """Read by region all pending events that its drafts could wake, and those that these could.

    One query for most units; one more per generation of waiting events.
    """
    found = {region: _Search(of_region) for region, of_region in drafts.items()}
    while any(search.ask for search in found.values()):
        questions = Questions(connection)
        for region, search in found.items():
            questions.ask(
                QUERIES["find_waiting"], region, search.take, {"keys": sorted(search.ask)}
            )
        questions.answer()
    return {region: search.room for region, search in found.items()}


def load_all_waiting(connection: Connection, region: str) -> WaitingRoom:
    """Read everyone who waits in a region: after a restore only, there may be thousands."""
    room = WaitingRoom()
    for seq, body, since in connection.execute(QUERIES["all_waiting"], {"region": region}):
        draft = decode_draft(bytes(body))
        room.add(Waiting(seq=seq, draft=draft, since=since, is_stored=True))
    return room


def write_waiting(
    connection: Connection, region: str, room: WaitingRoom, encoded: Sequence[tuple[Waiting, bytes]]
) -> None:
    """Write who waits now and remove who waits no longer, in the caller's transaction."""
    with connection.cursor() as cursor:
        if encoded:
            with cursor.copy(QUERIES["copy_pending"]) as copy:
                for waiting, body in encoded:
                    key = waiting.draft.key
                    copy.write_row((region, key.source, key.event_id, body, waiting.since))
            with cursor.copy(QUERIES["copy_pending_keys"]) as copy:
                for waiting, _ in encoded:
                    key = waiting.draft.key
                    for wake in wake_keys(waiting.draft.statement):
                        copy.write_row((region, wake, key.source, key.event_id))
        if room.woken:
            left = [
                (key, wake)
                for key, waiting in room.woken.items()
                for wake in wake_keys(waiting.draft.statement)
            ]
            cursor.execute(
                QUERIES["delete_pending_keys"],
                {
                    "region": region,
                    "sources": [key.source for key, _ in left],
                    "ids": [key.event_id for key, _ in left],
                    "keys": [wake for _, wake in left],
                },
            )
            cursor.execute(
                QUERIES["delete_pending"],
                {
                    "region": region,
                    "sources": [key.source for key in room.woken],
                    "ids": [key.event_id for key in room.woken],
                },
            )


def overdue(connection: Connection, region: str, now: datetime) -> list[EventKey]:
    """Mark the events that have waited too long at `now` and return them, for the review queue."""
    before = now - timedelta(days=PENDING_DAYS_MAX)
    rows = connection.execute(
        QUERIES["review_overdue_pending"], {"region": region, "before": before}
    )
    return [EventKey(source=source, event_id=event_id) for source, event_id in rows]
