"""Events as JSON: the `data` of a CloudEvent to a record and back, by the schema alone.

`data` is the Avro record in camelCase without `meta` and `sealedPersons`; persons and addresses
carry their identifying fields inline, which are split off here so that the caller can seal them.
Two parts of the envelope stand in `data` as well, because the NL GOV profile keeps the time of
occurrence and anything sensitive out of the context attributes: `occurredAt`, `sourceRef`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from schemas.advice_scanner import scan_json
from schemas.codec import named_types
from schemas.events import EventType, record_type
from schemas.field_rules import partial_violations, violations
from schemas.identifying import (
    ADDRESS_RULES,
    PERSON_RULES,
    normal_fields,
    same_person_twice,
)
from schemas.json_values import camel, json_pointer, json_value, read_instant
from schemas.problem_codes import InvalidEventError, Violation
from schemas.sealing import NOTHING_SEALED, SealedContent, content_of

ENVELOPE_IN_DATA = ("occurred_at", "source_ref")
_RULES_OF_MENTION = {"PersonMention": PERSON_RULES, "AddressMention": ADDRESS_RULES}

# Names by which somebody would try to put a family in an advice; the answer then says what is at
# stake instead of "unknown field" (reliability.md §5, rows 47 and 49).
_FAMILY_NAMES = re.compile(
    r"person|persoon|household|huishoud|gezin|bsn|name$|naam|address|adres|birth|geboorte|child|kind"
    r"|phone|telefo|mail|postcode|street|straat|narrative|toelichting|source_?ref",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRONG = object()
"""What a converter returns for a value that it has reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEvent:
    """An event as said in JSON: the record without a sealed block, and who it is about."""

    event_type: EventType
    record: dict[str, Any]
    content: SealedContent

    @property
    def persons(self) -> tuple[dict[str, Any], ...]:
        """Return the identified persons with their refs, as `sealing.seal` takes them."""
        return tuple({"ref": r, **fields} for r, fields in sorted(self.content.persons.items()))

    @property
    def addresses(self) -> tuple[dict[str, Any], ...]:
        """Return the identified addresses with their refs, as `sealing.seal` takes them."""
        return tuple({"ref": r, **fields} for r, fields in sorted(self.content.addresses.items()))


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One event being read: what was found so far."""

    named: Mapping[str, Any]
    is_advice: bool
    found: list[Violation] = field(default_factory=list)
    persons: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    addresses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refs_given: dict[str, set[int]] = field(default_factory=dict)

    def wrong(self, pointer: str, code: str) -> Any:
        self.found.append(Violation(pointer=pointer, code=code))
        return _WRONG


def from_json(event_type: EventType, data: Any, meta: Mapping[str, Any]) -> ParsedEvent:
    """Return the record and the persons in `data`, or raise InvalidEventError with every mistake.

    `meta` holds the envelope that stands outside `data` (event_id, source, region, recorded_at as
    datetime); `occurredAt` defaults to recorded_at. Pointers start at the CloudEvent: /data/….
    """
    reading = _Reading(named=_named(event_type.name), is_advice=event_type.is_advice)
    if event_type.is_advice:
        reading.found += [
            Violation(pointer=f"/data{pointer}", code="advice.personal_data")
            for pointer in scan_json(_scannable(event_type, data))
        ]
    if not isinstance(data, dict):
        raise InvalidEventError([Violation(pointer="/data", code="json.type"), *reading.found])
    record: dict[str, Any] = {"meta": _envelope(event_type, data, meta, reading)}
    hidden = {"meta", "sealed_persons"}
    extra = () if event_type.is_advice else ENVELOPE_IN_DATA
    record |= _fields(event_type.schema, data, "/data", reading, hidden=hidden, extra=extra)
    if event_type.has_sealed_persons:
        record["sealed_persons"] = None
    reading.found += same_person_twice(reading.persons)
    _add_rule_violations(event_type, record, reading)
    if reading.found:
        raise InvalidEventError(reading.found)
    content = content_of(
        [person for _, person in reading.persons], [address for _, address in reading.addresses]
    )
    return ParsedEvent(event_type=event_type, record=record, content=content)


def to_json(
    event_type: EventType, record: Mapping[str, Any], content: SealedContent = NOTHING_SEALED
) -> dict[str, Any]:
    """Return the `data` of a record; without `content` nobody in it can be recognised."""
    meta = record["meta"]
    data = {
        camel(name): json_value(meta[name])
        for name in ENVELOPE_IN_DATA
        if meta.get(name) is not None
    }
    known = {"PersonMention": content.persons, "AddressMention": content.addresses}
    for name, value in record.items():
        if name in ("meta", "sealed_persons"):
            continue
        if name in event_type.person_fields:
            data[camel(name)] = _with_identity(value, known["PersonMention"])
        elif name in event_type.address_fields:
            data[camel(name)] = _with_identity(value, known["AddressMention"])
        elif name in _map_fields(event_type.name):
            data[camel(name)] = dict(value)
        else:
            data[camel(name)] = json_value(value)
    return data


def _scannable(event_type: EventType, data: Any) -> Any:
    """Return the part of an advice in which personal data could hide: all but days and ids."""
    if not isinstance(data, dict):
        return data
    fields = {camel(f["name"]): f for f in event_type.schema["fields"]}
    return {
        name: value
        for name, value in data.items()
        if name not in fields
        or not ("date" in str(fields[name]["type"]) or fields[name].get("format") == "uuid")
    }


@cache
def _map_fields(record_name: str) -> frozenset[str]:
    fields = record_type(record_name).schema["fields"]
    return frozenset(
        f["name"] for f in fields if isinstance(f["type"], dict) and f["type"]["type"] == "map"
    )


@cache
def _named(record_name: str) -> Mapping[str, Any]:
    return named_types(record_type(record_name).schema)


def _envelope(
    event_type: EventType, data: Mapping[str, Any], meta: Mapping[str, Any], reading: _Reading
) -> dict[str, Any]:
    envelope = dict(meta)
    if event_type.is_advice:
        return envelope
    envelope.setdefault("occurred_at", meta.get("recorded_at"))
    envelope.setdefault("source_ref", None)
    for name, avro_type in (
        ("occurred_at", {"type": "long", "logicalType": "timestamp-millis"}),
        ("source_ref", "string"),
    ):
        value = data.get(camel(name))
        if value is not None:
            envelope[name] = _value(avro_type, value, f"/data/{camel(name)}", reading)
    return envelope


def _add_rule_violations(
    event_type: EventType, record: Mapping[str, Any], reading: _Reading
) -> None:
    is_whole = not reading.found
    meta = record["meta"]
    if not is_whole and (
        any(value is _WRONG for value in meta.values()) or meta.get("recorded_at") is None
    ):
        record = {name: value for name, value in record.items() if name != "meta"}
    check = violations if is_whole else partial_violations
    reading.found += [
        Violation(pointer=json_pointer(v.pointer), code=v.code)
        for v in check(event_type.name, record)
    ]


def _fields(
    schema: Mapping[str, Any],
    data: Mapping[str, Any],
    pointer: str,
    reading: _Reading,
    *,
    hidden: frozenset[str] | set[str] = frozenset(),
    extra: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the schema's fields out of `data`; a field with a mistake inside is left out."""
    names = {camel(f["name"]): f for f in schema["fields"] if f["name"] not in hidden}
    allowed = names.keys() | {camel(name) for name in extra}
    for name in data:
        if name not in allowed:
            _report_unknown(name, pointer, reading)
    record = {}
    for name, schema_field in names.items():
        place = f"{pointer}/{name}"
        if name in data:
            value = _value(schema_field["type"], data[name], place, reading)
        elif "default" in schema_field:
            value = schema_field["default"]
            value = list(value) if isinstance(value, list) else value
        else:
            value = reading.wrong(place, "json.missing_field")
        if value is not _WRONG:
            record[schema_field["name"]] = value
    return record


def _report_unknown(name: str, pointer: str, reading: _Reading) -> None:
    # A name may be repeated to its sender, unless it looks like a value that went astray.
    place = f"{pointer}/{name}" if _NAME.fullmatch(name) else pointer
    is_about_family = reading.is_advice and _FAMILY_NAMES.search(name)
    reading.wrong(place, "advice.personal_data" if is_about_family else "json.unknown_field")


def _value(avro_type: Any, value: Any, pointer: str, reading: _Reading) -> Any:
    """Return one value as Avro takes it, or report it and return _WRONG."""
    if value is None and isinstance(avro_type, list):
        return None
    avro_type = _resolved(avro_type, reading)
    match avro_type:
        case str():
            return _primitive(avro_type, value, pointer, reading)
        case {"logicalType": "date"}:
            return _day(value, pointer, reading)
        case {"logicalType": "timestamp-millis"}:
            return _instant(value, pointer, reading)
        case {"type": "enum", "symbols": symbols}:
            return _symbol(symbols, value, pointer, reading)
        case {"type": "array", "items": items}:
            return _list(items, value, pointer, reading)
        case {"type": "map", "values": values}:
            return _map(values, value, pointer, reading)
        case _:
            return _record(avro_type, value, pointer, reading)


def _resolved(avro_type: Any, reading: _Reading) -> Any:
    """Return the type itself: the branch beside null, the definition behind a name."""
    if isinstance(avro_type, list):
        (avro_type,) = (branch for branch in avro_type if branch != "null")
    return reading.named.get(avro_type, avro_type) if isinstance(avro_type, str) else avro_type


def _symbol(symbols: list[str], value: Any, pointer: str, reading: _Reading) -> Any:
    if not isinstance(value, str):
        return reading.wrong(pointer, "json.type")
    return value if value in symbols else reading.wrong(pointer, "domain.enum")


def _primitive(avro_type: str, value: Any, pointer: str, reading: _Reading) -> Any:
    match avro_type, value:
        case ("boolean", bool()):
            return value
        case ("int" | "long", int()) if not isinstance(value, bool):
            return value
        case ("string", str()):
            return unicodedata.normalize("NFC", value)
        case _:
            return reading.wrong(pointer, "json.type")


def _day(value: Any, pointer: str, reading: _Reading) -> Any:
    if not isinstance(value, str):
        return reading.wrong(pointer, "json.type")
    try:
        return date.fromisoformat(value) if _DATE.fullmatch(value) else _refuse(pointer, reading)
    except ValueError:
        return _refuse(pointer, reading)


def _instant(value: Any, pointer: str, reading: _Reading) -> Any:
    if not isinstance(value, str):
        return reading.wrong(pointer, "json.type")
    return read_instant(value) or _refuse(pointer, reading)


def _refuse(pointer: str, reading: _Reading) -> Any:
    return reading.wrong(pointer, "domain.format")


def _list(items: Any, value: Any, pointer: str, reading: _Reading) -> Any:
    if not isinstance(value, list):
        return reading.wrong(pointer, "json.type")
    read = [_value(items, item, f"{pointer}/{n}", reading) for n, item in enumerate(value)]
    return _WRONG if any(item is _WRONG for item in read) else read


def _map(values: Any, value: Any, pointer: str, reading: _Reading) -> Any:
    if not isinstance(value, dict):
        return reading.wrong(pointer, "json.type")
    read = {}
    for name, item in value.items():
        place = f"{pointer}/{name}" if _NAME.fullmatch(name) else pointer
        read[name] = _value(values, item, place, reading)
    return _WRONG if any(item is _WRONG for item in read.values()) else read


def _record(schema: Mapping[str, Any], value: Any, pointer: str, reading: _Reading) -> Any:
    if not isinstance(value, dict):
        return reading.wrong(pointer, "json.type")
    if schema["name"] in _RULES_OF_MENTION:
        return _mention(schema, value, pointer, reading)
    before = len(reading.found)
    read = _fields(schema, value, pointer, reading)
    return _WRONG if len(reading.found) > before else read


def _mention(
    schema: Mapping[str, Any], value: Mapping[str, Any], pointer: str, reading: _Reading
) -> Any:
    """Read a person or address: what stays in the record, and who or where it is."""
    rules = _RULES_OF_MENTION[schema["name"]]
    given = reading.refs_given.setdefault(schema["name"], set())
    before = len(reading.found)
    if "ref" not in value:
        # Numbered in order of appearance, past the numbers that the sender used so far.
        value = {**value, "ref": max(given, default=-1) + 1}
    identity = {name: value[camel(name)] for name in rules if camel(name) in value}
    read = _fields(schema, value, pointer, reading, extra=tuple(rules))
    if isinstance(read.get("ref"), int):
        given.add(read["ref"])
    places = {name: f"{pointer}/{camel(name)}" for name in rules}
    known = normal_fields(identity, rules, places, reading.found)
    if len(reading.found) > before:
        return _WRONG
    if known:
        found_in = reading.persons if rules is PERSON_RULES else reading.addresses
        found_in.append((pointer, {"ref": read["ref"], **known}))
    return read


def _with_identity(value: Any, known: Mapping[int, Mapping[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_with_identity(item, known) for item in value]
    if value is None:
        return None
    return json_value({**value, **known.get(value["ref"], {})})
