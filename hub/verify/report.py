"""What a check of conservation answers: per invariant, what was counted and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

SHOWN_MAX = 20
"""Places listed of each kind of difference; `total` counts the others as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One kind of thing that is missing, twice or late, with its first places.

    A place holds region, topic, offset, position, token or id: never what an event says. `is_late`
    marks what still stands on the topic: the promise is broken, but nothing is lost.
    """

    kind: str
    total: int
    first: Sequence[Mapping[str, object]]
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """One invariant: its number, what it promises, what was looked at, and what differs."""

    name: str
    promise: str
    checked: Mapping[str, int]
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Say whether nothing differs."""
        return not self.differences

    @property
    def gap(self) -> int:
        """Return how many things are missing or twice; what is only late does not count."""
        return sum(found.total for found in self.differences if not found.is_late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answers of one check.

    `unread` are records on the topics that no stage has read yet, `behind` log rows that a reader
    has not taken yet: both are work, not faults.
    """

    invariants: tuple[Invariant, ...]
    unread: Sequence[Mapping[str, object]]
    behind: Sequence[Mapping[str, object]]
    oldest_unaccounted_seconds: float
    seconds: float

    @property
    def holds(self) -> bool:
        """Say whether every invariant holds."""
        return all(invariant.holds for invariant in self.invariants)

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        return {
            "holds": self.holds,
            "invariants": [
                {"holds": invariant.holds, "gap": invariant.gap, **asdict(invariant)}
                for invariant in self.invariants
            ],
            "unread": list(self.unread),
            "behind": list(self.behind),
            "oldest_unaccounted_seconds": round(self.oldest_unaccounted_seconds, 3),
            "seconds": round(self.seconds, 3),
        }
