"""Advice, which travels alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.enums import Channel, CorrectionKind, ReporterSector, ViolenceNature
from schemas.records.envelope import AdviceMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceGiven:
    """Advice. Holds no person, household or address, not even a pseudonym."""

    meta: AdviceMeta
    given_on: date
    channel: Channel
    seeker_sector: ReporterSector
    seeker_role: str | None = None
    from_school: bool
    municipality: str | None = None
    nature: tuple[ViolenceNature, ...] = ()
    anonymous: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceCorrected:
    """A correction of advice; the twin of EventCorrected without any tie to a household."""

    meta: AdviceMeta
    corrected_event_id: str
    kind: CorrectionKind
    replacement_event_id: str | None = None
    reason_code: str
