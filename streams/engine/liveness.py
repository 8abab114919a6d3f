"""Says whether a worker gets on: it commits, tries again for a known reason, or has nothing to do.

Asked from other threads than the one that works, which may be what hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from streams.engine.broker import Bounds

# Nothing that a worker does takes this long without a commit or a retry in between: a unit is at
# most one poll, and every wait for a server is cut into retries.
STUCK_SECONDS = 120.0
# Asking the broker costs little, but an idle worker should cost nothing.
LOOK_AFTER_SECONDS = 30.0

Offsets = Mapping[tuple[str, int], int]
NOWHERE: Offsets = MappingProxyType({})


class LogEnds(Protocol):
    """What it asks of the broker."""

    def bounds(self, at: Iterable[tuple[str, int]]) -> Bounds:
        """Return (first offset kept, next offset) of each (topic, partition)."""
        ...


class Pulse:
    """When a worker last got on; one writes, any thread may ask.  `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at = clock()

    def beat(self) -> None:
        """Note a commit, a known reason to wait, or that there is nothing to do."""
        self._at = self._clock()

    def is_due(self) -> bool:
        """Say whether it was quiet for so long that somebody should look for unread records."""
        return self._clock() - self._at > LOOK_AFTER_SECONDS

    def look(self, broker: LogEnds, positions: Offsets) -> None:
        """Compare where the consumer reads next with the ends of its logs; beat when it is there.

        Not with what is committed: a partner's transaction ends in a marker that no consumer is
        ever handed.  Raises TransientError when the broker does not say.
        """
        if not positions:
            return
        bounds = broker.bounds(positions)
        if all(position >= bounds[place][1] for place, position in positions.items()):
            self.beat()

    def complaint(self) -> str | None:
        """Return why this worker counts as dead, None while it gets on."""
        silent = self._clock() - self._at
        if silent <= STUCK_SECONDS:
            return None
        return f"records wait, and for {silent:.0f} s nothing was committed or tried again"
