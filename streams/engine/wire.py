"""An event as a Kafka record: CloudEvents binary mode, Avro value, the region's partition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.codec import Codec
from schemas.events import EVENT_TYPES
from schemas.regions import Regions

# The hub speaks under its own name: an OIN of the test range, no organisation's.
HUB_SOURCE = "urn:nld:oin:00000099000000000001:systeem:radar"
CONTENT_TYPE = b"application/avro"


@dataclass(frozen=True, slots=True, kw_only=True)
class WireMessage:
    """What a producer needs; nothing in it names a person."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def wire_message(
    codec: Codec, regions: Regions, record_name: str, record: Mapping[str, Any], topic: str = ""
) -> WireMessage:
    """Encode an event for its type's topic, or for `topic` where a type has several.

    The key is the event id, the partition the line of the event's region in regions.toml.
    Raises KeyError for an unknown record name or region.
    """
    event_type = EVENT_TYPES[record_name]
    meta = record["meta"]
    recorded_at: datetime = meta["recorded_at"]
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": meta["event_id"],
        "ce_source": meta["source"],
        "ce_type": event_type.ce_type,
        # The NL GOV profile wants the moment of logging here, not of the occurrence.
        "ce_time": recorded_at.isoformat().replace("+00:00", "Z"),
        "ce_region": meta["region"],
    }
    headers = (
        ("content-type", CONTENT_TYPE),
        *((name, value.encode()) for name, value in attributes.items()),
    )
    return WireMessage(
        topic=topic or event_type.topic,
        partition=regions.partition(meta["region"]),
        key=str(meta["event_id"]).encode(),
        value=codec.encode(record_name, record),
        headers=headers,
    )
