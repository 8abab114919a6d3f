"""Everything that can be said: the event types and the log records, read from `avro/*.avsc`.

The `.avsc` file is the only place where an event is described: its Dutch label, its link
references, its persons and addresses and its JSON form all come from there, so that a new partner
event needs no code (architecture.md §3). Loaded once, at import, from the package resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

from schemas.identity import (
    NAMESPACE,
    EventId,
    HouseholdId,
    PartnerId,
    Pid,
    RegionCode,
    SourceUrn,
    derived_id,
)

__all__ = [
    "EVENT_TYPES",
    "EVERY_INBOUND_TOPIC",
    "LOG_RECORDS",
    "NAMESPACE",
    "EventId",
    "EventType",
    "HouseholdId",
    "PartnerId",
    "Pid",
    "RecordType",
    "Reference",
    "RegionCode",
    "SourceUrn",
    "by_ce_type",
    "derived_id",
    "record_type",
    "schema_of",
]

EVERY_INBOUND_TOPIC = "vt.in.*"
"""Topic of EventCorrected: a correction stands on the topic of the event that it corrects."""

CE_TYPE_PREFIX = "nl.veiligthuis.radar."
_LOG_RECORD_NAMES = ("JournalRow", "AdviceRow", "FindingEvent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A field by which an event finds the household of an earlier one.

    `field` is a dotted path ("meta.source_ref"). The scope is case, report, handover, order or mda
    (known per region) or source_ref (known per region and source: the event's own source, or the
    one in `source_field`).
    """

    scope: str
    field: str
    source_field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One kind of event in one version, as its `.avsc` describes it."""

    name: str
    version: int
    topic: str
    label: str
    ce_type: str
    schema: Mapping[str, Any]
    references: tuple[Reference, ...]
    founds_household: bool
    founds_when: tuple[tuple[str, str], ...]
    person_fields: tuple[str, ...]
    address_fields: tuple[str, ...]
    has_sealed_persons: bool
    is_advice: bool
    event_day: str | None

    def founds(self, record: Mapping[str, Any]) -> bool:
        """Say whether this very event may found a household (a transfer: only an incoming one)."""
        return self.founds_household and all(record[f] == v for f, v in self.founds_when)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A record that only the hub writes, on one of its log topics."""

    name: str
    version: int
    topic: str
    label: str
    schema: Mapping[str, Any]


def by_ce_type(ce_type: str) -> EventType | None:
    """Return the event type with this CloudEvents `type`, or None when nobody knows it."""
    return _BY_CE_TYPE.get(ce_type)


def record_type(record_name: str) -> EventType | RecordType:
    """Return the event type or log record of that name; raises KeyError when there is none."""
    return EVENT_TYPES[record_name] if record_name in EVENT_TYPES else LOG_RECORDS[record_name]


def schema_of(record_name: str, version: int) -> Mapping[str, Any]:
    """Return one version's schema as it stands in its file; raises KeyError when there is none."""
    return SCHEMAS[(record_name, version)]


def schema_files() -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield (record name, version, schema) of every `.avsc` in the package, by name and version."""
    found = []
    for entry in resources.files("schemas.avro").iterdir():
        if entry.name.endswith(".avsc"):
            name, version = entry.name.removesuffix(".avsc").rsplit(".v", 1)
            found.append((name, int(version), json.loads(entry.read_text(encoding="utf-8"))))
    yield from sorted(found, key=lambda item: item[:2])


def fields_of_record(schema: Mapping[str, Any], record_name: str) -> tuple[str, ...]:
    """Return the top-level fields that hold (a list of, or maybe) the named record, in order."""
    return tuple(f["name"] for f in schema["fields"] if record_name in _named_in(f["type"]))


def _named_in(avro_type: Any) -> Iterator[str]:
    """Yield the names of the records and enums that stand directly in a field's type."""
    if isinstance(avro_type, list):
        for branch in avro_type:
            yield from _named_in(branch)
    elif isinstance(avro_type, str):
        yield avro_type
    elif avro_type["type"] == "array":
        yield from _named_in(avro_type["items"])
    elif "name" in avro_type:
        yield avro_type["name"]


def _kebab(record_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", record_name).lower()


def _event_type(name: str, version: int, schema: Mapping[str, Any]) -> EventType:
    return EventType(
        name=name,
        version=version,
        topic=schema["topic"],
        label=schema["dutch"],
        ce_type=f"{CE_TYPE_PREFIX}{_kebab(name)}.v{version}",
        schema=schema,
        references=tuple(Reference(**reference) for reference in schema["references"]),
        founds_household=schema["founds_household"],
        founds_when=tuple(schema.get("founds_when", {}).items()),
        person_fields=fields_of_record(schema, "PersonMention"),
        address_fields=fields_of_record(schema, "AddressMention"),
        has_sealed_persons=any(f["name"] == "sealed_persons" for f in schema["fields"]),
        is_advice="AdviceMeta" in _named_in(schema["fields"][0]["type"]),
        event_day=schema.get("event_day"),
    )


SCHEMAS: Mapping[tuple[str, int], Mapping[str, Any]] = MappingProxyType(
    {(name, version): schema for name, version, schema in schema_files()}
)
_NEWEST: dict[str, int] = dict(sorted(SCHEMAS))

EVENT_TYPES: Mapping[str, EventType] = MappingProxyType(
    {
        name: _event_type(name, version, SCHEMAS[(name, version)])
        for name, version in _NEWEST.items()
        if name not in _LOG_RECORD_NAMES
    }
)
LOG_RECORDS: Mapping[str, RecordType] = MappingProxyType(
    {
        name: RecordType(
            name=name,
            version=_NEWEST[name],
            topic=SCHEMAS[(name, _NEWEST[name])]["topic"],
            label=SCHEMAS[(name, _NEWEST[name])]["dutch"],
            schema=SCHEMAS[(name, _NEWEST[name])],
        )
        for name in _LOG_RECORD_NAMES
    }
)
_BY_CE_TYPE = {event_type.ce_type: event_type for event_type in EVENT_TYPES.values()}
