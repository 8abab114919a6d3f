"""Every example that partners are shown is admitted and finds its household, or waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import resources

import pytest

from schemas.cloud_events import parse_event
from schemas.events import EVENT_TYPES
from schemas.json_mapping import ParsedEvent
from schemas.topics import TOPICS
from streams.engine.stage import InputRecord
from tests.support.admission import AdmissionRoad
from tests.support.spoken import ONLY_THE_HUB_WRITES

HUB_RECORDS = frozenset(TOPICS["vt.in.hub.v1"].records) - {"EventCorrected"}
NOT_ADMITTED = HUB_RECORDS | ONLY_THE_HUB_WRITES | {"AnalystDecided"}
TOPIC_OF_CORRECTED = "vt.in.case-system.v1"


def examples() -> list[ParsedEvent]:
    """Return the examples of every partner event, children often before their parents."""
    found = []
    for folder in resources.files("schemas.examples").iterdir():
        name = folder.name.split(".")[0]
        if name in EVENT_TYPES and not EVENT_TYPES[name].is_advice and name not in NOT_ADMITTED:
            for file in folder.iterdir():
                found.append(parse_event(json.loads(file.read_text(encoding="utf-8"))))
    return sorted(found, key=lambda parsed: parsed.event_type.name)


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    sources = tuple(sorted({parsed.record["meta"]["source"] for parsed in examples()}))
    road = AdmissionRoad(database=database, sources=sources)
    road.hub_now = datetime(2025, 12, 31, tzinfo=UTC)
    road.open("SYSTEM")
    yield road
    road.connection.close()


def say(road: AdmissionRoad, parsed: ParsedEvent) -> InputRecord:
    record, content = dict(parsed.record), parsed.content
    if content.persons or content.addresses:
        record["sealed_persons"] = road.seal(
            record["meta"],
            [{"ref": ref, **fields} for ref, fields in content.persons.items()],
            [{"ref": ref, **fields} for ref, fields in content.addresses.items()],
        )
    name = parsed.event_type.name
    topic = TOPIC_OF_CORRECTED if name == "EventCorrected" else parsed.event_type.topic
    return road.send(topic, road.codec.encode(name, record))


def test_every_partner_event_is_admitted_and_has_its_household(road: AdmissionRoad) -> None:
    said = [(parsed, say(road, parsed)) for parsed in examples()]
    road.unit()
    names = {parsed.event_type.name for parsed, _ in said}
    assert names == {n for n, e in EVENT_TYPES.items() if not e.is_advice} - NOT_ADMITTED
    for parsed, record in said:
        outcome = road.outcome(record)
        if parsed.event_type.name == "EventCorrected":
            assert outcome[0] in {"applied", "pending"}
            continue
        assert outcome == ("applied", None), parsed.event_type.name
        (row,) = [r for r in road.journal() if r["event_id"] == parsed.record["meta"]["event_id"]]
        assert len(row["households"]) == 1, parsed.event_type.name
        assert len(row["persons"]) == sum(
            len(value) if isinstance(value, list) else value is not None
            for field in parsed.event_type.person_fields
            for value in [parsed.record[field]]
        )


def test_every_hub_event_is_admitted_without_a_household(road: AdmissionRoad) -> None:
    road.tick(date(2025, 12, 31))
    fields: dict[str, dict[str, object]] = {
        "RulesActivated": {"rules": {"R01": '{"parameters":{},"version":1}'}, "calendar": []},
        "SubjectErased": {"erasure_id": "erasure-0001", "ground": "RETENTION_END"},
        "RedriveRequested": {
            "dead_letter_ids": ["01932f00-0000-7000-8000-000000000001"],
            "requested_by": "beheer-01",
            "reason_code": "OTHER",
        },
        "DiscardRequested": {
            "dead_letter_ids": ["01932f00-0000-7000-8000-000000000001"],
            "requested_by": "beheer-01",
            "reason_code": "OTHER",
        },
    }
    records = {name: road.hub(name, name, **said) for name, said in fields.items()}
    road.unit()
    for name, record in records.items():
        assert road.outcome(record) == ("applied", None), name
        assert road.row(name)["households"] == []
