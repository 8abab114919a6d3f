"""What the other partners say, and the correction that any of them may send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from schemas.enums import (
    CheckSource,
    CorrectionKind,
    HandoverStatus,
    MdaStatus,
    OrderStatus,
    ProtectionStatus,
)
from schemas.records.envelope import AddressMention, EventMeta, PersonMention


@dataclass(frozen=True, slots=True, kw_only=True)
class FamiliarityCheckAnswered:
    """Answer to a check whether a person is known."""

    meta: EventMeta
    case_id: str
    source_kind: CheckSource
    person: PersonMention
    known: bool
    earlier_reports: int | None = None
    last_contact_on: date | None = None
    answering_oin: str | None = None
    answered_on: date | None = None
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildProtectionNotified:
    """Status of a protection inquiry."""

    meta: EventMeta
    child: PersonMention
    status: ProtectionStatus
    measure: str | None = None
    status_on: date
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTeamFeedbackGiven:
    """What the local team did with a handover; RETURNED_UNSAFE is a new signal."""

    meta: EventMeta
    handover_id: str
    status: HandoverStatus
    status_on: date
    safety_concern: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MdaRegistrationChanged:
    """MDA++ registration."""

    meta: EventMeta
    mda_id: str
    persons: tuple[PersonMention, ...] = ()
    status: MdaStatus
    status_on: date
    organisations: tuple[str, ...] = ()
    life_domains: tuple[str, ...] = ()
    municipality: str | None = None
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrainingOrderChanged:
    """Temporary restraining order. 10 days, at most 4 weeks; no holiday extension (Wth art. 13)."""

    meta: EventMeta
    order_id: str
    status: OrderStatus
    status_at: datetime
    ends_at: datetime | None = None
    removed_person: PersonMention
    protected_persons: tuple[PersonMention, ...] = ()
    address: AddressMention
    because_of_child_abuse: bool
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged:
    """A move; splits or joins households."""

    meta: EventMeta
    person: PersonMention
    from_address: AddressMention | None = None
    to_address: AddressMention | None = None
    effective_on: date
    left_region: bool
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCorrected:
    """Nothing is overwritten; figures as of a knowledge date stay reproducible."""

    meta: EventMeta
    corrected_event_id: str
    kind: CorrectionKind
    replacement_event_id: str | None = None
    reason_code: str
