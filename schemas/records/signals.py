"""Reports as the police and other reporters send them: the signals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.enums import Channel, RedFlag, ReporterSector, SashLevel, ViolenceForm, ViolenceNature
from schemas.records.envelope import AddressMention, EventMeta, PersonMention


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportSubmitted:
    """A police report of domestic violence, child abuse or other youth concern."""

    meta: EventMeta
    reported_on: date
    incident_on: date
    incident_address: AddressMention | None = None
    persons: tuple[PersonMention, ...] = ()
    nature: tuple[ViolenceNature, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    sash_level: SashLevel | None = None
    arrested: bool | None = None
    charges_filed: bool | None = None
    ban_considered: bool | None = None
    agenda_requested: bool
    subjects_informed: bool
    narrative_ref: str | None = None
    forms: tuple[ViolenceForm, ...] = ()
    sealed_persons: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSubmitted:
    """A report by a professional or a citizen."""

    meta: EventMeta
    reported_on: date
    channel: Channel
    reporter_sector: ReporterSector
    reporter_role: str | None = None
    reporter_known_to_subjects: bool
    persons: tuple[PersonMention, ...] = ()
    address: AddressMention | None = None
    nature: tuple[ViolenceNature, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    reporter_keeps_helping: bool | None = None
    narrative_ref: str | None = None
    forms: tuple[ViolenceForm, ...] = ()
    incident_on: date | None = None
    sealed_persons: bytes | None = None
