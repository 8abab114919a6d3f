"""What was polled and waits to become a unit, and what of it is void.

Polls go on while a unit is written and while a region is claimed, and a claim moves the position of
reading back to what PostgreSQL says.  What was polled before that must not come behind it: the
lease would take the records in between for read, and they would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one poll brought per topic and partition, and how many seeks there were before it."""

    seeks: int = -1
    records: Mapping[Any, Sequence[Any]] = field(default_factory=dict)


class Gathering:
    """Collects polls for the next unit; between a claim's beginning and its seek it takes none."""

    def __init__(self) -> None:
        self.count = 0
        """How many records wait."""
        self._seeks: int | None = None
        self._records: dict[Any, list[Any]] = {}

    def forget(self) -> None:
        """Throw everything away, and what is polled from now on, until `begin`."""
        self._seeks = None
        self.take()

    def begin(self, seeks: int) -> None:
        """Take what is polled after that many seeks, and nothing else."""
        self._seeks = seeks

    def add(self, polled: Polled) -> None:
        """Add what a poll brought, unless it was polled where nobody reads any more."""
        if polled.seeks != self._seeks:
            return
        for at, records in polled.records.items():
            self._records.setdefault(at, []).extend(records)
            self.count += len(records)

    def take(self) -> Mapping[Any, Sequence[Any]]:
        """Return what waits, in the order of its polls; nothing waits then."""
        taken, self._records, self.count = self._records, {}, 0
        return taken
