"""The examples as records, sealed and framed: what tests of the contract start from."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from schemas.cloud_events import parse_event
from schemas.codec import Codec, SchemaKey
from schemas.events import EVENT_TYPES, LOG_RECORDS
from schemas.examples import examples_of
from schemas.json_mapping import ParsedEvent, from_json
from schemas.json_values import read_instant
from schemas.sealing import info_of, seal

IDS: Mapping[int, SchemaKey] = {
    number: SchemaKey(name, 1)
    for number, name in enumerate([*EVENT_TYPES, *LOG_RECORDS], start=101)
}
CODEC = Codec(IDS)
KEY_ID = b"sleutel-van-test"
PRIVATE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))

OFFERED: tuple[tuple[str, str], ...] = tuple(
    (name, example) for name in EVENT_TYPES for example in examples_of(name)
)
"""Every example of every event, as (record name, example)."""

ONLY_THE_HUB_WRITES = frozenset({"PersonSeenElsewhere", "HouseholdsRearranged"})
"""Events that stand in the journal only: nobody can send them."""


def document(name: str, example: str | None = None) -> dict[str, Any]:
    """Return a fresh copy of an example; the first one when none is named."""
    found = examples_of(name)
    return copy.deepcopy(found[example or next(iter(found))])


def parsed(name: str, example: str | None = None) -> ParsedEvent:
    """Return an example as the gateway reads it; also the one that only the hub writes."""
    said = document(name, example)
    if EVENT_TYPES[name].topic.startswith("vt.in."):
        return parse_event(said)
    meta = {"event_id": said["id"], "source": said["source"], "region": said["region"]}
    return from_json(
        EVENT_TYPES[name], said["data"], {**meta, "recorded_at": read_instant(said["time"])}
    )


def topic_for(name: str) -> str:
    """Return a topic on which the event may stand."""
    topic = EVENT_TYPES[name].topic
    return "vt.in.police.v1" if topic == "vt.in.*" else topic


def sealed_record(event: ParsedEvent) -> dict[str, Any]:
    """Return the record as it goes to Kafka: with its persons sealed to the test key."""
    record = copy.deepcopy(event.record)
    if event.persons or event.addresses:
        meta = record["meta"]
        info = info_of(meta["region"], meta["source"], meta["event_id"])
        record["sealed_persons"] = seal(
            PRIVATE_KEY.public_key(), KEY_ID, info, event.persons, event.addresses
        )
    return record


def private_keys(key_id: bytes) -> X25519PrivateKey | None:
    """Return the test key for its id, None for any other."""
    return PRIVATE_KEY if key_id == KEY_ID else None
