"""What every event carries: its envelope, and mentions of persons and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.enums import AddressKind, AgeClass, PersonRole, RelationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A family relation to another person of the same event, as the sender states it."""

    to_ref: int
    kind: RelationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMention:
    """A person in this event; who it is stands in the sealed block under the same ref."""

    ref: int
    role: PersonRole
    age_class: AgeClass = AgeClass.UNKNOWN
    is_minor: bool | None = None
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMention:
    """An address; what it is stands in the sealed block under the same ref."""

    ref: int
    municipality: str
    kind: AddressKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMeta:
    """Envelope of every event but advice."""

    event_id: str
    source: str
    region: str
    source_ref: str | None = None
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceMeta:
    """Envelope of advice: without any number of the sender and without a time of occurrence."""

    event_id: str
    source: str
    region: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRef:
    """An event of this region, by source and id."""

    source: str
    event_id: str
