"""The events of the benches: made-up households in four regions, the same ones at every run.

A household becomes active, is spoken of ten times among the others that are active, and falls
silent: so a unit of work rarely meets a household twice, and the next event is far away.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from connectors.partners import DEMO_PARTNERS
from schemas.codec import Codec, complete, encode_body
from schemas.events import EVENT_TYPES
from schemas.regions import Regions
from schemas.sealing import info_of, seal
from streams.engine.wire import WireMessage, wire_message
from tests.soak.sayings import bsns

REGIONS = ("noord", "oost", "zuid", "west")
EVENTS_PER_HOUSEHOLD = 10
ACTIVE_PER_REGION = 1_250
START = datetime(2025, 1, 1, 8, tzinfo=UTC)
SPREAD_SECONDS = 365 * 86_400
REPORTED = "ReportRegistered"
# Of a hundred events of the simulated Drenthe, advice left aside; CaseStatusChanged stands for all
# other kinds.
KINDS = {
    REPORTED: 33,
    "SafetyAssessmentCompleted": 30,
    "CaseStatusChanged": 28,
    "PoliceReportSubmitted": 5,
    "ReportSubmitted": 4,
}
# Kinds that know a household by its case only, so that a registration must come first.
OF_A_CASE = ("SafetyAssessmentCompleted", "CaseStatusChanged")
_PARTNERS = {
    "PoliceReportSubmitted": "politie",
    "ReportSubmitted": "melders",
}
SOURCES = {
    kind: next(p.sources[0] for p in DEMO_PARTNERS if p.id == _PARTNERS.get(kind, "zaaksysteem"))
    for kind in KINDS
}
TOPICS = {kind: EVENT_TYPES[kind].topic for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event before anybody has said it.

    `position` is its place in its region's journal, `report` the number of the household's report.
    """

    number: int
    region: str
    position: int
    household: int
    record_name: str
    report: int
    occurred_at: datetime

    @property
    def event_id(self) -> str:
        """Return the id that its sender gives it."""
        return str(UUID(int=(0xBE_4C << 96) | self.number, version=4))

    @property
    def source(self) -> str:
        """Return its sender's source."""
        return SOURCES[self.record_name]

    @property
    def recorded_at(self) -> datetime:
        """Return when its sender wrote it down; it is known at once."""
        return self.occurred_at + timedelta(minutes=5)

    @property
    def household_id(self) -> str:
        """Return the token of its household where no admission has drawn one."""
        return _household_token(self.region, self.household)


@dataclass(slots=True)
class _Active:
    household: int
    left: int = EVENTS_PER_HOUSEHOLD
    report: int = -1


def happenings(events: int, *, seed: int = 1, first: int = 0) -> Iterator[Happening]:
    """Yield so many events, region after region in turn; the same ones for the same seed.

    `first` is the number of the first one: other numbers are other events and households.
    """
    draw = random.Random(seed)
    kinds, weights = list(KINDS), list(KINDS.values())
    households = count(first)
    active: list[list[_Active]] = [[] for _ in REGIONS]
    # A short run has few active households, or none of them would be spoken of twice.
    width = max(1, min(ACTIVE_PER_REGION, events // (4 * len(REGIONS) * EVENTS_PER_HOUSEHOLD)))
    for place_in_run in range(events):
        number, at = first + place_in_run, place_in_run % len(REGIONS)
        pool = active[at]
        while len(pool) < width:
            pool.append(_Active(next(households)))
        place = draw.randrange(width)
        spoken_of = pool[place]
        spoken_of.left -= 1
        if spoken_of.left == 0:
            pool[place] = pool[-1]
            pool.pop()
        kind = draw.choices(kinds, weights)[0]
        if kind in OF_A_CASE and spoken_of.report < 0:
            kind = REPORTED
        if kind == REPORTED:
            spoken_of.report = number
        yield Happening(
            number=number,
            region=REGIONS[at],
            position=place_in_run // len(REGIONS) + 1,
            household=spoken_of.household,
            record_name=kind,
            report=spoken_of.report,
            occurred_at=START + timedelta(seconds=int(SPREAD_SECONDS * place_in_run / events)),
        )


def journal_row(happening: Happening) -> bytes:
    """Return the event as admission would have journaled it, unframed."""
    record = _record(happening)
    return encode_body(
        "JournalRow",
        {
            "region": happening.region,
            "incarnation": 1,
            "position": happening.position,
            "known_at": record["meta"]["recorded_at"],
            "event_id": happening.event_id,
            "source": record["meta"]["source"],
            "record_name": happening.record_name,
            "record_version": 1,
            "occurred_at": record["meta"]["occurred_at"],
            "recorded_at": record["meta"]["recorded_at"],
            "received_topic": None,
            "received_offset": None,
            "households": [{"household_id": happening.household_id, "reason": "PERSON"}],
            "persons": [],
            "addresses": [],
            "decisions": [],
            "flags": [],
            "references": [],
            "payload": encode_body(happening.record_name, record),
        },
    )


def sealed_message(
    happening: Happening,
    codec: Codec,
    regions: Regions,
    public_keys: Mapping[str, tuple[bytes, X25519PublicKey]],
) -> WireMessage:
    """Return the event as its sender publishes it, child and parent in a sealed block."""
    record = _record(happening)
    meta = record["meta"]
    name = happening.record_name
    if name in OF_A_CASE:
        return wire_message(codec, regions, name, record, TOPICS[name])
    key_id, public_key = public_keys[happening.region]
    people = [{"ref": ref, "bsn": bsns()[happening.household * 2 + ref]} for ref in (0, 1)]
    record["persons"] = _PERSONS
    info = info_of(happening.region, meta["source"], happening.event_id)
    record["sealed_persons"] = seal(public_key, key_id, info, people, [])
    return wire_message(codec, regions, name, record, TOPICS[name])


@cache
def _household_token(region: str, household: int) -> str:
    return str(uuid5(NAMESPACE_OID, f"{region}|{household}"))


def _record(happening: Happening) -> dict[str, Any]:
    name, at = happening.record_name, happening.occurred_at
    meta = {
        "event_id": happening.event_id,
        "source": happening.source,
        "region": happening.region,
        "source_ref": None,
        "occurred_at": at,
        "recorded_at": happening.recorded_at,
    }
    # Filling in defaults walks the schema, so it is done once per kind of event.
    record = {**_defaults(name), "meta": meta, _DAYS[name]: at.date()}
    case_id, report_id = f"Z-{happening.household}", f"M-{happening.report}"
    match name:
        case "PoliceReportSubmitted":
            record["incident_on"] = at.date()
        case "ReportRegistered" | "SafetyAssessmentCompleted":
            record |= {"case_id": case_id, "report_id": report_id}
        case "CaseStatusChanged":
            record["case_id"] = case_id
    return record


@cache
def _defaults(record_name: str) -> Mapping[str, Any]:
    return complete(record_name, {"meta": _NO_META, **_SAID[record_name]})


_NO_META = {
    "event_id": "",
    "source": "",
    "region": "",
    "source_ref": None,
    "occurred_at": START,
    "recorded_at": START,
}
_DAYS = {
    "PoliceReportSubmitted": "reported_on",
    "ReportSubmitted": "reported_on",
    "ReportRegistered": "received_on",
    "SafetyAssessmentCompleted": "completed_on",
    "CaseStatusChanged": "status_on",
}
_SAID: Mapping[str, Mapping[str, Any]] = {
    "PoliceReportSubmitted": {
        "reported_on": START.date(),
        "incident_on": START.date(),
        "agenda_requested": False,
        "subjects_informed": True,
    },
    "ReportSubmitted": {
        "reported_on": START.date(),
        "channel": "GATEWAY_API",
        "reporter_sector": "EDUCATION",
        "reporter_known_to_subjects": True,
    },
    "ReportRegistered": {
        "case_id": "",
        "report_id": "",
        "received_on": START.date(),
        "reporter_sector": "EDUCATION",
        "repeat_kind": "UNKNOWN",
        "acute": False,
    },
    "SafetyAssessmentCompleted": {
        "case_id": "",
        "report_id": "",
        "completed_on": START.date(),
        "outcome": "NO_FOLLOW_UP",
    },
    "CaseStatusChanged": {"case_id": "", "status": "OPENED", "status_on": START.date()},
}
_PERSONS = complete(
    "ReportSubmitted",
    {
        "meta": _NO_META,
        **_SAID["ReportSubmitted"],
        "persons": [{"ref": ref, "role": role} for ref, role in enumerate(("CHILD", "VICTIM"))],
    },
)["persons"]
