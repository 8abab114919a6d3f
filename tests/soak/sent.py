"""The list of what was sent: all that the oracle knows of the world outside."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EventKey = tuple[str, str, str]
"""Region, source and id of an event."""


class What(StrEnum):
    """What a sending is, in the eyes of whoever made it."""

    EVENT = "event"  # well formed, belongs to a family that it names
    CHILD = "child"  # speaks of a case; waits until a report has named that case
    ADVICE = "advice"
    GARBAGE = "garbage"  # no event at all
    MISPLACED = "misplaced"  # a good event on another region's partition


class Fate(StrEnum):
    """What its sender was told."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"  # the gateway knows the id with another content
    UNKNOWN = "unknown"


@dataclass(slots=True, kw_only=True)
class Sent:
    """One sending, over either road; `content` tells the same saying from another one.

    `family` is who is spoken of, `case` the case that is named.  `offset` is known for what was
    put on Kafka by the sender itself.
    """

    what: What
    key: EventKey | None
    content: int
    topic: str
    partition: int
    family: int | None = None
    case: str | None = None
    by_gateway: bool = False
    offset: int | None = None
    fate: Fate = Fate.OPEN


class Book:
    """Everything sent in one run; filled by several threads, read when they have ended."""

    def __init__(self) -> None:
        self._sent: list[Sent] = []
        self._lock = threading.Lock()

    def add(self, sent: Sent) -> Sent:
        """Write a sending down, before it is made."""
        with self._lock:
            self._sent.append(sent)
        return sent

    def all(self) -> Sequence[Sent]:
        """Return every sending."""
        with self._lock:
            return list(self._sent)
