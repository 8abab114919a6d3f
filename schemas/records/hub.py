"""What the hub itself says: region, clock, rules, erasure, dead letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.enums import ClockMode, ErasureGround, PersonRole, RearrangementKind
from schemas.records.envelope import EventMeta, EvidenceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOpened:
    """First entry of a region's journal."""

    meta: EventMeta
    clock_mode: ClockMode
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTicked:
    """One per region and local day, at 00:00 Europe/Amsterdam, without gaps.

    Missed ones are emitted in order.
    """

    meta: EventMeta
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSwitched:
    """A replayed region goes live; one way."""

    meta: EventMeta
    to: ClockMode


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesActivated:
    """Rule versions, parameters and holiday calendar that hold from here on."""

    meta: EventMeta
    rules: Mapping[str, str]
    calendar: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectErased:
    """A person's key and index rows are destroyed.

    Payloads that name only this person are redacted.
    """

    meta: EventMeta
    erasure_id: str
    ground: ErasureGround


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveRequested:
    """Someone asked for dead letters to be tried again."""

    meta: EventMeta
    dead_letter_ids: tuple[str, ...]
    requested_by: str
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardRequested:
    """Someone asked to discard dead letters, with a reason."""

    meta: EventMeta
    dead_letter_ids: tuple[str, ...]
    requested_by: str
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeenElsewhere:
    """A person of this household plays a part in another one.

    Put in the journal by the hub, so that the fold needs to look at no other household (R08, R14).
    """

    meta: EventMeta
    pid: str
    household_id: str
    role: PersonRole
    order_id: str | None = None
    seen_on: date
    seen_in: EvidenceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMove:
    """Journal rows that leave one household and count in another; None: in none."""

    from_household: str | None = None
    to_household: str | None = None
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdsRearranged:
    """Earlier rows belong elsewhere from here on: a merge, a split, or a correction across both.

    Put in the journal by the hub after the row that decided it, so that every reader moves the
    same rows at the same position and decides nothing itself.
    """

    meta: EventMeta
    change: RearrangementKind
    moves: tuple[EventMove, ...]
    valid_from: date | None = None
    decided_in: EvidenceRef
