"""Who was seen elsewhere: lets a household know what happened in another one of the same person.

The fold of a household may look at nothing but its own rows; the rules that look across households
(R08, R14 of definitions.md) therefore need a row of the hub in each household of that person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from schemas.identity import HouseholdId, Pid
from streams.admission.hub_rows import hub_row
from streams.admission.journal_rows import Draft
from streams.admission.known_at import local_day
from streams.engine.asking import Questions, Row
from streams.engine.database import Connection, Cursor
from streams.engine.named_queries import load_queries
from streams.household.linking import PERPETRATOR, EventKey

QUERIES = load_queries("streams.admission", "sightings.sql")
SEEN_ELSEWHERE = "PersonSeenElsewhere"
SIGNALS = frozenset({"PoliceReportSubmitted", "ReportSubmitted", "ReportRegistered"})
ORDER = "RestrainingOrderChanged"
IMPOSED = "IMPOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A person as suspected perpetrator in a signal, or sent from home by an order."""

    pid: Pid
    household: HouseholdId
    role: str
    order_id: str | None
    seen_on: date
    event: EventKey
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A household that heard of a sighting, by the hub's row at `position`."""

    position: int
    pid: Pid
    sighting_position: int
    household: HouseholdId


class SightingBook:
    """The sightings of a unit's persons: stored ones, and those that the unit adds."""

    def __init__(self, region: str) -> None:
        self.voided: dict[int, bool] = {}
        self._region = region
        self._by_pid: dict[Pid, list[Sighting]] = defaultdict(list)
        self._stored_void: set[int] = set()
        self._added: set[int] = set()
        self._moved: dict[tuple[int, HouseholdId], HouseholdId] = {}
        self._loaded: set[Pid] = set()
        self._told: dict[int, Told] = {}
        self._told_loaded: set[Pid] = set()
        self._new_told: dict[int, Told] = {}
        self._gone_told: set[int] = set()

    def load(self, connection: Connection, pids: Collection[Pid]) -> None:
        """Read what was seen of these persons before this unit."""
        questions = Questions(connection)
        self.ask(questions, pids)
        questions.answer()

    def ask(self, questions: Questions, pids: Collection[Pid]) -> None:
        """Ask for what was seen of these persons, unless it is known."""
        missing = sorted(set(pids) - self._loaded)
        self._loaded.update(missing)
        questions.ask(QUERIES["find_sightings"], self._region, self._take, {"pids": missing})

    def _take(self, rows: Sequence[Row]) -> None:
        for pid, household, role, order_id, seen_on, source, event_id, position, is_void in rows:
            if is_void:
                self._stored_void.add(position)
            self._by_pid[Pid(pid)].append(
                Sighting(
                    pid=Pid(pid),
                    household=HouseholdId(household),
                    role=role,
                    order_id=order_id,
                    seen_on=seen_on,
                    event=EventKey(source=source, event_id=event_id),
                    position=position,
                )
            )

    def mark(self, position: int, is_void: bool) -> None:
        """Take a corrected event's sightings away, or give them back."""
        self.voided[position] = is_void

    def move(self, positions: Collection[int], left: HouseholdId, joined: HouseholdId) -> set[Pid]:
        """Let what was seen in these events have been in another household; return of whom."""
        wanted, people = set(positions), set()
        for pid, sightings in self._by_pid.items():
            for number, one in enumerate(sightings):
                if one.household == left and one.position in wanted:
                    sightings[number] = replace(one, household=joined)
                    people.add(pid)
        for position in {one.position for pid in people for one in self._by_pid[pid]} & wanted:
            first = next(
                (k for k, v in self._moved.items() if k[0] == position and v == left), None
            )
            self._moved[first or (position, left)] = joined
        return people

    def to_tell(
        self,
        found: Sequence[Sighting],
        opened: Iterable[tuple[HouseholdId, Pid]],
        memberships: Mapping[Pid, Collection[HouseholdId]],
    ) -> list[tuple[HouseholdId, Sighting]]:
        """Return which household must hear of which sighting, now that an event was placed.

        A new sighting goes to every other household of the person; whoever has just become a
        member brings along what was seen of him elsewhere before.
        """
        told = [
            (household, sighting)
            for household, pid in opened
            for sighting in self._by_pid.get(pid, ())
            if sighting.household != household and not self._is_void(sighting.position)
        ]
        for sighting in found:
            self._added.add(sighting.position)
            self._by_pid[sighting.pid].append(sighting)
            others = set(memberships.get(sighting.pid, ())) - {sighting.household}
            told += [(household, sighting) for household in sorted(others)]
        return told

    def tell(self, household: HouseholdId, sighting: Sighting, position: int) -> None:
        """Note that the hub's row at `position` tells a household of a sighting."""
        self._new_told[position] = Told(
            position=position,
            pid=sighting.pid,
            sighting_position=sighting.position,
            household=household,
        )

    def hear(
        self,
        connection: Connection,
        *,
        household: HouseholdId,
        pid: Pid,
        event: EventKey,
        position: int,
    ) -> None:
        """Note that a household was told of a person in an event, by a row that came back."""
        self.load(connection, [pid])
        for sighting in self._by_pid.get(pid, ()):
            if sighting.event == event:
                self.tell(household, sighting, position)
                return

    def settle(
        self,
        connection: Connection,
        pids: Collection[Pid],
        memberships: Mapping[Pid, Collection[HouseholdId]],
        home_of: Callable[[int, HouseholdId], HouseholdId | None],
    ) -> tuple[list[tuple[HouseholdId, int]], list[tuple[HouseholdId, Sighting]]]:
        """Compare what households heard of these persons with what they should hear.

        Returns the rows of the hub to take back, as (household, position), and what is to be
        told. `home_of` says where a row that was told to a household counts by now.
        """
        self.load(connection, pids)
        self._load_told(connection, pids)
        wanted = {
            (pid, sighting.position, household): sighting
            for pid in sorted(pids)
            for sighting in self._by_pid.get(pid, ())
            if not self._is_void(sighting.position)
            for household in sorted(memberships.get(pid, ()))
            if household != sighting.household
        }
        gone = []
        current = {**self._told, **self._new_told}
        for position, told in sorted(current.items()):
            if told.pid not in pids or position in self._gone_told:
                continue
            home = home_of(position, told.household)
            if home is not None and (told.pid, told.sighting_position, home) in wanted:
                del wanted[told.pid, told.sighting_position, home]
                continue
            self._gone_told.add(position)
            if home is not None:
                gone.append((home, position))
        return gone, [(household, sighting) for (_, _, household), sighting in wanted.items()]

    def seen_at(self, connection: Connection, positions: Collection[int]) -> set[Pid]:
        """Return who was seen in these events, members of a household or not."""
        asked = {"region": self._region, "positions": list(positions)}
        stored = {Pid(pid) for (pid,) in connection.execute(QUERIES["people_seen_at"], asked)}
        wanted = set(positions)
        return stored | {
            pid
            for pid, sightings in self._by_pid.items()
            if any(one.position in wanted for one in sightings)
        }

    def _is_void(self, position: int) -> bool:
        return self.voided.get(position, position in self._stored_void)

    def _load_told(self, connection: Connection, pids: Collection[Pid]) -> None:
        missing = set(pids) - self._told_loaded
        self._told_loaded |= missing
        rows = connection.execute(
            QUERIES["find_told"], {"region": self._region, "pids": list(missing)}
        )
        for position, pid, sighting_position, household in rows:
            self._told[position] = Told(
                position=position,
                pid=Pid(pid),
                sighting_position=sighting_position,
                household=HouseholdId(household),
            )

    def take_away(self, cursor: Cursor) -> None:
        """Write what moved, and what was told and is taken back; before new rows are written."""
        place = {"region": self._region}
        if self._moved:
            moves = {
                "positions": [position for position, _ in self._moved],
                "lefts": [left for _, left in self._moved],
                "joineds": list(self._moved.values()),
            }
            cursor.execute(QUERIES["move_sightings"], {**place, **moves})
        if self._gone_told:
            gone = {"positions": sorted(self._gone_told)}
            cursor.execute(QUERIES["delete_told"], {**place, **gone})

    def new_sightings(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of what was seen in this unit."""
        for s in (s for of in self._by_pid.values() for s in of if s.position in self._added):
            seen = (s.role, s.order_id, s.seen_on, s.event.source, s.event.event_id)
            yield (self._region, s.pid, s.household, *seen, s.position)

    def new_told(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of who was told in this unit."""
        for at, t in self._new_told.items():
            if at not in self._gone_told:
                yield (self._region, t.position, t.pid, t.sighting_position, t.household)

    def change(self, cursor: Cursor) -> None:
        """Write what becomes void or valid; after new rows, which may be among them."""
        if self.voided:
            marks = {"positions": list(self.voided), "voids": list(self.voided.values())}
            cursor.execute(QUERIES["mark_sightings"], {"region": self._region, **marks})


def sightings_in(draft: Draft, households: Sequence[HouseholdId], position: int) -> list[Sighting]:
    """Return whom an event shows as perpetrator or sent from home, in its household."""
    body, name = draft.body, draft.event_type.name
    order_id: str | None = None
    if name in SIGNALS:
        persons = [p for p in draft.row["persons"] if p["role"] == PERPETRATOR]
    elif name == ORDER and body["status"] == IMPOSED:
        persons = [p for p in draft.row["persons"] if p["field"] == "removed_person"]
        order_id = body["order_id"]
    else:
        return []
    return [
        Sighting(
            pid=Pid(person["pid"]),
            household=household,
            role=person["role"],
            order_id=order_id,
            seen_on=day_of(draft),
            event=draft.key,
            position=position,
        )
        for household in households
        for person in persons
    ]


def day_of(draft: Draft) -> date:
    """Return the day of the signal as the rules take it (definitions.md, "Signal")."""
    body = draft.body
    if draft.event_type.name == ORDER:
        return local_day(body["status_at"])
    day: date | None = body.get("incident_on") or body.get("received_on")
    return day or local_day(draft.row["occurred_at"])


def row_for(
    told: HouseholdId, sighting: Sighting, cause: Draft, position: int, known_at: datetime
) -> Draft:
    """Return the hub's row that tells a household of a sighting; `position` is its own."""
    said: dict[str, Any] = {
        "pid": sighting.pid,
        "household_id": sighting.household,
        "role": sighting.role,
        "order_id": sighting.order_id,
        "seen_on": sighting.seen_on,
        "seen_in": {"source": sighting.event.source, "event_id": sighting.event.event_id},
    }
    person = {"ref": 0, "field": "pid", "pid": sighting.pid, "role": sighting.role}
    return hub_row(
        SEEN_ELSEWHERE,
        said,
        cause,
        known_at,
        identity=(str(position), told, sighting.pid),
        persons=[{**person, "certainty": "CERTAIN"}],
    )
