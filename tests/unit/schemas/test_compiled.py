from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import fastavro
import pytest

from schemas.compiled import compiled_reader

INSTANT = {"type": "long", "logicalType": "timestamp-millis"}
INNER = {
    "type": "record",
    "name": "Inner",
    "fields": [{"name": "at", "type": INSTANT}, {"name": "said", "type": "string"}],
}
SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "Outer",
    "fields": [
        {"name": "first", "type": INNER},
        {"name": "number", "type": "long"},
        {"name": "others", "type": {"type": "array", "items": "Inner"}},
        {"name": "told", "type": {"type": "map", "values": ["null", "string"]}},
    ],
}
AT = datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
RECORD = {
    "first": {"at": AT, "said": "é" * 100},
    "number": -(2**63),
    "others": [{"at": AT, "said": ""}] * 200,
    "told": {"a": None, "b": "c"},
}


def body_of(record: dict[str, Any]) -> bytes:
    out = BytesIO()
    fastavro.schemaless_writer(out, SCHEMA, record)
    return out.getvalue()


def test_it_reads_all_and_says_where_it_ended() -> None:
    body = body_of(RECORD)
    assert compiled_reader(SCHEMA)(body + b"more") == (RECORD, len(body))


def test_it_passes_over_what_nobody_asked_for_at_its_place_only() -> None:
    read = compiled_reader(SCHEMA, without=("first.at", "number"), plain=("first.at",))
    record, _ = read(body_of(RECORD))
    assert record == {**_without(RECORD, "number"), "first": {"said": "é" * 100}}


def test_an_instant_may_stay_a_number() -> None:
    record, _ = compiled_reader(SCHEMA, plain=("first.at",))(body_of(RECORD))
    assert record["first"] == {"at": -1, "said": "é" * 100}
    assert record["others"] == RECORD["others"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x01",  # a text of -1 bytes
        b"\x00\x81\x01",  # the same in two bytes
        b"\x00\x00\x00\x01",  # a block of -1 items
        b"\x00\x00\x00\x02\x00\x00\x02",  # a second block
        b"\x00\x00\x00\x00\x02\x02a\x04",  # a third branch of two
        b"\x00\x02\xff\x00\x00\x00",  # no UTF-8
    ],
)
def test_bytes_of_another_form_are_refused(body: bytes) -> None:
    with pytest.raises((IndexError, ValueError)):
        compiled_reader(SCHEMA)(body)


def test_a_text_cut_off_is_told_by_where_it_ends() -> None:
    schema = {"type": "record", "name": "One", "fields": [{"name": "said", "type": "string"}]}
    assert compiled_reader(schema)(b"\x08abc") == ({"said": "abc"}, 5)


def test_a_kind_of_schema_that_none_of_ours_has_is_refused_at_once() -> None:
    schema = {"type": "record", "name": "One", "fields": [{"name": "said", "type": "double"}]}
    with pytest.raises(TypeError):
        compiled_reader(schema)


def _without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in record.items() if field != name}
