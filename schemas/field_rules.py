"""What a decoded record may say: ranges, forms, code lists, refs, times.

The rules are compiled once per schema from the attributes in the `.avsc` (`format`, `code_list`,
`min`, `max_length`, `min_items`, `max_items`, `known`, `past`, `not_before`) and run on every event
on both roads, HTTP and Kafka alike. Pointers are JSON pointers into the record, in its own names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from schemas.code_lists import CODE_LISTS
from schemas.events import EVENT_TYPES, fields_of_record, record_type, schema_of
from schemas.problem_codes import DataError, Violation
from schemas.record_rules import RECORD_RULES, event_rules
from schemas.text_rules import CODE_OF_FORMAT, FORBIDDEN, FORMATS, LENGTH_MAX

__all__ = [
    "DataError",
    "TimeLimits",
    "Violation",
    "check",
    "partial_violations",
    "time_flags",
    "violations",
]

Check = Callable[[Any, str, list[Violation]], None]
Plan = tuple[tuple[str, str, Check], ...]
"""(field, its pointer, its check) of the fields that have rules."""

ITEMS_MAX = 200
"""Longest list without a limit of its own; a household of 500 is an error (reliability.md §5)."""

DAY_MIN, DAY_MAX = date(1900, 1, 1), date(2100, 1, 1)
INSTANT_MIN, INSTANT_MAX = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MAX = 2**53
"""Largest long: beyond it JSON (RFC 8785) and JavaScript readers round silently."""

LOCAL = ZoneInfo("Europe/Amsterdam")
CLOCK_SKEW = "clock_skew"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """How far a sender's clock may be off. `oldest`: before the oldest dossier kept anywhere."""

    flag_after: timedelta = timedelta(minutes=5)
    refuse_after: timedelta = timedelta(hours=24)
    oldest: date = date(1990, 1, 1)


TIME_LIMITS = TimeLimits()


def violations(
    record_name: str, record: Mapping[str, Any], version: int | None = None
) -> list[Violation]:
    """Return everything that is wrong with a decoded record, sorted by place; never a value.

    The record must have the fields and types of its schema, as decoding gives them.
    """
    found: list[Violation] = []
    for name, pointer, field_check in _plan_of(record_name, version):
        field_check(record[name], pointer, found)
    for rule in _rules_of(record_name):
        rule(record, found)
    return sorted(found) if found else found


def partial_violations(record_name: str, record: Mapping[str, Any]) -> list[Violation]:
    """Return what is wrong with the fields that are there, for a record that lacks some.

    For telling a sender everything at once: a missing field hides no other mistake. Rules over
    more than one field are left out.
    """
    found: list[Violation] = []
    for name, pointer, field_check in _plan_of(record_name, None):
        if name in record:
            field_check(record[name], pointer, found)
    return found


def check(record_name: str, record: Mapping[str, Any], version: int | None = None) -> None:
    """Raise DataError for the first thing that is wrong, if any."""
    found = violations(record_name, record, version)
    if found:
        raise DataError(found[0].code, found[0].pointer)


def time_flags(
    record_name: str,
    record: Mapping[str, Any],
    now: datetime,
    limits: TimeLimits = TIME_LIMITS,
) -> tuple[str, ...]:
    """Return the flags of the event's times against `now` (tz-aware), or raise DataError.

    In a REPLAY region the caller passes the end of the clock's day (definitions.md). Days that
    say what has happened may not lie past tomorrow: a time zone, not a prophecy.
    """
    newest = now + limits.refuse_after
    newest_day = newest.astimezone(LOCAL).date()
    is_ahead = False
    for pointer, value in _times(record_name, record):
        if isinstance(value, datetime):
            if value > newest:
                raise DataError("domain.time_future", pointer)
            is_ahead = is_ahead or value > now + limits.flag_after
            day = value.astimezone(LOCAL).date()
        else:
            day = value
        if day > newest_day:
            raise DataError("domain.time_future", pointer)
        if day < limits.oldest:
            raise DataError("domain.time_old", pointer)
    return (CLOCK_SKEW,) if is_ahead else ()


def _times(record_name: str, record: Mapping[str, Any]) -> list[tuple[str, date]]:
    """Return (pointer, value) of the times that must lie behind us: envelope and `past` fields."""
    meta = record["meta"]
    found = [(f"/meta/{f}", meta[f]) for f in ("occurred_at", "recorded_at") if f in meta]
    found += [(f"/{f}", record[f]) for f in _past_fields(record_name) if record[f] is not None]
    return found


@cache
def _past_fields(record_name: str) -> tuple[str, ...]:
    fields = record_type(record_name).schema["fields"]
    return tuple(field["name"] for field in fields if field.get("past"))


@cache
def _plan_of(record_name: str, version: int | None) -> Plan:
    schema = schema_of(record_name, version or record_type(record_name).version)
    return _plan(schema, {})


@cache
def _rules_of(record_name: str) -> tuple[Callable[[Mapping[str, Any], list[Violation]], None], ...]:
    event_type = EVENT_TYPES.get(record_name)
    rules = list(RECORD_RULES.get(record_name, ()))
    if event_type is not None:
        schema = event_type.schema
        rules += event_rules(
            schema,
            fields_of_record(schema, "PersonMention"),
            fields_of_record(schema, "AddressMention"),
        )
    return tuple(rules)


def _plan(schema: Mapping[str, Any], named: dict[str, Check | None]) -> Plan:
    compiled = (
        (field["name"], "/" + field["name"], _compiled(field["type"], field, named))
        for field in schema["fields"]
    )
    return tuple((name, pointer, check) for name, pointer, check in compiled if check is not None)


def _compiled_record(schema: Mapping[str, Any], named: dict[str, Check | None]) -> Check | None:
    plan = _plan(schema, named)
    named[schema["name"]] = None
    if not plan:
        return None

    def check_record(value: Any, pointer: str, found: list[Violation]) -> None:
        for name, suffix, field_check in plan:
            field_check(value[name], pointer + suffix, found)

    named[schema["name"]] = check_record
    return check_record


def _compiled(
    avro_type: Any, field: Mapping[str, Any], named: dict[str, Check | None]
) -> Check | None:
    """Compile one type; a field's attributes reach through null, list and map to the leaves."""
    match avro_type:
        case str():
            return named[avro_type] if avro_type in named else _compiled_primitive(avro_type, field)
        case list():
            return _optional_check(avro_type, field, named)
        case {"logicalType": "date"}:
            return _between(DAY_MIN, DAY_MAX)
        case {"logicalType": "timestamp-millis"}:
            return _between(INSTANT_MIN, INSTANT_MAX)
        case {"type": "array", "items": items}:
            return _list_check(_compiled(items, field, named), field)
        case {"type": "map", "values": values}:
            return _map_check(_compiled(values, field, named))
        case {"type": "enum", "name": name}:
            named[name] = None
            return _known_check if field.get("known") else None
        case _:
            return _compiled_record(avro_type, named)


def _compiled_primitive(avro_type: str, field: Mapping[str, Any]) -> Check | None:
    match avro_type:
        case "string":
            return _text_check(field)
        case "int":
            return _number_check(field.get("min", INT_MIN), INT_MAX)
        case "long":
            return _number_check(field.get("min", -LONG_MAX), LONG_MAX)
        case "bytes":
            return _bytes_check(field)
        case _:
            return None


def _optional_check(
    branches: list[Any], field: Mapping[str, Any], named: dict[str, Check | None]
) -> Check | None:
    (branch,) = (b for b in branches if b != "null")
    compiled = _compiled(branch, field, named)
    if compiled is None:
        return None
    inner = compiled

    def check_optional(value: Any, pointer: str, found: list[Violation]) -> None:
        if value is not None:
            inner(value, pointer, found)

    return check_optional


def _text_check(field: Mapping[str, Any]) -> Check:
    if "code_list" in field:
        codes = frozenset(CODE_LISTS[field["code_list"]].codes)

        def check_code(value: Any, pointer: str, found: list[Violation]) -> None:
            if value not in codes:
                found.append(Violation(pointer=pointer, code="domain.code"))

        return check_code
    if "format" in field:
        matches = FORMATS[field["format"]].fullmatch
        wrong = CODE_OF_FORMAT.get(field["format"], "domain.format")

        def check_format(value: Any, pointer: str, found: list[Violation]) -> None:
            if matches(value) is None:
                code = "domain.text" if FORBIDDEN.search(value) else wrong
                found.append(Violation(pointer=pointer, code=code))

        return check_format
    length_max = field.get("max_length", LENGTH_MAX)

    def check_text(value: Any, pointer: str, found: list[Violation]) -> None:
        if len(value) > length_max:
            found.append(Violation(pointer=pointer, code="domain.length"))
        if FORBIDDEN.search(value):
            found.append(Violation(pointer=pointer, code="domain.text"))

    return check_text


def _number_check(least: int, most: int) -> Check:
    def check_number(value: Any, pointer: str, found: list[Violation]) -> None:
        # fastavro reads any varint into an int field; the 32 bits are ours to check.
        if not least <= value <= most:
            found.append(Violation(pointer=pointer, code="domain.range"))

    return check_number


def _between(least: Any, most: Any) -> Check:
    def check_between(value: Any, pointer: str, found: list[Violation]) -> None:
        if not least <= value < most:
            found.append(Violation(pointer=pointer, code="domain.range"))

    return check_between


def _bytes_check(field: Mapping[str, Any]) -> Check:
    length_max = field["max_length"]

    def check_bytes(value: Any, pointer: str, found: list[Violation]) -> None:
        if len(value) > length_max:
            found.append(Violation(pointer=pointer, code="size.exceeded"))

    return check_bytes


def _known_check(value: Any, pointer: str, found: list[Violation]) -> None:
    """Refuse UNKNOWN where the record means nothing without the value (a correction's kind)."""
    if value == "UNKNOWN":
        found.append(Violation(pointer=pointer, code="domain.enum"))


def _list_check(item_check: Check | None, field: Mapping[str, Any]) -> Check:
    items_min = field.get("min_items", 0)
    items_max = field.get("max_items", ITEMS_MAX)

    def check_list(value: Any, pointer: str, found: list[Violation]) -> None:
        if len(value) < items_min:
            # Only lists of persons have a least number: no report without anybody in it.
            found.append(Violation(pointer=pointer, code="domain.household"))
        if len(value) > items_max:
            found.append(Violation(pointer=pointer, code="domain.range"))
        elif item_check is not None:
            for number, item in enumerate(value):
                item_check(item, f"{pointer}/{number}", found)

    return check_list


def _map_check(value_check: Check | None) -> Check:
    key_matches = FORMATS["code"].fullmatch

    def check_map(value: Any, pointer: str, found: list[Violation]) -> None:
        if len(value) > ITEMS_MAX:
            found.append(Violation(pointer=pointer, code="domain.range"))
            return
        for key in value:
            # A key becomes part of the pointer, so one that is no code is not repeated there.
            if key_matches(key) is None:
                found.append(Violation(pointer=pointer, code="domain.format"))
            elif value_check is not None:
                value_check(value[key], f"{pointer}/{key}", found)

    return check_map
