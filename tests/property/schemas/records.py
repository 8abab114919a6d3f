"""Any record of any schema, made by Hypothesis from the schema alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from schemas.codec import named_types
from schemas.events import schema_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIMPLE: Mapping[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=20),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "bytes": st.binary(max_size=20),
    "date": st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    "timestamp-millis": st.integers(-2_208_988_800_000, 4_102_444_799_999).map(
        lambda milliseconds: EPOCH + timedelta(milliseconds=milliseconds)
    ),
}


def records(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for records that fit a schema; what they say need not make sense."""
    schema = schema_of(name, 1)
    return _of(schema, named_types(schema))


def _of(avro_type: Any, named: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if isinstance(avro_type, list):
        return st.none() | _of(avro_type[1], named)
    if isinstance(avro_type, str):
        return _of(named[avro_type], named) if avro_type in named else _SIMPLE[avro_type]
    match avro_type:
        case {"logicalType": logical}:
            return _SIMPLE[logical]
        case {"type": "array", "items": items}:
            return st.lists(_of(items, named), max_size=3)
        case {"type": "map", "values": values}:
            return st.dictionaries(st.text(max_size=5), _of(values, named), max_size=3)
        case {"type": "enum", "symbols": symbols}:
            return st.sampled_from(symbols)
        case _:
            fields = {f["name"]: _of(f["type"], named) for f in avro_type["fields"]}
            return st.fixed_dictionaries(fields)
