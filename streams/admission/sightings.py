"""Who was seen elsewhere: lets a household know what happened in another one of the same person.

The fold of a household may look at nothing but its own rows; the rules that look across households
(R08, R14 of definitions.md) therefore need a row of the hub in each household of that person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.codec import encode_body
from schemas.events import EVENT_TYPES, derived_id
from schemas.identity import HouseholdId, Pid
from streams.admission.journal_rows import Draft
from streams.admission.known_at import local_day
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.engine.wire import HUB_SOURCE
from streams.household.linking import PERPETRATOR, EventKey, Kind, Statement

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


class SightingBook:
    """The sightings of a unit's persons: stored ones, and those that the unit adds."""

    def __init__(self, region: str) -> None:
        self.added: list[Sighting] = []
        self.voided: dict[int, bool] = {}
        self._region = region
        self._by_pid: dict[Pid, list[Sighting]] = defaultdict(list)

    def load(self, connection: Connection, pids: Collection[Pid]) -> None:
        """Read what was seen of these persons before this unit."""
        if not pids:
            return
        rows = connection.execute(
            QUERIES["find_sightings"], {"region": self._region, "pids": list(pids)}
        )
        for pid, household, role, order_id, seen_on, source, event_id, position in rows:
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
            if sighting.household != household and not self.voided.get(sighting.position, False)
        ]
        for sighting in found:
            self.added.append(sighting)
            self._by_pid[sighting.pid].append(sighting)
            others = set(memberships.get(sighting.pid, ())) - {sighting.household}
            told += [(household, sighting) for household in sorted(others)]
        return told

    def write(self, connection: Connection) -> None:
        """Write what the unit added, in the caller's transaction."""
        with connection.cursor() as cursor:
            if self.added:
                with cursor.copy(QUERIES["copy_sightings"]) as copy:
                    for s in self.added:
                        seen = (s.role, s.order_id, s.seen_on, s.event.source, s.event.event_id)
                        copy.write_row((self._region, s.pid, s.household, *seen, s.position))
            if self.voided:
                cursor.execute(
                    QUERIES["mark_sightings"],
                    {
                        "region": self._region,
                        "positions": list(self.voided),
                        "voids": list(self.voided.values()),
                    },
                )


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
            seen_on=_day_of(draft),
            event=draft.key,
            position=position,
        )
        for household in households
        for person in persons
    ]


def _day_of(draft: Draft) -> date:
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
    region = cause.row["region"]
    event_id = str(derived_id(region, SEEN_ELSEWHERE, str(position), told, sighting.pid))
    envelope = {"occurred_at": cause.row["occurred_at"], "recorded_at": known_at}
    body: dict[str, Any] = {
        "meta": {
            "event_id": event_id,
            "source": HUB_SOURCE,
            "region": region,
            "source_ref": None,
            **envelope,
        },
        "pid": sighting.pid,
        "household_id": sighting.household,
        "role": sighting.role,
        "order_id": sighting.order_id,
        "seen_on": sighting.seen_on,
        "seen_in": {"source": sighting.event.source, "event_id": sighting.event.event_id},
    }
    event_type = EVENT_TYPES[SEEN_ELSEWHERE]
    person = {"ref": 0, "field": "pid", "pid": sighting.pid, "role": sighting.role}
    row = {
        "region": region,
        "event_id": event_id,
        "source": HUB_SOURCE,
        "record_name": SEEN_ELSEWHERE,
        "record_version": event_type.version,
        **envelope,
        "received_topic": None,
        "received_offset": None,
        "persons": [{**person, "certainty": "CERTAIN"}],
        "addresses": [],
        "flags": [],
        "references": [],
        "payload": encode_body(SEEN_ELSEWHERE, body, event_type.version),
    }
    return Draft(
        key=EventKey(source=HUB_SOURCE, event_id=event_id),
        event_type=event_type,
        row=row,
        body=body,
        statement=Statement(kind=Kind.HUB),
    )
