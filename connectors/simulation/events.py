"""Events in Avro form on the day the region hears of them, and the scribe that writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from connectors.simulation.months import local_instant
from connectors.simulation.people import Household, Person
from schemas.events import EVENT_TYPES
from schemas.identity import derived_id

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedEvent:
    """One event: its Avro record without the sealed block, and who would be sealed into it."""

    record_name: str
    topic: str
    record: Record
    persons: tuple[Mapping[str, Any], ...] = ()
    addresses: tuple[Mapping[str, Any], ...] = ()

    @property
    def event_id(self) -> str:
        """The id within its source."""
        return str(self.record["meta"]["event_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """All that a region hears on one local day: first the tick, then the events, in order.

    The very first slice has no tick but the opening of the region.
    """

    day: date
    tick: SimulatedEvent | None
    events: tuple[SimulatedEvent, ...]


@lru_cache(maxsize=16_384)
def _midnight(day: date) -> datetime:
    return local_instant(day, 0)


class Scribe:
    """Writes events into days; ids follow from the log's name and the order of writing."""

    def __init__(self, region: str, log_name: str, rng: Random) -> None:
        """Take the region, a name that differs per figures and seed, and a source of chance."""
        self.region = region
        self.rng = rng
        self._log_name = log_name
        self._count = 0
        self._days: dict[date, list[tuple[int, int, SimulatedEvent]]] = {}

    def write(
        self,
        record_name: str,
        source: str,
        *,
        known_on: date,
        occurred_on: date,
        rank: int,
        fields: Mapping[str, Any],
        people: Sequence[Person] = (),
        home: Household | None = None,
        source_ref: str | None = None,
        topic: str | None = None,
    ) -> SimulatedEvent:
        """Write one event and return it.

        `rank` orders events of one day: what others refer to has the lower one.  `people` are
        numbered by their place, as the record's mentions must be; `home` has ref 0.
        """
        event_type = EVENT_TYPES[record_name]
        self._count += 1
        event_id = str(derived_id("simulated", self._log_name, str(self._count)))
        minutes = int(self.rng.random() * 240)
        recorded_at = _midnight(known_on) + timedelta(hours=12, minutes=minutes)
        meta: Record = {
            "event_id": event_id,
            "source": source,
            "region": self.region,
            "recorded_at": recorded_at,
        }
        if not event_type.is_advice:
            occurred_at = _midnight(occurred_on) + timedelta(hours=8, minutes=minutes)
            meta |= {"source_ref": source_ref, "occurred_at": occurred_at}
        record: Record = {"meta": meta, **fields}
        if event_type.has_sealed_persons:
            record["sealed_persons"] = None
        event = SimulatedEvent(
            record_name=record_name,
            topic=topic or event_type.topic,
            record=record,
            persons=tuple(person.identity(ref) for ref, person in enumerate(people)),
            addresses=(home.address(0),) if home is not None else (),
        )
        self._days.setdefault(known_on, []).append((rank, self._count, event))
        return event

    def correct(
        self,
        target: SimulatedEvent,
        *,
        known_on: date,
        reason_code: str,
        replacement: SimulatedEvent | None = None,
    ) -> None:
        """Write that an event is void, or replaced by another."""
        is_advice = EVENT_TYPES[target.record_name].is_advice
        self.write(
            "AdviceCorrected" if is_advice else "EventCorrected",
            target.record["meta"]["source"],
            known_on=known_on,
            occurred_on=known_on,
            rank=90,
            topic=target.topic,
            fields={
                "corrected_event_id": target.event_id,
                "kind": "REPLACED" if replacement else "RETRACTED",
                "replacement_event_id": replacement.event_id if replacement else None,
                "reason_code": reason_code,
            },
        )

    def events_of(self, day: date) -> tuple[SimulatedEvent, ...]:
        """Return the day's events in the order in which they must be sent."""
        return tuple(event for _, _, event in sorted(self._days.get(day, ()), key=lambda e: e[:2]))

    @property
    def days(self) -> list[date]:
        """The days on which anything was written, in order."""
        return sorted(self._days)
