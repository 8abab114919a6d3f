"""CloudEvents: the context attributes of an event, in JSON and as Kafka headers.

NL GOV profile for CloudEvents 1.1: `id`, `source`, `specversion` and `type` are required, `time` is
when the sender logged the event, and no attribute says anything about a person. `region` is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from schemas.events import EVENT_TYPES, EventType, by_ce_type
from schemas.json_mapping import ParsedEvent, from_json, to_json
from schemas.json_values import json_value, read_instant
from schemas.problem_codes import InvalidEventError, Violation
from schemas.sealing import NOTHING_SEALED, SealedContent
from schemas.text_rules import CODE_OF_FORMAT, FORMATS

SPEC_VERSION = "1.0"
CONTENT_TYPE_AVRO = "application/avro"
CONTENT_TYPE_JSON = "application/cloudevents+json"

_REQUIRED = ("specversion", "id", "source", "type", "region", "time", "data")
# Attributes that a sender's library may add; taken, and not kept. `subject` is not among them: the
# profile postpones its meaning, and elsewhere it tends to hold a person's number.
_OPTIONAL = frozenset(
    {"datacontenttype", "dataschema", "sequence", "sequencetype", "traceparent", "tracestate"}
)
_NAME = re.compile(r"[a-z0-9]{1,20}")
_FORMAT_OF = {"id": "uuid", "source": "source-urn", "region": "region"}


def parse_event(document: Any) -> ParsedEvent:
    """Return the event in a CloudEvent as JSON, or raise InvalidEventError with every mistake.

    Who sends it, for which region it may speak and whether its times are right is not looked at.
    """
    if not isinstance(document, dict):
        raise InvalidEventError([Violation(pointer="", code="json.type")])
    found = _attribute_violations(document)
    event_type = _type_of(document, found)
    meta = _meta(document, found)
    if event_type is None:
        raise InvalidEventError(found)
    if found:
        found += _violations_inside(event_type, document, meta)
        raise InvalidEventError(found)
    return from_json(event_type, document["data"], meta)


def cloud_event(
    event_type: EventType, record: Mapping[str, Any], content: SealedContent = NOTHING_SEALED
) -> dict[str, Any]:
    """Return the CloudEvent in JSON that says this record; the inverse of `parse_event`."""
    meta = record["meta"]
    return {
        "specversion": SPEC_VERSION,
        "id": meta["event_id"],
        "source": meta["source"],
        "type": event_type.ce_type,
        "time": json_value(meta["recorded_at"]),
        "region": meta["region"],
        "datacontenttype": "application/json",
        "data": to_json(event_type, record, content),
    }


def kafka_headers(event_type: EventType, record: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    """Return the headers of a record on Kafka: CloudEvents in binary mode, and `ce_region`."""
    event = cloud_event(event_type, {"meta": record["meta"]})
    names = ("specversion", "id", "source", "type", "time", "region")
    return [
        *((f"ce_{name}", str(event[name]).encode()) for name in names),
        ("content-type", CONTENT_TYPE_AVRO.encode()),
    ]


def _attribute_violations(document: Mapping[str, Any]) -> list[Violation]:
    found = [
        Violation(pointer=f"/{name}", code="json.missing_field")
        for name in _REQUIRED
        if name not in document
    ]
    for name, value in document.items():
        if name not in _REQUIRED and name not in _OPTIONAL:
            pointer = f"/{name}" if _NAME.fullmatch(name) else ""
            found.append(Violation(pointer=pointer, code="json.unknown_field"))
        elif name != "data" and not isinstance(value, str):
            found.append(Violation(pointer=f"/{name}", code="json.type"))
    if isinstance(document.get("specversion"), str) and document["specversion"] != SPEC_VERSION:
        found.append(Violation(pointer="/specversion", code="cloudevent.attribute"))
    content_type = document.get("datacontenttype", "application/json")
    if isinstance(content_type, str) and content_type.partition(";")[0] != "application/json":
        found.append(Violation(pointer="/datacontenttype", code="cloudevent.attribute"))
    return found


def _type_of(document: Mapping[str, Any], found: list[Violation]) -> EventType | None:
    ce_type = document.get("type")
    if not isinstance(ce_type, str):
        return None
    event_type = by_ce_type(ce_type)
    # What only the hub writes into its journal is no event that anybody can send.
    if event_type is None or not event_type.topic.startswith("vt.in."):
        found.append(Violation(pointer="/type", code="cloudevent.type"))
        return None
    return event_type


def _meta(document: Mapping[str, Any], found: list[Violation]) -> dict[str, Any]:
    """Return the envelope as far as the attributes give it, each in its right form."""
    meta: dict[str, Any] = {}
    for attribute, name in (("id", "event_id"), ("source", "source"), ("region", "region")):
        value = document.get(attribute)
        if isinstance(value, str):
            form = _FORMAT_OF[attribute]
            if FORMATS[form].fullmatch(value):
                meta[name] = value
            else:
                found.append(Violation(pointer=f"/{attribute}", code=CODE_OF_FORMAT[form]))
    time = document.get("time")
    if isinstance(time, str):
        instant = read_instant(time)
        if instant is None:
            found.append(Violation(pointer="/time", code="domain.format"))
        else:
            meta["recorded_at"] = instant
    return meta


# Stands in for attributes that are wrong, so that the mistakes in `data` can be named as well.
_STAND_IN = {
    "event_id": "00000000-0000-0000-0000-000000000000",
    "source": "urn:nld:oin:00000000000000000000:systeem:onbekend",
    "region": "onbekend",
    "recorded_at": read_instant("2000-01-01T00:00:00Z"),
}


def _violations_inside(
    event_type: EventType, document: Mapping[str, Any], meta: Mapping[str, Any]
) -> list[Violation]:
    if "data" not in document:
        return []
    try:
        from_json(event_type, document["data"], {**_STAND_IN, **meta})
    except InvalidEventError as invalid:
        return list(invalid.violations)
    return []


SENDABLE_TYPES: tuple[str, ...] = tuple(
    sorted(e.ce_type for e in EVENT_TYPES.values() if e.topic.startswith("vt.in."))
)
"""Every CloudEvents `type` that can come in at all."""
