"""What the case system records about cases, assessments, services and handovers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.enums import (
    AssessmentOutcome,
    CaseStatus,
    Direction,
    HandoverTo,
    InformContent,
    MonitoringStatus,
    Party,
    RedFlag,
    RepeatKind,
    ReporterSector,
    Service,
    ServiceStatus,
    ViolenceForm,
    ViolenceNature,
)
from schemas.records.envelope import EventMeta, PersonMention


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRegistered:
    """The report as the case system counts it; the base of the statistics."""

    meta: EventMeta
    case_id: str
    report_id: str
    signal_source: str | None = None
    signal_source_ref: str | None = None
    persons: tuple[PersonMention, ...] = ()
    received_on: date
    reporter_sector: ReporterSector
    reporter_role: str | None = None
    municipality: str | None = None
    nature: tuple[ViolenceNature, ...] = ()
    forms: tuple[ViolenceForm, ...] = ()
    children_involved: bool | None = None
    repeat_kind: RepeatKind
    acute: bool
    red_flags: tuple[RedFlag, ...] = ()
    reasons: tuple[str, ...] = ()
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAssessmentCompleted:
    """The decision on follow-up."""

    meta: EventMeta
    case_id: str
    report_id: str
    completed_on: date
    outcome: AssessmentOutcome
    acute_unsafe: bool | None = None
    structurally_unsafe: bool | None = None
    multi_problem: bool | None = None
    sources_used: tuple[str, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    life_domains: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatusChanged:
    """Start, pick-up and end of V&V and onderzoek."""

    meta: EventMeta
    case_id: str
    service_id: str
    service: Service
    status: ServiceStatus
    status_on: date
    result: str | None = None
    report_id: str | None = None
    result_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSent:
    """Handover after assessment, V&V or onderzoek."""

    meta: EventMeta
    handover_id: str
    case_id: str
    to_kind: HandoverTo
    to_oin: str | None = None
    sent_on: date
    safety_conditions: bool
    feedback_due_on: date | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringMomentRecorded:
    """Two contacts in a year after the handover."""

    meta: EventMeta
    case_id: str
    moment_no: int
    planned_on: date
    status: MonitoringStatus
    held_on: date | None = None
    safe_enough: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyInformed:
    """Duty to inform: reporter after the assessment, subjects within four weeks."""

    meta: EventMeta
    case_id: str
    party: Party
    person: PersonMention | None = None
    informed_on: date | None = None
    postponed_until: date | None = None
    content: InformContent
    report_id: str | None = None
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatusChanged:
    """Opening, monitoring period and closing of a case."""

    meta: EventMeta
    case_id: str
    status: CaseStatus
    status_on: date
    reason_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecorded:
    """Contact, or a try, with a person of the household."""

    meta: EventMeta
    case_id: str
    contacted_on: date
    party: Party
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTransferred:
    """Transfer to or from another region."""

    meta: EventMeta
    case_id: str
    direction: Direction
    counterpart_oin: str
    transferred_on: date
    persons: tuple[PersonMention, ...] = ()
    running_service: str | None = None
    sealed_persons: bytes | None = None
