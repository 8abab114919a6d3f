"""Memberships and what they rest on: they open with an event and close with its last support."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from schemas.identity import HouseholdId, Pid
from streams.engine.asking import Questions, Row
from streams.engine.database import Connection, Cursor
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
    hops: int = 0


@dataclass(slots=True)
class MembershipBook:
    """The memberships of a unit's persons; `open` is what linking looks at.

    `sizes` counts the open memberships of every household that was read, `hops` says how far a
    member is from its founders. `live` is complete only for members of corrected or moved events:
    nothing else can close. `refused` are people whom no event makes a member of that household.
    `opened` holds who became a member since `take_opened` was last called.
    """

    region: str
    open: MutableMapping[Pid, set[HouseholdId]] = field(default_factory=lambda: defaultdict(set))
    live: dict[Member, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_position: dict[int, dict[Member, Support]] = field(default_factory=lambda: defaultdict(dict))
    marks: dict[int, bool] = field(default_factory=dict)
    closed: dict[Member, tuple[int, date | None]] = field(default_factory=dict)
    opened: list[Member] = field(default_factory=list)
    refused: dict[Member, bool] = field(default_factory=dict)
    hops: dict[Member, int] = field(default_factory=dict)
    sizes: dict[HouseholdId, int] = field(default_factory=lambda: defaultdict(int))
    _stored_void: set[int] = field(default_factory=set)
    _stored: set[tuple[int, Member]] = field(default_factory=set)
    _taken: set[tuple[int, Member]] = field(default_factory=set)
    _added: dict[tuple[int, Member], Support] = field(default_factory=dict)
    _refusals: dict[Member, tuple[bool, int]] = field(default_factory=dict)
    _fresh: dict[Member, Support] = field(default_factory=dict)
    _rows: list[tuple[object, ...]] = field(default_factory=list)

    def support(self, support: Support, at: int | None = None) -> None:
        """Let an event support a membership from `at` on, else from where it stands."""
        self._put(support)
        if not self.is_void(support.position):
            self._stand(support, support.position if at is None else at)

    def role_of(self, member: Member) -> str:
        """Return the role of a person in the first event that made him a member."""
        supports = (self.by_position[at].get(member) for at in sorted(self.by_position))
        return next((support.role for support in supports if support is not None), "UNKNOWN")

    def move_rest(self, left: HouseholdId, joined: HouseholdId, at: int) -> None:
        """Move what else supports memberships of a household: decisions, and void events."""
        for position in sorted(self.by_position):
            self.move(position, left, joined, at)

    def take_opened(self) -> list[Member]:
        """Return who has become a member, each once, and forget it."""
        opened, self.opened = self.opened, []
        return opened

    def is_void(self, position: int) -> bool:
        """Say whether a correction has taken the event at that position away."""
        return self.marks.get(position, position in self._stored_void)

    def void(self, position: int, at: int) -> None:
        """Take an event's support away at journal position `at`; close what rests on nothing."""
        self.marks[position] = True
        for support in self.by_position.get(position, {}).values():
            self._fall(support, at)

    def revive(self, position: int, at: int) -> None:
        """Give an event's support back at journal position `at`."""
        self.marks[position] = False
        for support in self.by_position.get(position, {}).values():
            self._stand(support, at)

    def move(
        self, position: int, left: HouseholdId | None, joined: HouseholdId | None, at: int
    ) -> None:
        """Let an event support membership of another household from `at` on; None: of none."""
        for support in list(self.by_position.get(position, {}).values()):
            household, pid = support.member
            if household != left:
                continue
            del self.by_position[position][support.member]
            self._added.pop((position, support.member), None)
            if (position, support.member) in self._stored:
                self._taken.add((position, support.member))
            self._fall(support, at)
            if joined is not None:
                moved = replace(support, member=(joined, pid))
                self._put(moved)
                if not self.is_void(position):
                    self._stand(moved, at)

    def refuse(self, member: Member, at: int, since: date | None = None) -> None:
        """Let nothing make this person a member from `at` on; `since` is the day it ended."""
        self.refused[member], self._refusals[member] = True, (True, at)
        household, pid = member
        if household in self.open[pid]:
            self._close(member, at, since)

    def admit(self, member: Member, at: int) -> None:
        """Take a refusal back: what supports the membership counts again."""
        self.refused[member], self._refusals[member] = False, (False, at)
        standing = sorted(self.live.get(member, ()))
        if standing:
            self._stand(self.by_position[standing[0]][member], at)

    def members_of(self, household: HouseholdId) -> set[Pid]:
        """Return the people of a household whose memberships were read."""
        return {pid for pid, households in self.open.items() if household in households}

    def _put(self, support: Support) -> None:
        key = (support.position, support.member)
        self.by_position[support.position][support.member] = support
        if key in self._taken:
            self._taken.discard(key)
        else:
            self._added[key] = support

    def _fall(self, support: Support, at: int) -> None:
        self.live[support.member].discard(support.position)
        household, pid = support.member
        if not self.live[support.member] and household in self.open[pid]:
            self._close(support.member, at, None)

    def _close(self, member: Member, at: int, since: date | None) -> None:
        household, pid = member
        self.open[pid].discard(household)
        self.hops.pop(member, None)
        self.sizes[household] -= 1
        self.opened = [other for other in self.opened if other != member]
        fresh = self._fresh.pop(member, None)
        if fresh is None:
            self.closed[member] = (at, since)
        else:
            self._rows.append((*self._row(fresh), at, None))
            if since is not None:
                self._rows.append((*self._row(replace(fresh, position=at)), None, since))

    def _stand(self, support: Support, at: int) -> None:
        household, pid = support.member
        self.live[support.member].add(support.position)
        if household not in self.open[pid] and not self.refused.get(support.member, False):
            self.open[pid].add(household)
            self.hops[support.member] = support.hops
            self.sizes[household] += 1
            self.opened.append(support.member)
            self._fresh[support.member] = replace(support, position=at)

    def _row(self, fresh: Support) -> tuple[object, ...]:
        household, pid = fresh.member
        first = (self.region, household, pid, fresh.role, fresh.valid_from)
        return (*first, fresh.hops, fresh.position)

    def load_supports(
        self, connection: Connection, positions: Collection[int], pids: Collection[Pid]
    ) -> None:
        """Read what the memberships of corrected events rest on: stored ones, and this unit's."""
        rows = connection.execute(
            QUERIES["find_supports"],
            {"region": self.region, "positions": list(positions), "pids": list(pids)},
        )
        self._enter(rows.fetchall())

    def load_household(self, connection: Connection, household: HouseholdId) -> None:
        """Read all that the memberships of one household rest on."""
        rows = connection.execute(
            QUERIES["find_supports_of"], {"region": self.region, "household": household}
        )
        self._enter(rows.fetchall())

    def ask(self, questions: Questions, pids: Collection[Pid]) -> None:
        """Ask of which households these people are members, and to which they do not belong."""
        columns = {"pids": sorted(pids)}
        questions.ask(LINKING["find_memberships"], self.region, self._know, columns)
        questions.ask(LINKING["find_refusals"], self.region, self._refused_in, columns)

    def _know(self, rows: Sequence[Row]) -> None:
        for pid, household, hops in rows:
            self.open[Pid(pid)].add(HouseholdId(household))
            self.hops[HouseholdId(household), Pid(pid)] = hops

    def _refused_in(self, rows: Sequence[Row]) -> None:
        for household, pid in rows:
            self.refused.setdefault((HouseholdId(household), Pid(pid)), True)

    def refused_by(self, connection: Connection, household: HouseholdId) -> set[Pid]:
        """Return who does not belong to a household, by the tables and by what this unit says."""
        asked = {"region": self.region, "household": household}
        for (pid,) in connection.execute(LINKING["find_refused_by"], asked):
            self.refused.setdefault((household, Pid(pid)), True)
        return {
            pid for (home, pid), refused in self.refused.items() if home == household and refused
        }

    def _enter(self, rows: Collection[tuple[object, ...]]) -> None:
        """Take stored supports, as this unit has left them: some have moved or fallen since."""
        for position, household, pid, role, valid_from, is_void in rows:
            assert isinstance(position, int)
            assert isinstance(valid_from, date)
            member = (HouseholdId(str(household)), Pid(str(pid)))
            key = (position, member)
            if is_void:
                self._stored_void.add(position)
            if key in self._stored:
                continue
            self._stored.add(key)
            self.by_position[position][member] = Support(
                position=position, member=member, role=str(role), valid_from=valid_from
            )
            if not self.is_void(position):
                self.live[member].add(position)

    def take_away(self, cursor: Cursor) -> None:
        """Write what ends or moves away; before new rows are written."""
        if self.closed:
            cursor.execute(QUERIES["close_memberships"], self._closed())
        if self._taken:
            cursor.execute(QUERIES["take_supports"], self._keys(self._taken))

    def new_supports(self) -> list[tuple[object, ...]]:
        """Return the rows of new supports."""
        return [
            (self.region, s.position, *s.member, s.role, s.valid_from, self.is_void(s.position))
            for s in self._added.values()
        ]

    def new_rows(self) -> list[tuple[object, ...]]:
        """Return the rows of new memberships."""
        fresh = [(*self._row(support), None, None) for support in self._fresh.values()]
        return [*self._rows, *fresh]

    def change(self, cursor: Cursor) -> None:
        """Write what becomes void or valid, and who does not belong; after new rows."""
        if self.marks:
            said = {"positions": list(self.marks), "voids": list(self.marks.values())}
            cursor.execute(QUERIES["mark_supports"], {"region": self.region, **said})
        for refused, query in ((True, "insert_refusals"), (False, "delete_refusals")):
            at = {m: at for m, (now, at) in self._refusals.items() if now is refused}
            if at:
                places = {"positions": list(at.values())}
                cursor.execute(LINKING[query], {**self._members(at), **places})

    def _closed(self) -> Mapping[str, object]:
        return {
            **self._members(self.closed),
            "positions": [position for position, _ in self.closed.values()],
            "days": [since for _, since in self.closed.values()],
        }

    def _members(self, members: Collection[Member]) -> dict[str, object]:
        return {
            "region": self.region,
            "households": [household for household, _ in members],
            "pids": [pid for _, pid in members],
        }

    def _keys(self, keys: Collection[tuple[int, Member]]) -> Mapping[str, object]:
        members = self._members([member for _, member in keys])
        return {**members, "positions": [position for position, _ in keys]}
