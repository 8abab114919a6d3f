"""May these two versions of a record live side by side? FULL_TRANSITIVE, checked at home.

Each version must be readable with each other one, both ways: what the registry asks of us, known
before it is asked. Stricter than Avro: a type never changes, not even int to long, because the
strict re-encoding at admission would call the widened form another event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def incompatibilities(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[str]:
    """Return the dotted paths at which two versions of a record cannot read each other."""
    return list(_record(older, newer, "", _named(older), _named(newer)))


def _named(schema: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, Mapping):
            if node.get("type") in ("record", "enum"):
                found[node["name"]] = node
            waiting.extend(v for v in node.values() if isinstance(v, (list, Mapping)))
    return found


def _record(
    older: Mapping[str, Any],
    newer: Mapping[str, Any],
    path: str,
    old_named: Mapping[str, Any],
    new_named: Mapping[str, Any],
) -> Iterator[str]:
    if older["name"] != newer["name"]:
        yield path
    old_fields = {field["name"]: field for field in older["fields"]}
    new_fields = {field["name"]: field for field in newer["fields"]}
    for name in old_fields.keys() | new_fields.keys():
        place = f"{path}.{name}".lstrip(".")
        old, new = old_fields.get(name), new_fields.get(name)
        if old is None or new is None:
            # The side that lacks the field must be able to make it up.
            if "default" not in (old or new or {}):
                yield place
        elif ("default" in old) != ("default" in new) or old.get("pii") != new.get("pii"):
            yield place
        else:
            yield from _type(old["type"], new["type"], place, old_named, new_named)


def _type(
    older: Any,
    newer: Any,
    path: str,
    old_named: Mapping[str, Any],
    new_named: Mapping[str, Any],
) -> Iterator[str]:
    older = old_named.get(older, older) if isinstance(older, str) else older
    newer = new_named.get(newer, newer) if isinstance(newer, str) else newer
    match older, newer:
        case [list(), list()] if len(older) == len(newer):
            for old, new in zip(older, newer, strict=True):
                yield from _type(old, new, path, old_named, new_named)
        case [{"type": "record"}, {"type": "record"}]:
            yield from _record(older, newer, path, old_named, new_named)
        case [{"type": "enum"}, {"type": "enum"}]:
            # Symbols may come, never go or change places: stored bytes hold their index.
            if newer["symbols"][: len(older["symbols"])] != older["symbols"]:
                yield path
        case [{"type": "array"}, {"type": "array"}]:
            yield from _type(older["items"], newer["items"], path + "[]", old_named, new_named)
        case [{"type": "map"}, {"type": "map"}]:
            yield from _type(older["values"], newer["values"], path + "{}", old_named, new_named)
        case _:
            if older != newer:
                yield path
