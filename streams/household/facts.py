"""What the radar remembers of an event: the few fields that rules read, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b

from streams.household.journal_event import EventKey, JournalEvent
from streams.household.severity import NO_MARKS, Marks, marks_of
from streams.household.terms import amsterdam_day, milliseconds, noon

POLICE_SECTOR = "JUSTICE_AND_SAFETY"
REFERENCE_BYTES = 8


class FactKind(StrEnum):
    """The part that an event plays in the picture; the letters are what is stored."""

    POLICE = "P"
    REPORT = "S"
    REGISTRATION = "R"
    ASSESSMENT = "A"


class CorrectionKind(StrEnum):
    """What a correction does to its target."""

    RETRACTED = "RETRACTED"
    REPLACED = "REPLACED"
    DUPLICATE_OF = "DUPLICATE_OF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event as rules see it.

    `at_ms` is the time t of `definitions.md` when the event is a signal by itself.  `reference`
    is a digest of (source, number): the sender's own number for a signal, the number of the
    signal it came from for a registration.  `report` is a digest of the report id.
    """

    key: EventKey
    kind: FactKind
    at_ms: int
    sector: str | None = None
    reference: str | None = None
    report: str | None = None
    marks: Marks = NO_MARKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What one sender said about an earlier event of its own."""

    key: EventKey
    target: EventKey
    kind: CorrectionKind
    replacement: EventKey | None
    position: int


FACT_RECORDS = frozenset(
    {
        "PoliceReportSubmitted",
        "ReportSubmitted",
        "ReportRegistered",
        "SafetyAssessmentCompleted",
        "EventCorrected",
    }
)


def fact_of(event: JournalEvent) -> Fact | Correction | None:
    """Return what the radar remembers of an event, or None when no rule reads its kind."""
    match event.record_name:
        case "PoliceReportSubmitted":
            return _police(event)
        case "ReportSubmitted":
            return _report(event)
        case "ReportRegistered":
            return _registration(event)
        case "SafetyAssessmentCompleted":
            return _assessment(event)
        case "EventCorrected":
            return _correction(event)
        case _:
            return None


def reference_of(source: str, number: str) -> str:
    """Return a short token for a sender's number, so that states do not repeat the number.

    No secret: the journal holds the number itself.  Within one household 64 bits never meet.
    """
    digest = blake2b(f"{source}|{number}".encode(), digest_size=REFERENCE_BYTES)
    return digest.hexdigest()


def _police(event: JournalEvent) -> Fact:
    payload = event.payload
    return Fact(
        key=event.key,
        kind=FactKind.POLICE,
        at_ms=_signal_ms(event, _day(payload, "incident_on")),
        sector=POLICE_SECTOR,
        reference=_own_reference(event),
        marks=_marks(payload),
    )


def _report(event: JournalEvent) -> Fact:
    payload = event.payload
    return Fact(
        key=event.key,
        kind=FactKind.REPORT,
        at_ms=_signal_ms(event, _day(payload, "incident_on")),
        sector=_text(payload, "reporter_sector"),
        reference=_own_reference(event),
        marks=_marks(payload),
    )


def _registration(event: JournalEvent) -> Fact:
    payload = event.payload
    received_on = _day(payload, "received_on")
    number = _text(payload, "signal_source_ref")
    source = _text(payload, "signal_source") or event.source
    report_id = _text(payload, "report_id")
    return Fact(
        key=event.key,
        kind=FactKind.REGISTRATION,
        at_ms=milliseconds(noon(received_on) if received_on else event.occurred_at),
        sector=_text(payload, "reporter_sector"),
        reference=reference_of(source, number) if number else None,
        report=reference_of("report", report_id) if report_id else None,
        marks=_marks(payload),
    )


def _assessment(event: JournalEvent) -> Fact:
    report_id = _text(event.payload, "report_id")
    return Fact(
        key=event.key,
        kind=FactKind.ASSESSMENT,
        at_ms=milliseconds(event.occurred_at),
        report=reference_of("report", report_id) if report_id else None,
        marks=_marks(event.payload),
    )


def _correction(event: JournalEvent) -> Correction | None:
    payload = event.payload
    kind = _text(payload, "kind")
    target = _text(payload, "corrected_event_id")
    replacement = _text(payload, "replacement_event_id")
    if target is None or kind is None or kind not in CorrectionKind.__members__:
        return None
    return Correction(
        key=event.key,
        target=EventKey(event.source, target),
        kind=CorrectionKind(kind),
        replacement=EventKey(event.source, replacement) if replacement else None,
        position=event.position,
    )


def _signal_ms(event: JournalEvent, incident_on: date | None) -> int:
    """Return time t: the sender's instant, or noon of the day of the incident when they differ."""
    if incident_on is not None and incident_on != amsterdam_day(event.occurred_at):
        return milliseconds(noon(incident_on))
    return milliseconds(event.occurred_at)


def _own_reference(event: JournalEvent) -> str | None:
    meta = event.payload.get("meta")
    number = _text(meta, "source_ref") if isinstance(meta, Mapping) else None
    return reference_of(event.source, number) if number else None


def _marks(payload: Mapping[str, object]) -> Marks:
    return marks_of(
        flags=_codes(payload, "red_flags"),
        forms=_codes(payload, "forms"),
        natures=_codes(payload, "nature"),
        sash=_text(payload, "sash_level"),
    )


def _text(record: Mapping[str, object], name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) else None


def _day(record: Mapping[str, object], name: str) -> date | None:
    value = record.get(name)
    return value if isinstance(value, date) else None


def _codes(record: Mapping[str, object], name: str) -> list[str]:
    value = record.get(name)
    if not isinstance(value, list):
        return []
    return [code for code in value if isinstance(code, str)]
