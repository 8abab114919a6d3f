"""Which incarnation a log position belongs to, so that superseded topic records can be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FIRST_INCARNATION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHistory:
    """A log of one region as its table has it: the last position and where incarnations began.

    `openings` are pairs (first position, incarnation) in any order; the first incarnation has none.
    """

    head: int
    openings: Sequence[tuple[int, int]] = ()

    @property
    def incarnation(self) -> int:
        """Return the newest incarnation: that of the row after the head."""
        return self.incarnation_at(self.head + 1)

    def incarnation_at(self, position: int) -> int:
        """Return the incarnation that a position belongs to, also where no row stands yet."""
        if not self.openings:
            return FIRST_INCARNATION
        begun = (incarnation for first, incarnation in self.openings if first <= position)
        return max(begun, default=FIRST_INCARNATION)

    def is_superseded(self, position: int, incarnation: int) -> bool:
        """Say whether a topic record was overtaken: its row was written anew after a restore."""
        return incarnation < self.incarnation_at(position)
