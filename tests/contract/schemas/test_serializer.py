"""Other people's software: what it writes we read, what we call compatible it calls compatible."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confluent_kafka.schema_registry import (
    Schema,
    SchemaRegistryClient,
    record_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from schemas.codec import Codec, SchemaKey
from schemas.events import EVENT_TYPES, SCHEMAS
from tests.support.spoken import OFFERED, parsed, sealed_record, topic_for

SENT = [offered for offered in OFFERED if EVENT_TYPES[offered[0]].topic.startswith("vt.in.")]


@pytest.fixture(scope="module")
def registry() -> Any:
    client = SchemaRegistryClient.new_client({"url": "mock://radar"})
    for (name, _version), schema in SCHEMAS.items():
        subject = f"nl.veiligthuis.radar.{name}"
        client.register_schema(subject, Schema(json.dumps(schema), "AVRO"))
    return client


@pytest.fixture(scope="module")
def codec(registry: Any) -> Codec:
    ids = {}
    for name, version in SCHEMAS:
        latest = registry.get_latest_version(f"nl.veiligthuis.radar.{name}")
        ids[latest.schema_id] = SchemaKey(name, version)
    return Codec(ids)


def context(name: str) -> SerializationContext:
    return SerializationContext(topic_for(name), MessageField.VALUE)


@pytest.mark.parametrize(("name", "example"), SENT)
def test_confluent_s_own_serializer_writes_what_we_write(
    registry: Any, codec: Codec, name: str, example: str
) -> None:
    serializer = AvroSerializer(
        registry,
        json.dumps(SCHEMAS[(name, 1)]),
        conf={
            "auto.register.schemas": False,
            "subject.name.strategy": record_subject_name_strategy,
        },
    )
    record = sealed_record(parsed(name, example))
    raw = serializer(record, context(name))
    assert raw == codec.encode(name, record)
    assert codec.decode(topic_for(name), raw).record == record


@pytest.mark.parametrize(("name", "example"), SENT)
def test_confluent_s_own_deserializer_reads_what_we_write(
    registry: Any, codec: Codec, name: str, example: str
) -> None:
    deserializer = AvroDeserializer(registry)
    record = sealed_record(parsed(name, example))
    assert deserializer(codec.encode(name, record), context(name)) == record
