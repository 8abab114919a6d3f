"""From a journal row to a fact: which kinds of event the radar remembers, and what of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b

from streams.household.facts import (
    Answer,
    Assessment,
    CaseStep,
    Contact,
    Correction,
    CorrectionKind,
    Fact,
    Feedback,
    Handover,
    MdaStep,
    MonitoringMoment,
    Move,
    OrderStep,
    Person,
    Registration,
    Report,
    Seen,
    ServiceStep,
    Sighting,
    Transfer,
)
from streams.household.journal_event import EventKey, JournalEvent
from streams.household.severity import UNKNOWN, Marks, marks_of
from streams.household.terms import amsterdam_day, milliseconds, noon

POLICE_SECTOR = "JUSTICE_AND_SAFETY"
REFERENCE_BYTES = 8
PERPETRATOR = "SUSPECTED_PERPETRATOR"
INFANT_AGES = frozenset({"UNBORN", "UNDER_2"})
CHILD_AGES = INFANT_AGES | {"AGE_2_11", "AGE_12_17"}
FAMILY_PARTIES = frozenset({"SUBJECT", "PARENT_OF_SUBJECT"})
OUTSIDE_CHECKS = frozenset({"OTHER_VT", "CHILD_PROTECTION_BOARD"})

Payload = Mapping[str, object]


def fact_of(event: JournalEvent) -> Fact | Correction | None:
    """Return what the radar remembers of an event, or None when no rule reads its kind."""
    if event.record_name == CORRECTION:
        return _correction(event)
    read = _READERS.get(event.record_name)
    return None if read is None else read(event)


def reference_of(source: str, number: str) -> str:
    """Return a short token for a sender's number, so that states do not repeat the number.

    No secret: the journal holds the number itself.  Within one household 64 bits never meet.
    """
    digest = blake2b(f"{source}|{number}".encode(), digest_size=REFERENCE_BYTES)
    return digest.hexdigest()


def _police(event: JournalEvent) -> Fact:
    return Report(
        key=event.key,
        at_ms=_signal_ms(event),
        sector=POLICE_SECTOR,
        is_police=True,
        reference=_own_reference(event),
        marks=_marks(event.payload),
        people=_people(event),
    )


def _report(event: JournalEvent) -> Fact:
    return Report(
        key=event.key,
        at_ms=_signal_ms(event),
        sector=_text(event.payload, "reporter_sector"),
        reference=_own_reference(event),
        marks=_marks(event.payload),
        people=_people(event),
    )


def _registration(event: JournalEvent) -> Fact:
    payload = event.payload
    number = payload.get("signal_source_ref")
    source = payload.get("signal_source") or event.source
    return Registration(
        key=event.key,
        at_ms=_noon_of(payload, "received_on"),
        sector=_text(payload, "reporter_sector"),
        report_id=_text(payload, "report_id"),
        case_id=_text(payload, "case_id"),
        reference=reference_of(str(source), str(number)) if number else None,
        children_involved=payload.get("children_involved") is True,
        marks=_marks(payload),
        people=_people(event),
    )


def _assessment(event: JournalEvent) -> Fact:
    payload = event.payload
    return Assessment(
        key=event.key,
        at_ms=_noon_of(payload, "completed_on"),
        report_id=_text(payload, "report_id"),
        marks=_marks(payload),
        life_domains=_codes(payload, "life_domains"),
        organisations=_codes(payload, "organisations"),
    )


def _service(event: JournalEvent) -> Fact:
    payload = event.payload
    report_id = payload.get("report_id")
    return ServiceStep(
        key=event.key,
        at_ms=_noon_of(payload, "status_on"),
        service_id=_text(payload, "service_id"),
        status=_text(payload, "status"),
        report_id=str(report_id) if report_id else None,
    )


def _handover(event: JournalEvent) -> Fact:
    payload = event.payload
    due_on = payload.get("feedback_due_on")
    return Handover(
        key=event.key,
        at_ms=_noon_of(payload, "sent_on"),
        handover_id=_text(payload, "handover_id"),
        to_kind=_text(payload, "to_kind"),
        feedback_due_on=due_on if isinstance(due_on, date) else None,
    )


def _feedback(event: JournalEvent) -> Fact:
    return Feedback(
        key=event.key,
        at_ms=_noon_of(event.payload, "status_on"),
        handover_id=_text(event.payload, "handover_id"),
        status=_text(event.payload, "status"),
    )


def _case_step(event: JournalEvent) -> Fact:
    return CaseStep(
        key=event.key,
        at_ms=_noon_of(event.payload, "status_on"),
        case_id=_text(event.payload, "case_id"),
        status=_text(event.payload, "status"),
        said_ms=milliseconds(event.occurred_at),
    )


def _transfer(event: JournalEvent) -> Fact:
    return Transfer(
        key=event.key,
        at_ms=_noon_of(event.payload, "transferred_on"),
        case_id=_text(event.payload, "case_id"),
        is_out=event.payload.get("direction") == "OUT",
    )


def _contact(event: JournalEvent) -> Fact:
    payload = event.payload
    return Contact(
        key=event.key,
        at_ms=_noon_of(payload, "contacted_on"),
        case_id=_text(payload, "case_id"),
        with_family=payload.get("reached") is True and payload.get("party") in FAMILY_PARTIES,
    )


def _moment(event: JournalEvent) -> Fact:
    number = event.payload["moment_no"]
    if not isinstance(number, int):
        raise TypeError("moment_no is a number")
    return MonitoringMoment(
        key=event.key,
        at_ms=_noon_of(event.payload, "planned_on"),
        case_id=_text(event.payload, "case_id"),
        moment_no=number,
        status=_text(event.payload, "status"),
        position=event.position,
    )


def _order(event: JournalEvent) -> Fact:
    at = event.payload["status_at"]
    if not isinstance(at, datetime):
        raise TypeError("status_at is an instant")
    removed = [person.pid for person in event.persons if person.field == "removed_person"]
    return OrderStep(
        key=event.key,
        at_ms=milliseconds(at),
        order_id=_text(event.payload, "order_id"),
        status=_text(event.payload, "status"),
        removed=removed[0] if removed else None,
    )


def _mda(event: JournalEvent) -> Fact:
    return MdaStep(
        key=event.key,
        at_ms=_noon_of(event.payload, "status_on"),
        mda_id=_text(event.payload, "mda_id"),
        status=_text(event.payload, "status"),
        said_ms=milliseconds(event.occurred_at),
        life_domains=_codes(event.payload, "life_domains"),
        organisations=_codes(event.payload, "organisations"),
    )


def _move(event: JournalEvent) -> Fact:
    return Move(
        key=event.key,
        at_ms=_noon_of(event.payload, "effective_on"),
        left_region=event.payload.get("left_region") is True,
    )


def _answer(event: JournalEvent) -> Fact:
    payload = event.payload
    return Answer(
        key=event.key,
        at_ms=_noon_of(payload, "answered_on"),
        known_elsewhere=(
            payload.get("known") is True and payload.get("source_kind") in OUTSIDE_CHECKS
        ),
    )


def _sighting(event: JournalEvent) -> Fact:
    return Sighting(
        key=event.key,
        at_ms=_noon_of(event.payload, "seen_on"),
        pid=_text(event.payload, "pid"),
        by_order=event.payload.get("order_id") is not None,
    )


def _correction(event: JournalEvent) -> Correction | None:
    payload = event.payload
    kind = _text(payload, "kind")
    replacement = payload.get("replacement_event_id")
    if kind not in CorrectionKind.__members__:
        return None
    return Correction(
        key=event.key,
        target=EventKey(event.source, _text(payload, "corrected_event_id")),
        kind=CorrectionKind(kind),
        replacement=EventKey(event.source, str(replacement)) if replacement else None,
        position=event.position,
    )


CORRECTION = "EventCorrected"
_READERS: Mapping[str, Callable[[JournalEvent], Fact]] = {
    "PoliceReportSubmitted": _police,
    "ReportSubmitted": _report,
    "ReportRegistered": _registration,
    "SafetyAssessmentCompleted": _assessment,
    "ServiceStatusChanged": _service,
    "HandoverSent": _handover,
    "LocalTeamFeedbackGiven": _feedback,
    "CaseStatusChanged": _case_step,
    "CaseTransferred": _transfer,
    "ContactRecorded": _contact,
    "MonitoringMomentRecorded": _moment,
    "RestrainingOrderChanged": _order,
    "MdaRegistrationChanged": _mda,
    "AddressChanged": _move,
    "FamiliarityCheckAnswered": _answer,
    "PersonSeenElsewhere": _sighting,
}
FACT_RECORDS = frozenset({CORRECTION, *_READERS})


def _signal_ms(event: JournalEvent) -> int:
    """Return time t: the sender's instant, or noon of the day of the incident when they differ."""
    incident_on = event.payload.get("incident_on")
    if isinstance(incident_on, date) and incident_on != amsterdam_day(event.occurred_at):
        return milliseconds(noon(incident_on))
    return milliseconds(event.occurred_at)


def _own_reference(event: JournalEvent) -> str | None:
    meta = event.payload.get("meta")
    number = meta.get("source_ref") if isinstance(meta, Mapping) else None
    return reference_of(event.source, str(number)) if number else None


def _people(event: JournalEvent) -> tuple[Person, ...]:
    """Return the persons of a signal by token, sorted; their ages stand in the record itself."""
    if not event.persons:
        return ()
    mentions = event.payload.get("persons")
    said = {
        mention["ref"]: mention
        for mention in (mentions if isinstance(mentions, list) else ())
        if isinstance(mention, Mapping)
    }
    found: dict[str, set[Seen]] = {}
    for person in event.persons:
        qualities = found.setdefault(person.pid, set())
        qualities |= _qualities(person.role, said.get(person.ref, {}))
    return tuple(Person(pid=pid, seen_as=tuple(sorted(found[pid]))) for pid in sorted(found))


def _qualities(role: str, mention: Payload) -> set[Seen]:
    qualities = set()
    age = mention.get("age_class")
    if role == PERPETRATOR:
        qualities.add(Seen.PERPETRATOR)
    if role == "CHILD" or mention.get("is_minor") is True or age in CHILD_AGES:
        qualities.add(Seen.CHILD)
    if age in INFANT_AGES:
        qualities.add(Seen.INFANT)
    return qualities


def _marks(payload: Payload) -> Marks:
    sash = payload.get("sash_level")
    return marks_of(
        flags=_codes(payload, "red_flags"),
        forms=_codes(payload, "forms"),
        natures=_codes(payload, "nature"),
        sash=sash if isinstance(sash, str) else None,
    )


def _noon_of(payload: Payload, name: str) -> int:
    """Return noon in Amsterdam of a day that the contract requires."""
    day = payload[name]
    if not isinstance(day, date):
        raise TypeError(f"{name} is a day")
    return _noon_ms(day)


@lru_cache(maxsize=16_384)
def _noon_ms(day: date) -> int:
    return milliseconds(noon(day))


def _text(payload: Payload, name: str) -> str:
    value = payload[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text")
    return value


def _codes(payload: Payload, name: str) -> tuple[str, ...]:
    values = payload.get(name)
    if not values or not isinstance(values, list):
        return ()
    return tuple(sorted({str(value) for value in values} - {UNKNOWN}))
