"""Rows of the hub's own logs: journal, advice log and finding log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.enums import AddressKind, PersonRole
from schemas.log_enums import (
    Certainty,
    FindingEventKind,
    FindingLevel,
    JournalDecisionKind,
    LinkReason,
)
from schemas.records.envelope import EvidenceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdLink:
    """A household that the event belongs to, and why."""

    household_id: str
    reason: LinkReason


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPerson:
    """A person in a journal row, as a random token."""

    ref: int
    field: str
    pid: str
    role: PersonRole
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalAddress:
    """An address in a journal row, as a random token."""

    ref: int
    token: str
    municipality: str
    kind: AddressKind


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalDecision:
    """A decision taken at admission; a rebuild replays it and never decides again."""

    kind: JournalDecisionKind
    code: str
    household_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReference:
    """A reference in the event; `key` is an HMAC, never the sender's number."""

    scope: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """What the hub decided about one event; the record of truth."""

    region: str
    incarnation: int
    position: int
    known_at: datetime
    event_id: str
    source: str
    record_name: str
    record_version: int
    occurred_at: datetime
    recorded_at: datetime
    received_topic: str | None = None
    received_offset: int | None = None
    households: tuple[HouseholdLink, ...] = ()
    persons: tuple[JournalPerson, ...] = ()
    addresses: tuple[JournalAddress, ...] = ()
    decisions: tuple[JournalDecision, ...] = ()
    flags: tuple[str, ...] = ()
    references: tuple[JournalReference, ...] = ()
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRow:
    """One row of the advice log: no person, no household."""

    region: str
    incarnation: int
    position: int
    known_at: datetime
    event_id: str
    source: str
    record_name: str
    record_version: int
    recorded_at: datetime
    received_topic: str | None = None
    received_offset: int | None = None
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEvent:
    """One step in the life of a finding."""

    region: str
    incarnation: int
    position: int
    journal_incarnation: int
    journal_position: int
    known_at: datetime
    household_id: str
    finding_id: str
    rule_id: str
    rule_version: int
    parameters: str
    subject: str
    kind: FindingEventKind
    level: FindingLevel
    triggered_at: datetime
    evidence: tuple[EvidenceRef, ...] = ()
    sentence: str
    reason_code: str | None = None
    caused_by: EvidenceRef
    late: bool
