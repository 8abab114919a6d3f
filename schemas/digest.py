"""Is this the same event? A keyed digest of what an event says, not of its bytes.

Sealing is randomised, so the same report never has the same bytes twice (architecture.md §6.2).
The digest is HMAC-SHA256 over RFC 8785 JSON of the record's name, its fields that differ from
their default, and the opened persons and addresses by ref. Fields at their default are left out,
so that a later schema version that adds fields gives yesterday's event yesterday's digest.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from schemas.canonical_json import canonical_json
from schemas.codec import named_types
from schemas.events import record_type
from schemas.sealing import NOTHING_SEALED, SealedContent

KEY_BYTES_MIN = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def event_digest(
    key: bytes, record_name: str, record: Mapping[str, Any], opened: SealedContent = NOTHING_SEALED
) -> bytes:
    """Return the 32-byte digest; equal for the same event over HTTP and over Kafka.

    The record has its schema's fields and types; its sealed block is left out, `opened` counts.
    Raises ValueError for a key shorter than 32 bytes: a guessable key would make BSNs guessable.
    """
    if len(key) < KEY_BYTES_MIN:
        raise ValueError(f"the digest key needs {KEY_BYTES_MIN} bytes")
    schema = record_type(record_name).schema
    said: Any = {
        "record": record_name,
        "fields": _differing(schema, record, _named(record_name)),
        "persons": {str(ref): dict(fields) for ref, fields in opened.persons.items()},
        "addresses": {str(ref): dict(fields) for ref, fields in opened.addresses.items()},
    }
    return hmac.digest(key, canonical_json(said), hashlib.sha256)


@cache
def _named(record_name: str) -> Mapping[str, Any]:
    return named_types(record_type(record_name).schema)


def _differing(
    schema: Mapping[str, Any], record: Mapping[str, Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    said = {}
    for field in schema["fields"]:
        name = field["name"]
        value = record[name]
        if name == "sealed_persons" or ("default" in field and value == field["default"]):
            continue
        said[name] = _plain(field["type"], value, named)
    return said


def _plain(avro_type: Any, value: Any, named: Mapping[str, Any]) -> Any:
    """Return a value as JSON: instants in milliseconds, days in ISO form, bytes in hex."""
    match value:
        case datetime():
            return (value - _EPOCH) // _MILLISECOND
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case list():
            items = _branch(avro_type, "array")["items"]
            return [_plain(items, item, named) for item in value]
        case dict():
            if isinstance(avro_type, str):
                avro_type = named[avro_type]
            elif isinstance(avro_type, list):
                (avro_type,) = (b for b in avro_type if b != "null")
                avro_type = named[avro_type] if isinstance(avro_type, str) else avro_type
            if avro_type["type"] == "map":
                return {k: _plain(avro_type["values"], v, named) for k, v in value.items()}
            return _differing(avro_type, value, named)
        case _:
            return value


def _branch(avro_type: Any, kind: str) -> Any:
    if isinstance(avro_type, list):
        (avro_type,) = (b for b in avro_type if isinstance(b, dict) and b["type"] == kind)
    return avro_type
