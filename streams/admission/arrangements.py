"""What decisions on households did, decision by decision, so that each can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from schemas.identity import HouseholdId, Pid
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.household.linking import ReferenceKey

QUERIES = load_queries("streams.admission", "rearranging.sql")


class Kind(StrEnum):
    """What was done; undoing it is done in the opposite order."""

    MERGE = "merge"
    SPLIT = "split"
    REFUSE = "refuse"
    ADMIT = "admit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """One thing that a decision did; `other` is a household, or a person for the last two kinds.

    `moved_at` is the journal position from which it held: after a merge, what came to the kept
    household later may belong to either.
    """

    kind: Kind
    kept: str
    other: str
    moved_at: int
    is_undone: bool = False


class ArrangementBook:
    """The arrangements of the decisions that a unit takes, takes back, or takes again."""

    def __init__(self, connection: Connection, region: str) -> None:
        self._connection = connection
        self._region = region
        self._of: dict[int, list[Arrangement]] = {}
        self._changed: set[int] = set()

    def of(self, decision: int) -> list[Arrangement]:
        """Return what the decision at a journal position did, in order; none for another row."""
        if decision not in self._of:
            asked = {"region": self._region, "position": decision}
            rows = self._connection.execute(QUERIES["find_arrangements"], asked)
            self._of[decision] = [
                Arrangement(
                    kind=Kind(kind), kept=kept, other=other, moved_at=at, is_undone=is_undone
                )
                for kind, kept, other, at, is_undone in rows
            ]
        return self._of[decision]

    def begin(self, decision: int) -> list[Arrangement]:
        """Forget what a decision did, because it is done now (again); return what it was."""
        earlier = self.of(decision)
        self._of[decision] = []
        self._changed.add(decision)
        return earlier

    def add(self, decision: int, kind: Kind, kept: str, other: str, at: int) -> None:
        """Note something that a decision does."""
        self._of[decision].append(Arrangement(kind=kind, kept=kept, other=other, moved_at=at))

    def mark(self, decision: int, *, is_undone: bool) -> None:
        """Note that a decision is taken back."""
        self._of[decision] = [replace(one, is_undone=is_undone) for one in self.of(decision)]
        self._changed.add(decision)

    def moved_by(self, done: Arrangement) -> set[int]:
        """Return the rows that a merge took from the household that went into the other."""
        rows = self._connection.execute(
            QUERIES["moved_by"],
            {"region": self._region, "at": done.moved_at, "left": done.other, "joined": done.kept},
        )
        return {position for (position,) in rows}

    def splits_into(self, household: HouseholdId) -> set[int]:
        """Return the decisions by which people came to a household, and that still stand."""
        asked = {"region": self._region, "household": household}
        stored = {p for (p,) in self._connection.execute(QUERIES["decisions_on"], asked)}
        stored -= self._of.keys()
        here = {
            decision
            for decision, done in self._of.items()
            for one in done
            if one.kind is Kind.SPLIT and one.other == household and not one.is_undone
        }
        return stored | here

    def members_of(self, household: HouseholdId) -> set[Pid]:
        """Return the stored members of a household, as they were before the unit."""
        asked = {"region": self._region, "household": household}
        rows = self._connection.execute(QUERIES["members_of_household"], asked)
        return {Pid(pid) for (pid,) in rows}

    def references_of(self, household: HouseholdId) -> list[ReferenceKey]:
        """Return the stored references that led to a household before the unit."""
        asked = {"region": self._region, "household": household}
        rows = self._connection.execute(QUERIES["references_of_household"], asked)
        return [ReferenceKey(scope=scope, token=token) for scope, token in rows]

    def write(self, connection: Connection) -> None:
        """Write what the unit's decisions did, in the caller's transaction."""
        if not self._changed:
            return
        place: Mapping[str, object] = {"region": self._region}
        with connection.cursor() as cursor:
            positions = {"positions": sorted(self._changed)}
            cursor.execute(QUERIES["delete_arrangements"], {**place, **positions})
            with cursor.copy(QUERIES["copy_arrangements"]) as copy:
                for decision in sorted(self._changed):
                    for number, one in enumerate(self._of[decision]):
                        said = (one.kind.value, one.kept, one.other, one.moved_at, one.is_undone)
                        copy.write_row((self._region, decision, number, *said))
