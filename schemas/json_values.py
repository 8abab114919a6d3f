"""Names, pointers, days and instants of a record, as JSON spells them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

_META_POINTERS = {
    "/meta/event_id": "/id",
    "/meta/source": "/source",
    "/meta/region": "/region",
    "/meta/recorded_at": "/time",
    "/meta/occurred_at": "/data/occurredAt",
    "/meta/source_ref": "/data/sourceRef",
}
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


@cache
def camel(name: str) -> str:
    """Return a record's field name as JSON spells it: received_on → receivedOn."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def json_pointer(pointer: str) -> str:
    """Return a record's pointer as its sender sees it: /meta/source → /source, /to → /data/to."""
    if pointer in _META_POINTERS:
        return _META_POINTERS[pointer]
    return "/data" + "/".join(camel(part) for part in pointer.split("/"))


def read_instant(text: str) -> datetime | None:
    """Return an RFC 3339 instant in UTC, cut to milliseconds as in Avro; None if it is none."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    milliseconds = ((found[2] or "") + "000")[:3]
    try:
        parsed = datetime.fromisoformat(f"{found[1]}.{milliseconds}{found[3]}")
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: names in camelCase, instants in UTC with a Z."""
    match value:
        case datetime():
            text = value.astimezone(UTC).isoformat(timespec="milliseconds")
            return text.replace("+00:00", "Z").replace(".000Z", "Z")
        case date():
            return value.isoformat()
        case dict():
            return {camel(name): json_value(item) for name, item in value.items()}
        case list():
            return [json_value(item) for item in value]
        case _:
            return value
