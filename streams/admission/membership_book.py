"""Memberships and what they rest on: they open with an event and close with its last support."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date

from schemas.identity import HouseholdId, Pid
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries

QUERIES = load_queries("streams.admission", "corrections.sql")
LINKING = load_queries("streams.admission", "linking.sql")

Member = tuple[HouseholdId, Pid]


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """An event on which a membership rests, by its journal position."""

    position: int
    member: Member
    role: str
    valid_from: date


@dataclass(slots=True)
class MembershipBook:
    """The memberships of a unit's persons; `open` is what linking looks at.

    `live` is complete only for members of corrected events: nothing else can close. `opened` holds
    who became a member since `take_opened` was last called.
    """

    region: str
    open: MutableMapping[Pid, set[HouseholdId]] = field(default_factory=lambda: defaultdict(set))
    live: dict[Member, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_position: dict[int, list[Support]] = field(default_factory=lambda: defaultdict(list))
    added: list[Support] = field(default_factory=list)
    marks: dict[int, bool] = field(default_factory=dict)
    closed: dict[Member, int] = field(default_factory=dict)
    opened: list[Member] = field(default_factory=list)
    _fresh: dict[Member, Support] = field(default_factory=dict)
    _rows: list[tuple[object, ...]] = field(default_factory=list)

    def support(self, support: Support) -> None:
        """Let an event of this unit support a membership, and open it when it is not."""
        self.added.append(support)
        self.by_position[support.position].append(support)
        self._stand(support, support.position)

    def take_opened(self) -> list[Member]:
        """Return who has become a member, each once, and forget it."""
        opened, self.opened = self.opened, []
        return opened

    def void(self, position: int, at: int) -> None:
        """Take an event's support away at journal position `at`; close what rests on nothing."""
        self.marks[position] = True
        for support in self.by_position.get(position, ()):
            household, pid = member = support.member
            self.live[member].discard(position)
            if not self.live[member]:
                self.open[pid].discard(household)
                fresh = self._fresh.pop(member, None)
                if fresh is None:
                    self.closed[member] = at
                else:
                    self._rows.append((*self._row(fresh), at))

    def revive(self, position: int, at: int) -> None:
        """Give an event's support back at journal position `at`."""
        self.marks[position] = False
        for support in self.by_position.get(position, ()):
            self._stand(support, at)

    def _stand(self, support: Support, at: int) -> None:
        household, pid = support.member
        self.live[support.member].add(support.position)
        if household not in self.open[pid]:
            self.open[pid].add(household)
            self.opened.append(support.member)
            self._fresh[support.member] = Support(
                position=at,
                member=support.member,
                role=support.role,
                valid_from=support.valid_from,
            )

    def _row(self, fresh: Support) -> tuple[object, ...]:
        household, pid = fresh.member
        return (self.region, household, pid, fresh.role, fresh.valid_from, fresh.position)

    def load_supports(
        self, connection: Connection, positions: Collection[int], pids: Collection[Pid]
    ) -> None:
        """Read what the memberships of corrected events rest on: stored ones, and this unit's."""
        rows = connection.execute(
            QUERIES["find_supports"],
            {"region": self.region, "positions": list(positions), "pids": list(pids)},
        )
        for position, household, pid, role, valid_from, is_void in rows:
            member = (HouseholdId(household), Pid(pid))
            support = Support(position=position, member=member, role=role, valid_from=valid_from)
            self.by_position[position].append(support)
            if not is_void:
                self.live[member].add(position)

    def write(self, connection: Connection) -> None:
        """Write what the unit changed, in the caller's transaction."""
        supports: list[tuple[object, ...]] = [
            (self.region, s.position, *s.member, s.role, s.valid_from) for s in self.added
        ]
        memberships = [*self._rows, *((*self._row(f), None) for f in self._fresh.values())]
        tables: Mapping[str, list[tuple[object, ...]]] = {
            "copy_supports": supports,
            "copy_memberships": memberships,
        }
        with connection.cursor() as cursor:
            if self.closed:
                cursor.execute(
                    QUERIES["close_memberships"],
                    {
                        "region": self.region,
                        "households": [household for household, _ in self.closed],
                        "pids": [pid for _, pid in self.closed],
                        "positions": list(self.closed.values()),
                    },
                )
            for query, rows in tables.items():
                if rows:
                    with cursor.copy(LINKING[query]) as copy:
                        for row in rows:
                            copy.write_row(row)
            if self.marks:
                cursor.execute(
                    QUERIES["mark_supports"],
                    {
                        "region": self.region,
                        "positions": list(self.marks),
                        "voids": list(self.marks.values()),
                    },
                )
