"""A filled-in record of any event type, made from its schema alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from schemas.codec import named_types
from schemas.events import EVENT_TYPES

_SIMPLE: Mapping[str, Any] = {
    "boolean": True,
    "bytes": b"",
    "date": date(2025, 1, 2),
    "int": 1,
    "long": 1,
    "map": {"R01": "{}"},
    "string": "01",
    "timestamp-millis": datetime(2025, 1, 2, 20, tzinfo=UTC),
}

# The one text field with a form that "01" does not have.
_DAYS = ["2025-01-02"]


def sample_fields(record_name: str) -> dict[str, Any]:
    """Return every field but `meta` and the sealed block, each with a value."""
    schema = EVENT_TYPES[record_name].schema
    named = named_types(schema)
    return {
        field["name"]: _DAYS if field.get("format") == "date" else _sample(field["type"], named)
        for field in schema["fields"]
        if field["name"] not in ("meta", "sealed_persons")
    }


def _sample(avro: Any, named: Mapping[str, Any]) -> Any:
    if isinstance(avro, list):
        return _sample(next(branch for branch in avro if branch != "null"), named)
    if isinstance(avro, str):
        return _sample(named[avro], named) if avro in named else _SIMPLE[avro]
    match avro["type"]:
        case "array":
            return [_sample(avro["items"], named)]
        case "record":
            return {field["name"]: _sample(field["type"], named) for field in avro["fields"]}
        case "enum":
            return avro["symbols"][-1]
        case kind:
            return _SIMPLE[avro.get("logicalType", kind)]
