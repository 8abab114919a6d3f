from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_body, encode_body, read_body
from schemas.events import EVENT_TYPES, SCHEMAS
from schemas.field_rules import violations
from schemas.problem_codes import DataError
from schemas.records import from_record, to_record
from schemas.topics import INBOUND_TOPICS
from tests.property.schemas.records import records
from tests.support.spoken import CODEC, IDS, OFFERED, parsed, sealed_record, topic_for

NAMES = [name for name, _ in SCHEMAS]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10)
@given(data=st.data())
def test_what_is_written_is_read(name: str, data: st.DataObject) -> None:
    record = data.draw(records(name))
    body = encode_body(name, record)
    decoded = decode_body(name, 1, body)
    assert decoded == record
    assert to_record(from_record(name, decoded)) == decoded


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10)
@given(data=st.data())
def test_a_compiled_reader_reads_what_fastavro_reads(name: str, data: st.DataObject) -> None:
    body = encode_body(name, data.draw(records(name)))
    whole = decode_body(name, 1, body)
    assert read_body(name, 1, body) == whole
    for length in range(0, len(body), 1 + len(body) // 50):
        with pytest.raises(DataError):
            read_body(name, 1, body[:length])
    with pytest.raises(DataError, match="trailing_bytes"):
        read_body(name, 1, body + b"\0")
    fields = data.draw(st.sets(st.sampled_from(sorted(whole)))) if whole else set()
    left = {field: value for field, value in whole.items() if field not in fields}
    assert read_body(name, 1, body, tuple(fields)) == left


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10)
@given(body=st.binary(max_size=100))
def test_a_compiled_reader_reads_or_refuses_and_nothing_else(name: str, body: bytes) -> None:
    try:
        read_body(name, 1, body)
    except DataError:
        return
    assert body


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10)
@given(data=st.data())
def test_the_rules_judge_anything_that_decodes(name: str, data: st.DataObject) -> None:
    for violation in violations(name, data.draw(records(name))):
        assert violation.code.partition(".")[0] in {"domain", "size", "advice"}


@pytest.mark.parametrize(("name", "example"), OFFERED)
def test_a_cut_at_any_byte_is_refused(name: str, example: str) -> None:
    raw = CODEC.encode(name, sealed_record(parsed(name, example)))
    for length in range(len(raw)):
        with pytest.raises(DataError):
            CODEC.decode(topic_for(name), raw[:length])


@settings(max_examples=300)
@given(
    schema_id=st.sampled_from(sorted(IDS)),
    topic=st.sampled_from(sorted(INBOUND_TOPICS)),
    body=st.binary(max_size=300),
)
def test_random_bytes_are_read_or_refused_and_nothing_else(
    schema_id: int, topic: str, body: bytes
) -> None:
    raw = b"\0" + struct.pack(">I", schema_id) + body
    _read_or_refuse(topic, raw)


@settings(max_examples=300)
@given(offered=st.sampled_from(OFFERED), position=st.integers(0, 10_000), bits=st.integers(1, 255))
def test_a_flipped_byte_is_another_event_or_refused(
    offered: tuple[str, str], position: int, bits: int
) -> None:
    raw = bytearray(CODEC.encode(offered[0], parsed(*offered).record))
    raw[position % len(raw)] ^= bits
    _read_or_refuse(topic_for(offered[0]), bytes(raw))


def _read_or_refuse(topic: str, raw: bytes) -> None:
    try:
        decoded = CODEC.decode(topic, raw)
    except DataError:
        return
    again: Any = CODEC.encode(decoded.event_type.name, decoded.record)
    assert again == raw, "what is accepted is canonical"
    assert decoded.event_type.name in EVENT_TYPES
