from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from schemas.codec import decode_body, encode_body
from schemas.digest import event_digest
from schemas.events import EVENT_TYPES, LOG_RECORDS, schema_of
from schemas.examples import examples_of
from schemas.json_values import camel, json_value, read_instant
from schemas.person_numbers import is_valid_bsn
from schemas.records import from_record, to_record
from schemas.sealing import NOTHING_SEALED, check_refs, info_of, open_sealed
from tests.support.spoken import CODEC, OFFERED, parsed, private_keys, sealed_record, topic_for

DIGEST_KEY = b"k" * 32


@pytest.mark.parametrize(("name", "example"), OFFERED)
def test_an_example_makes_the_whole_way_and_back(name: str, example: str) -> None:
    event = parsed(name, example)
    record = sealed_record(event)
    body = encode_body(name, record)
    decoded = decode_body(name, 1, body)
    assert decoded == record
    assert to_record(from_record(name, decoded)) == decoded
    if EVENT_TYPES[name].topic.startswith("vt.in."):
        again = CODEC.decode(topic_for(name), CODEC.encode(name, record))
        assert again.record == record
        assert again.event_type is EVENT_TYPES[name]
    opened = NOTHING_SEALED
    if record.get("sealed_persons"):
        meta = record["meta"]
        info = info_of(meta["region"], meta["source"], meta["event_id"])
        opened = open_sealed(private_keys, info, decoded["sealed_persons"])
        check_refs(EVENT_TYPES[name], decoded, opened)
    assert opened == event.content
    over_http = event_digest(DIGEST_KEY, name, event.record, event.content)
    assert event_digest(DIGEST_KEY, name, decoded, opened) == over_http


def test_every_record_has_an_example() -> None:
    assert [n for n in (*EVENT_TYPES, *LOG_RECORDS) if not examples_of(n)] == []


def test_every_person_in_an_example_is_synthetic() -> None:
    texts = [str(examples_of(name)) for name in EVENT_TYPES]
    bsns = {bsn for text in texts for bsn in re.findall(r"'bsn': '([^']+)'", text)}
    assert len(bsns) > 3
    assert all(bsn.startswith("999") and is_valid_bsn(bsn) for bsn in bsns)


@pytest.mark.parametrize("name", LOG_RECORDS)
def test_a_log_record_example_encodes(name: str) -> None:
    (said,) = examples_of(name).values()
    record = _from_camel(schema_of(name, 1), said)
    framed = CODEC.encode(name, record)
    decoded = CODEC.decode(LOG_RECORDS[name].topic, framed)
    assert decoded.record == record
    assert decoded.event_type is LOG_RECORDS[name]
    assert to_record(from_record(name, record)) == record


def _from_camel(schema: Any, said: Any) -> Any:
    record = {}
    for field in schema["fields"]:
        value = said[camel(field["name"])]
        inner = field["type"]
        match inner:
            case "bytes":
                value = base64.b64decode(value)
            case {"logicalType": "timestamp-millis"}:
                value = read_instant(value)
            case {"type": "array", "items": {"type": "record"} as items}:
                value = [_from_camel(items, item) for item in value]
            case {"type": "record"}:
                value = _from_camel(inner, value)
            case str() if isinstance(value, dict):
                # A name used a second time in its file: the finding's cause, like its evidence.
                value = {"source": value["source"], "event_id": value["eventId"]}
        record[field["name"]] = value
    assert said.keys() == {camel(n) for n in record}
    return record


def test_names_survive_the_way_to_json() -> None:
    assert json_value({"due_on_day": 1}) == {"dueOnDay": 1}
