"""Journal events of pretend cases, one line each, with every kind of payload.

A step is written as its record name's short word and a day: `step("ASSESSED", "2025-03-14")`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from schemas.codec import complete
from streams.household.journal_event import JournalEvent, PersonSeen
from tests.support.journal import CASE_SYSTEM, Said, local, uuid_of

TEAM = "urn:nld:oin:00000099000000000005:systeem:wijkteam"
MUNICIPALITY = "urn:nld:oin:00000099000000000006:systeem:burgemeester"

CASE = {"case_id": "Z1"}
REPORT = {**CASE, "report_id": "M1"}
# Short word: record name, source, the field of its day, fields that a test need not give.
KINDS: Mapping[str, tuple[str, str, str, Mapping[str, Any]]] = {
    "OPENED": ("CaseStatusChanged", CASE_SYSTEM, "status_on", {**CASE, "status": "OPENED"}),
    "REOPENED": ("CaseStatusChanged", CASE_SYSTEM, "status_on", {**CASE, "status": "REOPENED"}),
    "CLOSED": ("CaseStatusChanged", CASE_SYSTEM, "status_on", {**CASE, "status": "CLOSED"}),
    "STRANGE": ("CaseStatusChanged", CASE_SYSTEM, "status_on", {**CASE, "status": "UNKNOWN"}),
    "MONITORING": (
        "CaseStatusChanged",
        CASE_SYSTEM,
        "status_on",
        {**CASE, "status": "MONITORING_STARTED"},
    ),
    "MONITORED": (
        "CaseStatusChanged",
        CASE_SYSTEM,
        "status_on",
        {**CASE, "status": "MONITORING_ENDED"},
    ),
    "REPORT": (
        "ReportRegistered",
        CASE_SYSTEM,
        "received_on",
        {**REPORT, "reporter_sector": "EDUCATION", "repeat_kind": "FIRST", "acute": False},
    ),
    "ASSESSED": (
        "SafetyAssessmentCompleted",
        CASE_SYSTEM,
        "completed_on",
        {**REPORT, "outcome": "HANDOVER_PROFESSIONAL"},
    ),
    "SERVICE": (
        "ServiceStatusChanged",
        CASE_SYSTEM,
        "status_on",
        {**REPORT, "service_id": "D1", "service": "INVESTIGATION", "status": "REGISTERED"},
    ),
    "HANDOVER": (
        "HandoverSent",
        CASE_SYSTEM,
        "sent_on",
        {**CASE, "handover_id": "O1", "to_kind": "LOCAL_TEAM", "safety_conditions": True},
    ),
    "FEEDBACK": (
        "LocalTeamFeedbackGiven",
        TEAM,
        "status_on",
        {"handover_id": "O1", "status": "ACCEPTED", "safety_concern": False},
    ),
    "MOMENT": (
        "MonitoringMomentRecorded",
        CASE_SYSTEM,
        "planned_on",
        {**CASE, "moment_no": 1, "status": "PLANNED"},
    ),
    "TOLD": (
        "PartyInformed",
        CASE_SYSTEM,
        "informed_on",
        {**REPORT, "party": "REPORTER", "content": "ASSESSMENT_RESULT"},
    ),
    "TRANSFER": (
        "CaseTransferred",
        CASE_SYSTEM,
        "transferred_on",
        {**CASE, "direction": "OUT", "counterpart_oin": "00000099000000000007"},
    ),
    "ORDER": (
        "RestrainingOrderChanged",
        MUNICIPALITY,
        "",
        {
            "order_id": "H1",
            "status": "IMPOSED",
            "removed_person": {"ref": 0, "role": "SUSPECTED_PERPETRATOR", "age_class": "ADULT"},
            "address": {"ref": 0, "municipality": "GM0106", "kind": "REGISTERED"},
            "because_of_child_abuse": False,
        },
    ),
    "MDA": (
        "MdaRegistrationChanged",
        CASE_SYSTEM,
        "status_on",
        {"mda_id": "A1", "status": "PROPOSED"},
    ),
}


def step(word: str, at: str, name: str | None = None, **fields: Any) -> Said:
    """Return one event; `name` is what its id follows from, else word, time and fields."""
    record_name, source, day_field, given = KINDS[word]
    meta = {
        "event_id": uuid_of(name or f"{word} {at} {sorted(fields.items())}"),
        "source": source,
        "region": "drenthe",
        "source_ref": None,
        "occurred_at": local(at),
        "recorded_at": local(at),
    }
    own = {day_field: date.fromisoformat(at[:10])} if day_field else {"status_at": local(at)}
    record = {"meta": meta, **own, **given, **fields}
    return Said(record_name=record_name, record=complete(record_name, record))


def case_events(
    said: Sequence[Said], persons: Mapping[int, Sequence[PersonSeen]] | None = None
) -> list[JournalEvent]:
    """Return journal events at positions 1, 2, …; `persons` by the place of the event.

    Each is known when it happened, or with the one before it if that is later.
    """
    known_at = datetime(2000, 1, 1, tzinfo=UTC)
    events = []
    for place, one in enumerate(said):
        meta = one.record["meta"]
        known_at = max(known_at, meta["occurred_at"])
        events.append(
            JournalEvent(
                position=place + 1,
                known_at=known_at,
                source=meta["source"],
                event_id=meta["event_id"],
                record_name=one.record_name,
                occurred_at=meta["occurred_at"],
                payload=one.record,
                persons=tuple((persons or {}).get(place, ())),
            )
        )
    return events
