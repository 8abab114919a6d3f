"""Which events are void, read from the corrections alone; pure.

Written a second time on purpose: a check that asked the code it checks would find nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

Event = tuple[str, str, str]
"""Region, source and event id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One correction: where it stands, what it is about, and what takes its target's place."""

    position: int
    event: Event
    target: Event
    kind: str
    replacement: Event | None


def voided_events(corrections: Iterable[Correction], known: AbstractSet[Event]) -> set[Event]:
    """Return the targets that are void; `known` are the replacements that have come.

    Of the corrections of one event that are not void themselves, the newest decides alone: it
    voids, unless it names a replacement that has not come (definitions.md, Correction).
    """
    newest_first: dict[Event, list[Correction]] = defaultdict(list)
    for correction in sorted(corrections, key=lambda one: -one.position):
        newest_first[correction.target].append(correction)

    def is_void(event: Event, asked: frozenset[Event]) -> bool:
        for correction in newest_first.get(event, ()):
            if correction.kind not in {"RETRACTED", "DUPLICATE_OF", "REPLACED"}:
                continue
            if correction.event in asked or is_void(correction.event, asked | {event}):
                continue
            return correction.kind != "REPLACED" or correction.replacement in known
        return False

    return {event for event in newest_first if is_void(event, frozenset({event}))}
