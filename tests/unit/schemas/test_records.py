from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

import schemas.enums
import schemas.log_enums
from schemas.code_lists import ENUM_LISTS
from schemas.codec import named_types
from schemas.events import SCHEMAS, schema_of
from schemas.records import RECORD_CLASSES, from_record

PRIMITIVE = {"string": "str", "int": "int", "long": "int", "boolean": "bool", "bytes": "bytes"}
LOGICAL = {"date": "date", "timestamp-millis": "datetime"}
ENUMS = {
    each.__name__: each
    for module in (schemas.enums, schemas.log_enums)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, StrEnum) and each is not StrEnum
}


def shape_of_hint(hint: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (a for a in get_args(hint) if a is not type(None))
        return ("maybe", shape_of_hint(inner))
    if origin is tuple:
        return ("list", shape_of_hint(get_args(hint)[0]))
    if origin is not None and issubclass(origin, Mapping):
        return ("map", shape_of_hint(get_args(hint)[1]))
    return shape_of_class(hint) if is_dataclass(hint) else hint.__name__


def shape_of_class(record_class: Any) -> Any:
    hints = get_type_hints(record_class)
    shapes = []
    for field in fields(record_class):
        default = None if field.default is MISSING else ("default", _plain(field.default))
        shapes.append((field.name, shape_of_hint(hints[field.name]), default))
    return (record_class.__name__, tuple(shapes))


def _plain(default: Any) -> Any:
    if isinstance(default, tuple):
        return []
    return default.value if isinstance(default, StrEnum) else default


def shape_of_avro(avro_type: Any, named: Mapping[str, Any]) -> Any:
    if isinstance(avro_type, str):
        return (
            shape_of_avro(named[avro_type], named) if avro_type in named else PRIMITIVE[avro_type]
        )
    match avro_type:
        case ["null", inner]:
            return ("maybe", shape_of_avro(inner, named))
        case {"logicalType": logical}:
            return LOGICAL[logical]
        case {"type": "array", "items": inner}:
            return ("list", shape_of_avro(inner, named))
        case {"type": "map", "values": inner}:
            return ("map", shape_of_avro(inner, named))
        case {"type": "enum", "name": name}:
            return name
    shapes = tuple(
        (
            f["name"],
            shape_of_avro(f["type"], named),
            ("default", f["default"]) if "default" in f else None,
        )
        for f in avro_type["fields"]
    )
    return (avro_type["name"], shapes)


@pytest.mark.parametrize("name", [name for name, _ in SCHEMAS])
def test_a_class_is_its_schema(name: str) -> None:
    schema = schema_of(name, 1)
    assert shape_of_class(RECORD_CLASSES[name]) == shape_of_avro(schema, named_types(schema))


def test_every_enum_has_its_class_and_its_labels() -> None:
    symbols = {
        name: definition["symbols"]
        for schema in SCHEMAS.values()
        for name, definition in named_types(schema).items()
        if definition["type"] == "enum"
    }
    assert {name: [s.value for s in each] for name, each in ENUMS.items()} == symbols
    assert {name: list(codes.codes) for name, codes in ENUM_LISTS.items()}.keys() == symbols.keys()
    assert all(set(ENUM_LISTS[name].codes) == set(found) for name, found in symbols.items())


def test_a_missing_field_and_an_unknown_symbol_are_errors() -> None:
    with pytest.raises(KeyError):
        from_record("Relation" if "Relation" in RECORD_CLASSES else "ClockTicked", {"day": None})
    meta = {"event_id": "x", "source": "x", "region": "x", "source_ref": None}
    meta |= {"occurred_at": None, "recorded_at": None}
    with pytest.raises(ValueError, match="is not a valid ClockMode"):
        from_record("ClockSwitched", {"meta": meta, "to": "SUNDIAL"})
