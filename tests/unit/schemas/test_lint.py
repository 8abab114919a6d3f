"""The lint must be able to fail: every rule is broken once."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schemas.compatibility import incompatibilities
from schemas.events import schema_of
from schemas.lint import FIELDS_MAX, lint_all, lint_schema

Change = Callable[[dict[str, Any]], object]


def rules(change: Change, name: str = "ContactRecorded") -> set[str]:
    schema = copy.deepcopy(dict(schema_of(name, 1)))
    assert lint_schema(f"{name}.v1", schema) == []
    change(schema)
    return {finding.rule for finding in lint_schema(f"{name}.v1", schema)}


def field(avro_type: Any, **more: Any) -> dict[str, Any]:
    return {"name": "extra", "doc": "Extra.", "pii": "none", "type": avro_type, **more}


def add(avro_type: Any, **more: Any) -> Change:
    return lambda schema: schema["fields"].append(field(avro_type, **more))


def record(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": "Extra", "doc": "Extra.", "fields": list(fields), **more}


def nested(levels: int) -> dict[str, Any]:
    inner: Any = "string"
    for level in range(levels):
        inner = {**record(field(inner)), "name": f"Level{level}"}
    return inner  # type: ignore[no-any-return]


def test_the_package_s_own_schemas_pass() -> None:
    assert lint_all() == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (add({"type": "array", "items": "ContactRecorded"}), "recursive"),
        (add(nested(13)), "deeper than 12"),
        (add({"type": "array", "items": "null"}), "a list of nulls costs no bytes and all memory"),
        (add({"type": "map", "values": "null"}), "a list of nulls costs no bytes and all memory"),
        (add(record()), "an empty record costs no bytes"),
        (add({"type": "fixed", "name": "Nothing", "size": 0}), "a fixed of no bytes"),
        (
            add({"type": "fixed", "name": "Big", "size": 17, "logicalType": "decimal"}),
            "a decimal of more than 16 bytes",
        ),
        (add({"type": "bytes", "logicalType": "decimal"}), "a type that Radar does not use"),
        (add("double"), "a type that Radar does not use"),
        (
            add({"type": "long", "logicalType": "timestamp-micros"}),
            "a type that Radar does not use",
        ),
        (add("bytes"), "bytes without max_length"),
        (add(["string", "null"]), "a union is null and one type, null first"),
        (add(["null", "string", "int"]), "a union is null and one type, null first"),
        (add(["null", "string"]), "what may be null has null as its default"),
        (add("string", doc=""), "no doc"),
        (add("string", pii="secret"), "no privacy class"),
        (add("string", aliases=["case_id"]), "an alias can swap one privacy class for another"),
        (add("string", format="rhyme"), "unknown format"),
        (add("string", code_list="rhyme"), "unknown code list"),
        (
            add({"type": "enum", "name": "Party2", "doc": "x", "symbols": ["A"]}),
            "an enum begins with UNKNOWN and defaults to it",
        ),
        (
            add({"type": "enum", "name": "P2", "doc": "x", "symbols": ["UNKNOWN"]}),
            "a symbol without a Dutch label",
        ),
        (lambda s: s.pop("doc"), "no doc"),
        (lambda s: s.update(aliases=["X"]), "an alias can swap one privacy class for another"),
        (
            lambda s: s["fields"].extend(
                {**field("int"), "name": f"f{n}"} for n in range(FIELDS_MAX)
            ),
            "more than 300 fields",
        ),
    ],
)
def test_a_dangerous_schema_is_refused(change: Change, rule: str) -> None:
    assert rule in rules(change)


@pytest.mark.parametrize(
    "change",
    [
        add("string"),
        add({"type": "array", "items": "string"}),
        add({"type": "map", "values": "int"}),
        add("bytes", max_length=10),
        add("string", format="token", pii="pseudonym"),
        lambda s: s["fields"].append({**field("string", format="code"), "name": "household"}),
        lambda s: s["fields"].append({**field("int"), "name": "person_count"}),
        lambda s: s["fields"].append({**field("string", format="code"), "name": "birth_year"}),
        add({**record(field("string", pii="direct")), "name": "PersonMention"}),
    ],
)
def test_an_advice_has_room_for_nobody(change: Change) -> None:
    assert rules(change, "AdviceGiven") & {
        "advice has no room for free text",
        "advice has no room for a map",
        "advice knows no person, household or address",
    }


def test_what_is_no_schema_is_refused_and_a_bomb_costs_nothing() -> None:
    nonsenses: tuple[Any, ...] = (None, [], "string", {"type": "enum"})
    for nonsense in nonsenses:
        assert lint_schema("x", nonsense)
    assert lint_schema("x", nested(400))


def changed(change: Change) -> list[str]:
    older = schema_of("ReportRegistered", 1)
    newer = copy.deepcopy(dict(older))
    change(newer)
    assert incompatibilities(newer, older) or not incompatibilities(older, newer)
    return incompatibilities(older, newer)


def test_a_field_with_a_default_and_a_symbol_at_the_end_may_be_added() -> None:
    assert changed(lambda s: None) == []
    assert changed(add(["null", "string"], default=None)) == []

    def one_symbol_more(schema: dict[str, Any]) -> None:
        (sector,) = (f for f in schema["fields"] if f["name"] == "reporter_sector")
        sector["type"]["symbols"].append("SPORTS")

    assert incompatibilities(schema_of("ReportRegistered", 1), _with(one_symbol_more)) == []


def _with(change: Change) -> dict[str, Any]:
    newer = copy.deepcopy(dict(schema_of("ReportRegistered", 1)))
    change(newer)
    return newer


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (add("string"), "extra"),
        (lambda s: s["fields"].pop(1), "case_id"),
        (lambda s: s["fields"][1].update(type="int"), "case_id"),
        (lambda s: s["fields"][1].update(type=["null", "string"], default=None), "case_id"),
        (lambda s: s["fields"][1].update(pii="pseudonym"), "case_id"),
        (lambda s: s["fields"][0]["type"]["fields"].pop(0), "meta.event_id"),
        (lambda s: s.update(name="Other"), ""),
        (
            lambda s: next(f for f in s["fields"] if f["name"] == "reporter_sector")["type"][
                "symbols"
            ].pop(),
            "reporter_sector",
        ),
    ],
)
def test_what_would_break_a_reader_is_named(change: Change, path: str) -> None:
    assert incompatibilities(schema_of("ReportRegistered", 1), _with(change)) == [path]
