"""Refuse a schema that could hurt: before it may be registered, and in `make check`.

A recursive schema crashes the reader, a list of nulls hangs it (reliability.md §4.9); a field
without a privacy class escapes every later check; an advice with room for a sentence is a dossier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.code_lists import CODE_LISTS, ENUM_LISTS
from schemas.compatibility import incompatibilities
from schemas.events import EVENT_TYPES, EVERY_INBOUND_TOPIC, SCHEMAS
from schemas.text_rules import FORMATS
from schemas.topics import INBOUND_TOPICS, TOPICS

DEPTH_MAX = 12
FIELDS_MAX = 300
DECIMAL_BYTES_MAX = 16
PII_CLASSES = frozenset({"none", "pseudonym", "indirect", "direct", "special", "criminal"})
SCOPES = frozenset({"case", "report", "handover", "order", "mda", "source_ref"})
_PRIMITIVES = frozenset({"null", "boolean", "int", "long", "string", "bytes"})
_FAMILY = re.compile(
    r"person|household|address|bsn|birth|narrative|family|child(?!care)|source_ref"
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing wrong with one schema: where (dotted path) and which rule it breaks."""

    schema: str
    path: str
    rule: str


@dataclass(slots=True, kw_only=True)
class _Walk:
    """A walk over one schema; stops below the deepest level, so a bomb costs nothing."""

    schema: str
    is_advice: bool
    found: list[Finding] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    open_records: list[str] = field(default_factory=list)
    field_count: int = 0

    def wrong(self, path: str, rule: str) -> None:
        self.found.append(Finding(schema=self.schema, path=path, rule=rule))


def lint_all() -> list[Finding]:
    """Return everything wrong with the package's schemas: each alone, together, over versions."""
    found: list[Finding] = []
    for (name, version), schema in SCHEMAS.items():
        found += lint_schema(f"{name}.v{version}", schema)
        found += _attribute_findings(f"{name}.v{version}", name, schema)
    found += _shared_type_findings()
    found += _version_findings()
    return sorted(found)


def lint_schema(label: str, schema: Any) -> list[Finding]:
    """Return what is wrong with one schema's shape; takes any JSON, also from a stranger."""
    walk = _Walk(schema=label, is_advice=_is_advice(schema))
    if not isinstance(schema, Mapping) or schema.get("type") != "record":
        walk.wrong("", "not a record")
        return walk.found
    _walk_type(schema, "", {}, 0, walk)
    if walk.field_count > FIELDS_MAX:
        walk.wrong("", f"more than {FIELDS_MAX} fields")
    return sorted(set(walk.found))


def _walk_type(
    avro_type: Any, path: str, owner: Mapping[str, Any], depth: int, walk: _Walk
) -> None:
    if depth > DEPTH_MAX:
        walk.wrong(path[:200], f"deeper than {DEPTH_MAX}")
        return
    match avro_type:
        case str():
            _check_name(avro_type, path, owner, walk)
        case list():
            _walk_union(avro_type, path, owner, depth, walk)
        case {"type": "record"}:
            _walk_record(avro_type, path, depth, walk)
        case {"type": "enum"}:
            _check_enum(avro_type, path, walk)
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            if walk.is_advice and avro_type["type"] == "map":
                walk.wrong(path, "advice has no room for a map")
            _walk_items(inner, path, owner, depth, walk)
        case _:
            _check_leaf(avro_type, path, walk)


def _walk_items(inner: Any, path: str, owner: Mapping[str, Any], depth: int, walk: _Walk) -> None:
    if inner in ("null", ["null"]):
        walk.wrong(path, "a list of nulls costs no bytes and all memory")
    _walk_type(inner, path + "[]", owner, depth + 1, walk)


def _check_leaf(avro_type: Any, path: str, walk: _Walk) -> None:
    match avro_type:
        case {"type": "fixed", "size": int(size)}:
            _check_fixed(avro_type, size, path, walk)
        case {"type": "int", "logicalType": "date"}:
            return
        case {"type": "long", "logicalType": "timestamp-millis"}:
            return
        case _:
            walk.wrong(path, "a type that Radar does not use")


def _check_name(name: str, path: str, owner: Mapping[str, Any], walk: _Walk) -> None:
    if name in walk.open_records:
        walk.wrong(path, "recursive")
    elif name not in _PRIMITIVES and name not in walk.named:
        walk.wrong(path, "a type that Radar does not use")
    if name == "bytes" and "max_length" not in owner:
        walk.wrong(path, "bytes without max_length")
    if walk.is_advice and (
        name == "bytes" or (name == "string" and not owner.keys() & {"format", "code_list"})
    ):
        walk.wrong(path, "advice has no room for free text")


def _walk_union(
    branches: list[Any], path: str, owner: Mapping[str, Any], depth: int, walk: _Walk
) -> None:
    if len(branches) != 2 or branches[0] != "null" or branches[1] == "null":
        walk.wrong(path, "a union is null and one type, null first")
    elif "default" not in owner or owner["default"] is not None:
        walk.wrong(path, "what may be null has null as its default")
    for branch in branches[1:2]:
        _walk_type(branch, path, owner, depth, walk)


def _walk_record(schema: Mapping[str, Any], path: str, depth: int, walk: _Walk) -> None:
    name = str(schema.get("name"))
    fields = schema.get("fields")
    if name in walk.open_records:
        walk.wrong(path, "recursive")
        return
    if not schema.get("doc"):
        walk.wrong(path or name, "no doc")
    if "aliases" in schema:
        walk.wrong(path or name, "an alias can swap one privacy class for another")
    if not isinstance(fields, list) or not fields:
        walk.wrong(path or name, "an empty record costs no bytes")
        return
    walk.named[name] = schema
    walk.open_records.append(name)
    for each in fields:
        walk.field_count += 1
        _walk_field(each, path, depth, walk)
    walk.open_records.pop()


def _walk_field(each: Mapping[str, Any], path: str, depth: int, walk: _Walk) -> None:
    place = f"{path}.{each['name']}".lstrip(".")
    if not each.get("doc"):
        walk.wrong(place, "no doc")
    if each.get("pii") not in PII_CLASSES:
        walk.wrong(place, "no privacy class")
    if "aliases" in each:
        walk.wrong(place, "an alias can swap one privacy class for another")
    if "format" in each and each["format"] not in FORMATS:
        walk.wrong(place, "unknown format")
    if "code_list" in each and each["code_list"] not in CODE_LISTS:
        walk.wrong(place, "unknown code list")
    if walk.is_advice and (each.get("pii") != "none" or _FAMILY.search(each["name"])):
        walk.wrong(place, "advice knows no person, household or address")
    _walk_type(each["type"], place, each, depth + 1, walk)


def _check_enum(schema: Mapping[str, Any], path: str, walk: _Walk) -> None:
    name, symbols = schema["name"], schema["symbols"]
    walk.named[name] = schema
    if not schema.get("doc"):
        walk.wrong(path, "no doc")
    if symbols[0] != "UNKNOWN" or schema.get("default") != "UNKNOWN":
        walk.wrong(path, "an enum begins with UNKNOWN and defaults to it")
    if name not in ENUM_LISTS or not set(symbols) <= ENUM_LISTS[name].codes.keys():
        walk.wrong(path, "a symbol without a Dutch label")


def _check_fixed(schema: Mapping[str, Any], size: int, path: str, walk: _Walk) -> None:
    if size < 1:
        walk.wrong(path, "a fixed of no bytes")
    if schema.get("logicalType") == "decimal" and size > DECIMAL_BYTES_MAX:
        walk.wrong(path, f"a decimal of more than {DECIMAL_BYTES_MAX} bytes")


def _attribute_findings(label: str, name: str, schema: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with what the schema says of the event as a whole."""
    wrong = list(_topic_mistakes(name, schema))
    if not schema.get("dutch"):
        wrong.append(("", "no Dutch label"))
    if name in EVENT_TYPES:
        wrong += _reference_mistakes(schema, is_advice=EVENT_TYPES[name].is_advice)
    return [Finding(schema=label, path=path, rule=rule) for path, rule in wrong]


def _topic_mistakes(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    topic = schema.get("topic")
    homes = [t.name for t in TOPICS.values() if name in (*t.records, *t.payloads)]
    if topic == EVERY_INBOUND_TOPIC:
        if homes != [t.name for t in INBOUND_TOPICS.values() if not t.is_advice]:
            yield "", "must be allowed on every inbound topic but advice"
    elif homes != [topic]:
        yield "", "topics.toml and the schema disagree about its topic"


def _reference_mistakes(schema: Mapping[str, Any], *, is_advice: bool) -> Iterator[tuple[str, str]]:
    if is_advice and schema["references"]:
        yield "", "advice may not be joined to anything"
    fields = [schema.get("event_day"), *schema.get("founds_when", {})]
    for reference in schema["references"]:
        if reference["scope"] not in SCOPES:
            yield reference["field"], "unknown scope"
        fields += [reference["field"], reference.get("source_field")]
    for path in fields:
        if path is not None and not _has_field(schema, path):
            yield path, "names a field that is not there"


def _has_field(schema: Mapping[str, Any], path: str) -> bool:
    first, _, rest = path.partition(".")
    for each in schema["fields"]:
        if each["name"] == first:
            return not rest or _has_field(each["type"], rest)
    return False


def _shared_type_findings() -> Iterator[Finding]:
    """Yield types that stand in several files and differ: each file repeats what it uses."""
    first_seen: dict[str, tuple[str, Any]] = {}
    for (name, version), schema in SCHEMAS.items():
        label = f"{name}.v{version}"
        walk = _Walk(schema=label, is_advice=False)
        _walk_type(schema, "", {}, 0, walk)
        for type_name, definition in walk.named.items():
            _, known = first_seen.setdefault(type_name, (label, definition))
            if _expanded(known, {}) != _expanded(definition, {}) and type_name != name:
                yield Finding(schema=label, path=type_name, rule="differs from another file")


def _expanded(avro_type: Any, seen: dict[str, Any]) -> Any:
    """Return the type without regard to which use of a name came first in its file."""
    match avro_type:
        case {"type": "record", "name": name, "fields": fields}:
            plain = [{**f, "type": _expanded(f["type"], seen)} for f in fields]
            return {"record": name, "doc": avro_type["doc"], "fields": plain}
        case {"type": "enum", "name": name}:
            return name
        case {"type": "array", "items": items}:
            return ["array", _expanded(items, seen)]
        case list():
            return [_expanded(branch, seen) for branch in avro_type]
        case _:
            return avro_type


def _version_findings() -> Iterator[Finding]:
    by_name: dict[str, list[int]] = {}
    for name, version in SCHEMAS:
        by_name.setdefault(name, []).append(version)
    for name, versions in by_name.items():
        if sorted(versions) != list(range(1, len(versions) + 1)):
            yield Finding(schema=name, path="", rule="versions do not count 1, 2, 3")
        for older in versions:
            for newer in (v for v in versions if v > older):
                for path in incompatibilities(SCHEMAS[(name, older)], SCHEMAS[(name, newer)]):
                    rule = f"not compatible with v{older}"
                    yield Finding(schema=f"{name}.v{newer}", path=path, rule=rule)


def _is_advice(schema: Any) -> bool:
    match schema:
        case {"fields": [{"type": {"name": "AdviceMeta"}}, *_]}:
            return True
        case _:
            return False
