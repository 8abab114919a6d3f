"""Records to bytes and back: Confluent framing on topics, bare Avro inside the journal.

`Codec.decode` is the only way in. Its checks and their order are reliability.md §4.9; whatever it
returns is canonical: encoding it again gives the very same bytes.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import fastavro

from schemas.compiled import Reader, compiled_reader
from schemas.events import EventType, RecordType, record_type, schema_of
from schemas.field_rules import check
from schemas.problem_codes import DataError
from schemas.topics import TOPICS

__all__ = [
    "Codec",
    "DataError",
    "Decoded",
    "SchemaKey",
    "complete",
    "decode_body",
    "encode_body",
    "read_body",
]

MAGIC = b"\x00"
HEADER_BYTES = 5
MESSAGE_BYTES_MIN = HEADER_BYTES + 1
MESSAGE_BYTES_MAX = 256 * 1024
"""Largest record read: a journal row may exceed the 64 KiB of the event that it carries."""

EVENT_BYTES_MAX = 64 * 1024
"""Largest event: what every CloudEvents intermediary must forward (NL GOV profile 1.1)."""

_DEFAULTS_MISSING = object()


class SchemaKey(NamedTuple):
    """A record in one version: what a schema id of the registry stands for."""

    record_name: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A record as it stood on a topic: datetimes tz-aware UTC, enums as their symbols."""

    event_type: EventType | RecordType
    record: dict[str, Any]
    schema_id: int
    version: int


class Codec:
    """Encode and decode with one set of schema ids, fixed at start: no look-up on the hot path."""

    __slots__ = ("_allowed", "_ids", "_keys")

    def __init__(self, ids: Mapping[int, SchemaKey]) -> None:
        """Take what the registry said at start; raises KeyError for a schema we do not have."""
        self._keys = {schema_id: SchemaKey(*key) for schema_id, key in ids.items()}
        for key in self._keys.values():
            _parsed(*key)
        self._ids = {key: schema_id for schema_id, key in self._keys.items()}
        self._allowed = {
            name: frozenset(i for i, key in self._keys.items() if key.record_name in topic.records)
            for name, topic in TOPICS.items()
        }

    def encode(self, record_name: str, record: Mapping[str, Any]) -> bytes:
        """Return the framed record in its newest version.

        Raises KeyError when the registry had no id for it, ValueError when the record does not
        fit its schema exactly: our own mistake, so never a DataError.
        """
        version = record_type(record_name).version
        schema_id = self._ids[SchemaKey(record_name, version)]
        return MAGIC + struct.pack(">I", schema_id) + encode_body(record_name, record, version)

    def decode(self, topic: str, raw: bytes | None) -> Decoded:
        """Return the record in `raw` as read from `topic`, or raise DataError with the reason.

        Does not check the event's times: those need the region's clock (`field_rules.time_flags`).
        """
        if raw is None:
            raise DataError("avro.tombstone")
        if len(raw) < MESSAGE_BYTES_MIN:
            raise DataError("avro.too_short")
        if len(raw) > MESSAGE_BYTES_MAX:
            raise DataError("size.exceeded")
        if raw[:1] != MAGIC:
            raise DataError("avro.magic")
        (schema_id,) = struct.unpack_from(">I", raw, 1)
        key = self._keys.get(schema_id)
        if key is None:
            raise DataError("schema.unknown")
        if schema_id not in self._allowed[topic]:
            raise DataError("schema.not_allowed")
        event_type = record_type(key.record_name)
        if isinstance(event_type, EventType) and len(raw) > EVENT_BYTES_MAX:
            raise DataError("size.exceeded")
        record = decode_body(key.record_name, key.version, raw[HEADER_BYTES:])
        check(key.record_name, record, key.version)
        return Decoded(
            event_type=event_type, record=record, schema_id=schema_id, version=key.version
        )


def encode_body(record_name: str, record: Mapping[str, Any], version: int = 1) -> bytes:
    """Return the bare Avro of a record that has exactly the schema's fields.

    Raises ValueError for a missing or unknown field, a wrong type or a naive datetime. fastavro
    would read a naive one as local time without a word, so it is looked for first.
    """
    parsed, timestamps = _parsed(record_name, version)
    out = io.BytesIO()
    try:
        for has_naive in timestamps:
            if has_naive(record):
                raise ValueError("naive datetime")
        fastavro.schemaless_writer(out, parsed, record, strict=True)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, struct.error):
        # The writer's own message quotes the value; ours may not (reliability.md §4.7).
        raise ValueError(f"the record does not fit schema {record_name} v{version}") from None
    return out.getvalue()


def decode_body(record_name: str, version: int, body: bytes) -> dict[str, Any]:
    """Return the record in bare Avro.

    Raises DataError `avro.decode`, `avro.trailing_bytes` or `avro.noncanonical`. Checks the form
    only; what the record says is `field_rules`' business.
    """
    parsed, _ = _parsed(record_name, version)
    source, again = io.BytesIO(body), io.BytesIO()
    try:
        record: Any = fastavro.schemaless_reader(source, parsed, None)
    # The reader raises EOFError, IndexError, UnicodeDecodeError, OverflowError, ValueError and more
    # on hostile bytes (reliability.md §4.9); every one of them means the same.
    except Exception:  # noqa: BLE001
        raise DataError("avro.decode") from None
    if source.tell() != len(body):
        raise DataError("avro.trailing_bytes")
    try:
        fastavro.schemaless_writer(again, parsed, record, strict=True)
    except Exception:  # noqa: BLE001
        raise DataError("avro.noncanonical") from None
    if again.getvalue() != body:
        raise DataError("avro.noncanonical")
    decoded: dict[str, Any] = record
    return decoded


def read_body(
    record_name: str, version: int, body: bytes, without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the record in bare Avro that Radar itself has written: a log row, or what it carries.

    Fields in `without` are left out (`compiled_reader`).  Raises DataError `avro.decode` or
    `avro.trailing_bytes`.  What others may have written goes through `decode_body`.
    """
    read = _reader(record_name, version, without)
    try:
        record, end = read(body)
    # Whatever the bytes are, and whatever they are wrong in, it means the same.
    except Exception:  # noqa: BLE001
        raise DataError("avro.decode") from None
    if end != len(body):
        raise DataError("avro.trailing_bytes" if end < len(body) else "avro.decode")
    return record


def complete(record_name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with the schema's defaults filled in for those left out, at every depth.

    The writer is strict: it wants every field. Raises KeyError for a missing field that has no
    default; an unknown field is kept, for the writer to refuse.
    """
    return _completed(record_type(record_name).schema, fields, _named_types(record_name))


def _completed(
    schema: Mapping[str, Any], fields: Mapping[str, Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    known = {}
    for field in schema["fields"]:
        value = fields.get(field["name"], _DEFAULTS_MISSING)
        if value is not _DEFAULTS_MISSING:
            known[field["name"]] = _completed_value(field["type"], value, named)
        elif "default" in field:
            default = field["default"]
            known[field["name"]] = list(default) if isinstance(default, list) else default
        else:
            raise KeyError(field["name"])
    return {**fields, **known}


def _completed_value(avro_type: Any, value: Any, named: Mapping[str, Any]) -> Any:
    if isinstance(avro_type, str):
        avro_type = named.get(avro_type, avro_type)
    match avro_type:
        case list() if value is not None:
            return _completed_value(next(t for t in avro_type if t != "null"), value, named)
        case {"type": "array", "items": items} if isinstance(value, list):
            return [_completed_value(items, item, named) for item in value]
        case {"type": "record"} if isinstance(value, Mapping):
            return _completed(avro_type, value, named)
        case _:
            return value


@cache
def _named_types(record_name: str) -> Mapping[str, Any]:
    return named_types(record_type(record_name).schema)


def named_types(schema: Any) -> dict[str, Any]:
    """Return every named type (record or enum) that is defined inside a schema, by name."""
    found: dict[str, Any] = {}

    def walk(avro_type: Any) -> None:
        match avro_type:
            case list():
                for branch in avro_type:
                    walk(branch)
            case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
                walk(inner)
            case {"type": "record", "name": name, "fields": fields}:
                found[name] = avro_type
                for field in fields:
                    walk(field["type"])
            case {"type": "enum", "name": name}:
                found[name] = avro_type

    walk(schema)
    return found


@cache
def _reader(record_name: str, version: int, without: tuple[str, ...]) -> Reader:
    return compiled_reader(schema_of(record_name, version), without=without)


NaiveCheck = Callable[[Mapping[str, Any]], bool]


@cache
def _parsed(record_name: str, version: int) -> tuple[Any, tuple[NaiveCheck, ...]]:
    """Parse a schema once and find its instants, all at depth one or two, to guard them."""
    schema = schema_of(record_name, version)
    paths: list[tuple[str, ...]] = []
    for field in schema["fields"]:
        if "timestamp-millis" in str(field["type"]):
            inner = field["type"]
            if isinstance(inner, dict) and inner["type"] == "record":
                paths += [
                    (field["name"], f["name"])
                    for f in inner["fields"]
                    if "timestamp-millis" in str(f["type"])
                ]
            else:
                paths.append((field["name"],))
    return fastavro.parse_schema(dict(schema)), tuple(_naive_check(path) for path in paths)


def _naive_check(path: tuple[str, ...]) -> NaiveCheck:
    def has_naive(record: Mapping[str, Any]) -> bool:
        value: Any = record
        for name in path:
            value = value[name]
        return isinstance(value, datetime) and value.tzinfo is None

    return has_naive
