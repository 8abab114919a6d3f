"""Journal rows of pretend families, one line each; whatever is left out has the contract's default.

Days and times are Amsterdam's, as people write them: "2025-03-14 21:30".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from schemas.codec import complete, encode_body
from streams.household.journal_event import JournalEvent
from streams.household.terms import AMSTERDAM, amsterdam_day, start_of_day
from streams.radar.rows import Row, decode_row

REGION = "drenthe"
HOUSEHOLD = "household-1"
POLICE = "urn:nld:oin:00000099000000000002:systeem:politie"
SCHOOL = "urn:nld:oin:00000099000000000003:systeem:school"
CASE_SYSTEM = "urn:nld:oin:00000099000000000004:systeem:zaaksysteem"
ANALYST = "urn:nld:oin:00000099000000000001:systeem:radar-analyse"
HUB = "urn:nld:oin:00000099000000000001:systeem:radar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An event as its sender said it, not yet admitted."""

    record_name: str
    record: Mapping[str, Any]
    households: Sequence[str] = field(default=(HOUSEHOLD,))
    persons: Sequence[Mapping[str, Any]] = ()


def local(text: str) -> datetime:
    """Return the instant of a time in Amsterdam; a day alone means ten in the morning."""
    moment = datetime.fromisoformat(text if " " in text else f"{text} 10:00")
    return moment.replace(tzinfo=AMSTERDAM).astimezone(UTC)


def police(
    at: str,
    event_id: str,
    *,
    number: str | None = None,
    incident_on: str | None = None,
    flags: Sequence[str] = (),
    forms: Sequence[str] = (),
    nature: Sequence[str] = (),
    sash: str | None = None,
) -> Said:
    day = date.fromisoformat(incident_on) if incident_on else amsterdam_day(local(at))
    return say(
        "PoliceReportSubmitted",
        POLICE,
        at,
        event_id,
        number,
        reported_on=amsterdam_day(local(at)),
        incident_on=day,
        agenda_requested=False,
        subjects_informed=False,
        red_flags=list(flags),
        forms=list(forms),
        nature=list(nature),
        sash_level=sash,
    )


def school(
    at: str,
    event_id: str,
    *,
    sector: str = "EDUCATION",
    source: str = SCHOOL,
    number: str | None = None,
    flags: Sequence[str] = (),
    forms: Sequence[str] = (),
    nature: Sequence[str] = (),
    incident_on: str | None = None,
) -> Said:
    return say(
        "ReportSubmitted",
        source,
        at,
        event_id,
        number,
        reported_on=amsterdam_day(local(at)),
        channel="GATEWAY_API",
        reporter_sector=sector,
        reporter_known_to_subjects=True,
        red_flags=list(flags),
        forms=list(forms),
        nature=list(nature),
        incident_on=date.fromisoformat(incident_on) if incident_on else None,
    )


def registered(
    on: str,
    event_id: str,
    *,
    report_id: str = "report-1",
    case_id: str = "case-1",
    of: tuple[str, str] | None = None,
    sector: str = "UNKNOWN",
    flags: Sequence[str] = (),
    forms: Sequence[str] = (),
    children: bool | None = None,
) -> Said:
    """`of` is (source, number) of the signal that the report came from."""
    return say(
        "ReportRegistered",
        CASE_SYSTEM,
        on,
        event_id,
        case_id=case_id,
        children_involved=children,
        report_id=report_id,
        signal_source=of[0] if of else None,
        signal_source_ref=of[1] if of else None,
        received_on=date.fromisoformat(on[:10]),
        reporter_sector=sector,
        repeat_kind="UNKNOWN",
        acute=False,
        red_flags=list(flags),
        forms=list(forms),
    )


def assessed(
    on: str,
    event_id: str,
    *,
    report_id: str = "report-1",
    flags: Sequence[str] = (),
    domains: Sequence[str] = (),
    organisations: Sequence[str] = (),
) -> Said:
    return say(
        "SafetyAssessmentCompleted",
        CASE_SYSTEM,
        on,
        event_id,
        case_id="case-1",
        report_id=report_id,
        completed_on=date.fromisoformat(on[:10]),
        outcome="NO_FOLLOW_UP",
        red_flags=list(flags),
        life_domains=list(domains),
        organisations=list(organisations),
    )


def corrected(
    at: str,
    event_id: str,
    target: Said,
    *,
    kind: str = "RETRACTED",
    replacement: Said | None = None,
) -> Said:
    meta = target.record["meta"]
    return say(
        "EventCorrected",
        meta["source"],
        at,
        event_id,
        corrected_event_id=meta["event_id"],
        kind=kind,
        replacement_event_id=replacement.record["meta"]["event_id"] if replacement else None,
        reason_code="ENTERED_IN_ERROR",
    )


def decided(at: str, event_id: str, kind: str, finding_id: str) -> Said:
    return say(
        "AnalystDecided",
        ANALYST,
        at,
        event_id,
        kind=kind,
        finding_id=finding_id,
        household_ids=[HOUSEHOLD],
        reason_code="KNOWN_AND_HANDLED",
        decided_by="analyst-1",
    )


def tick(day: str) -> Said:
    at = start_of_day(date.fromisoformat(day))
    record = complete(
        "ClockTicked", {"meta": _meta(HUB, at, f"tick-{day}", None), "day": date.fromisoformat(day)}
    )
    return Said(record_name="ClockTicked", record=record, households=())


def activated(at: str, event_id: str, rules: Mapping[str, str]) -> Said:
    said = say("RulesActivated", HUB, at, event_id, rules=dict(rules), calendar=[])
    return Said(record_name=said.record_name, record=said.record, households=())


def rearranged(
    at: str,
    event_id: str,
    *moves: tuple[str | None, str | None, Sequence[int]],
    change: str = "MERGED",
) -> Said:
    """Each move is (household left, household joined, positions)."""
    record = say(
        "HouseholdsRearranged",
        HUB,
        at,
        event_id,
        change=change,
        moves=[
            {"from_household": left, "to_household": joined, "positions": list(positions)}
            for left, joined, positions in moves
        ],
        decided_in={"source": ANALYST, "event_id": uuid_of(f"decision of {event_id}")},
    )
    named = {household for move in moves for household in move[:2] if household is not None}
    return Said(
        record_name=record.record_name, record=record.record, households=tuple(sorted(named))
    )


def informed(at: str, event_id: str) -> Said:
    """An event that no rule reads."""
    return say(
        "PartyInformed",
        CASE_SYSTEM,
        at,
        event_id,
        case_id="case-1",
        party="REPORTER",
        informed_on=amsterdam_day(local(at)),
        content="ASSESSMENT_RESULT",
    )


def journal(said: Sequence[Said], *, known: Sequence[datetime] | None = None) -> list[bytes]:
    """Return the bodies of journal rows at positions 1, 2, …, in the order given.

    Each is known when it happened, or when the row before it was if that is later, so known_at
    never decreases; `known` says otherwise, one instant per row.
    """
    bodies = []
    known_at = datetime(2000, 1, 1, tzinfo=UTC)
    for position, one in enumerate(said, start=1):
        known_at = max(known_at, one.record["meta"]["occurred_at"])
        if known is not None:
            known_at = known[position - 1]
        bodies.append(journal_body(one, position=position, known_at=known_at))
    return bodies


def rows(said: Sequence[Said], *, known: Sequence[datetime] | None = None) -> list[Row]:
    return [decode_row(body) for body in journal(said, known=known)]


def events(said: Sequence[Said], *, known: Sequence[datetime] | None = None) -> list[JournalEvent]:
    return [row.event for row in rows(said, known=known)]


def journal_body(said: Said, *, position: int, known_at: datetime) -> bytes:
    meta = said.record["meta"]
    return encode_body(
        "JournalRow",
        {
            "region": REGION,
            "incarnation": 1,
            "position": position,
            "known_at": known_at,
            "event_id": meta["event_id"],
            "source": meta["source"],
            "record_name": said.record_name,
            "record_version": 1,
            "occurred_at": meta["occurred_at"],
            "recorded_at": meta["recorded_at"],
            "received_topic": "vt.in.test.v1",
            "received_offset": position,
            "households": [
                {"household_id": household, "reason": "PERSON"} for household in said.households
            ],
            "persons": list(said.persons),
            "addresses": [],
            "decisions": [],
            "flags": [],
            "references": [],
            "payload": encode_body(said.record_name, said.record),
        },
    )


def uuid_of(name: str) -> str:
    """Return the event id that a test's short name stands for."""
    return str(uuid5(NAMESPACE_OID, name))


def say(
    record_name: str, source: str, at: str, name: str, number: str | None = None, **fields: Any
) -> Said:
    """Say something of any kind; `name` stands for the event's id."""
    meta = _meta(source, local(at), uuid_of(name), number)
    return Said(record_name=record_name, record=complete(record_name, {"meta": meta, **fields}))


def _meta(source: str, at: datetime, event_id: str, number: str | None) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "source": source,
        "region": REGION,
        "source_ref": number,
        "occurred_at": at,
        "recorded_at": at,
    }
