"""What a partner may put in `data`, as JSON Schema: made from the `.avsc`, so it cannot lag behind.

It says what JSON Schema can say: names, types, lists of values, forms.  Rules over more than one
field are told by `_valideer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.code_lists import CODE_LISTS
from schemas.events import EventType
from schemas.identifying import ADDRESS_RULES, PERSON_RULES
from schemas.json_mapping import ENVELOPE_IN_DATA
from schemas.json_values import camel

Schema = dict[str, Any]

_HIDDEN = frozenset({"meta", "sealed_persons"})
_IDENTIFYING: Mapping[str, tuple[str, ...]] = {
    "PersonMention": tuple(PERSON_RULES),
    "AddressMention": tuple(ADDRESS_RULES),
}
_IDENTIFYING_FORMS: Mapping[str, Schema] = {
    "bsn": {"type": "string", "pattern": "^[0-9]{9}$"},
    "foreigner_number": {"type": "string", "pattern": "^[0-9]{10}$"},
    "birth_date": {"type": "string", "description": "JJJJ-MM-DD; onbekende delen als 00."},
    "bag_id": {"type": "string", "pattern": "^[0-9]{16}$"},
    "postcode": {"type": "string", "pattern": "^[1-9][0-9]{3} ?[A-Za-z]{2}$"},
    "house_number": {"type": "integer", "minimum": 1, "maximum": 99999},
}
_ENVELOPE: Mapping[str, Schema] = {
    "occurred_at": {
        "type": "string",
        "format": "date-time",
        "description": "Wanneer het gebeurde; zonder dit veld geldt het attribuut time.",
    },
    "source_ref": {"type": "string", "description": "Eigen nummer van de afzender."},
}
_PRIMITIVES: Mapping[str, Schema] = {
    "string": {"type": "string"},
    "int": {"type": "integer"},
    "long": {"type": "integer"},
    "boolean": {"type": "boolean"},
}


def data_schema(event_type: EventType) -> Schema:
    """Return the JSON Schema of an event's `data`."""
    schema = _record(event_type.schema, {})
    if not event_type.is_advice:
        schema["properties"] = {camel(n): _ENVELOPE[n] for n in ENVELOPE_IN_DATA} | schema[
            "properties"
        ]
    schema["title"] = event_type.label
    return schema


def _record(avro: Mapping[str, Any], named: dict[str, Any]) -> Schema:
    named[avro["name"]] = avro
    fields = [field for field in avro["fields"] if field["name"] not in _HIDDEN]
    is_numbered = avro["name"] in _IDENTIFYING
    properties = {camel(field["name"]): _field(field, named) for field in fields}
    properties |= {
        camel(name): _IDENTIFYING_FORMS.get(name, {"type": "string"})
        for name in _IDENTIFYING.get(avro["name"], ())
    }
    required = [
        camel(field["name"])
        for field in fields
        # A person or address without `ref` is numbered by the gateway.
        if "default" not in field and not (is_numbered and field["name"] == "ref")
    ]
    schema: Schema = {
        "type": "object",
        "description": avro.get("doc", ""),
        "properties": properties,
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def _field(field: Mapping[str, Any], named: dict[str, Any]) -> Schema:
    schema = dict(_type(field["type"], field, named))
    if "doc" in field:
        schema["description"] = field["doc"]
    return schema


def _type(avro_type: Any, field: Mapping[str, Any], named: dict[str, Any]) -> Schema:
    if isinstance(avro_type, str) and avro_type in named:
        avro_type = named[avro_type]
    match avro_type:
        case str():
            return _primitive(avro_type, field)
        case list():
            (branch,) = (b for b in avro_type if b != "null")
            return {"anyOf": [_type(branch, field, named), {"type": "null"}]}
        case {"logicalType": "date"}:
            return {"type": "string", "format": "date"}
        case {"logicalType": "timestamp-millis"}:
            return {"type": "string", "format": "date-time"}
        case {"type": "enum", "symbols": symbols, "name": name}:
            named[name] = avro_type
            return {"type": "string", "enum": list(symbols)}
        case {"type": "array", "items": items}:
            limits = {"minItems": field.get("min_items"), "maxItems": field.get("max_items")}
            known = {name: limit for name, limit in limits.items() if limit is not None}
            return {"type": "array", "items": _type(items, field, named)} | known
        case {"type": "map", "values": values}:
            return {"type": "object", "additionalProperties": _type(values, field, named)}
        case _:
            return _record(avro_type, named)


def _primitive(avro_type: str, field: Mapping[str, Any]) -> Schema:
    schema = dict(_PRIMITIVES[avro_type])
    if "code_list" in field:
        schema["enum"] = sorted(CODE_LISTS[field["code_list"]].codes)
    if "max_length" in field:
        schema["maxLength"] = field["max_length"]
    if "min" in field:
        schema["minimum"] = field["min"]
    return schema
