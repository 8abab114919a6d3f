"""The right of one worker to write for one region in one stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class InputPosition:
    """How far a stage has read one topic of one region.

    `offset` is the last one applied (-1: none); `position` and `incarnation` are those of the
    last log row and stay 0 on topics that are not logs.  `fetched` runs ahead of `offset`
    while a unit waits to be written.
    """

    topic: str
    topic_id: str
    offset: int
    incarnation: int = 0
    position: int = 0
    fetched: int = -1


@dataclass(slots=True, kw_only=True)
class LogPosition:
    """Head of a log that this lease alone may append to; positions start at 1.

    `relayed_offset` is where the topic acknowledged row `relayed`; -1 when nothing is known.
    """

    log: str
    incarnation: int
    position: int
    relayed: int
    relayed_offset: int = -1


@dataclass(slots=True, kw_only=True)
class Lease:
    """Born at a claim, dead at the next: epoch, sequence, offsets and cache die together.

    `cache` belongs to the stage; keys are its own.  The engine clears it after every error, so
    it may only ever hold what the committed tables say.
    """

    stage: str
    version: int
    region: str
    partition: int
    epoch: int
    sequence: int
    inputs: dict[str, InputPosition]
    logs: dict[str, LogPosition]
    cache: dict[Any, Any] = field(default_factory=dict)
    careful: int = 0
    """How many records are still to be taken one by one, see quarantine.py."""
    suspects: set[tuple[str, int]] = field(default_factory=set)
    """Records with a marker, by topic and place."""
