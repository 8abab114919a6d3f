"""The topics, what may stand on each, and how the broker keeps them; read from `topics.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from schemas.events import EVENT_TYPES, EVERY_INBOUND_TOPIC, record_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic: the records that may stand on it and its broker settings."""

    name: str
    records: tuple[str, ...]
    payloads: tuple[str, ...]
    config: Mapping[str, str]
    kind: Literal["in", "log", "audit"]
    direct_publisher: str | None

    @property
    def is_advice(self) -> bool:
        """Say whether this is the road of advice, which nothing else may share."""
        return any(EVENT_TYPES[name].is_advice for name in self.records if name in EVENT_TYPES)


def topic_of(record_name: str) -> str:
    """Return the one topic of a record.

    Raises KeyError for an unknown record and LookupError for EventCorrected, which has no topic of
    its own: a correction stands where the event that it corrects stands.
    """
    topic = record_type(record_name).topic
    if topic == EVERY_INBOUND_TOPIC:
        raise LookupError(f"{record_name} stands on the topic of the event that it corrects")
    return topic


def _load() -> dict[str, Topic]:
    text = resources.files("schemas").joinpath("topics.toml").read_text(encoding="utf-8")
    document: dict[str, Any] = tomllib.loads(text)
    return {
        entry["name"]: Topic(
            name=entry["name"],
            records=tuple(entry["records"]),
            payloads=tuple(entry.get("payloads", ())),
            config=MappingProxyType(dict(document["config"][entry["kind"]])),
            kind=entry["kind"],
            direct_publisher=entry.get("direct_publisher"),
        )
        for entry in document["topic"]
    }


TOPICS: Mapping[str, Topic] = MappingProxyType(_load())
INBOUND_TOPICS: Mapping[str, Topic] = MappingProxyType(
    {name: topic for name, topic in TOPICS.items() if topic.kind == "in"}
)
