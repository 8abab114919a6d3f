"""A partner that publishes to Kafka itself, with Confluent's own serializer and nothing of ours.

It does what docs/partners/kafka.md says: the region's public key from the gateway, one sealed
block, Avro under the record's name, the region's partition.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from schemas.cloud_events import parse_event
from schemas.sealing import info_of, seal
from tests.support.road import Radar, http

Headers = list[tuple[str, str | bytes | None]]
RECORD_PREFIX = "nl.veiligthuis.radar."
SERIALIZER = {
    "auto.register.schemas": False,
    "use.latest.version": True,
    "subject.name.strategy": record_subject_name_strategy,
}


class KafkaPartner:
    """Publishes events of the demonstration's partners on their topics."""

    def __init__(self, radar: Radar) -> None:
        self._radar = radar
        self._registry = SchemaRegistryClient({"url": radar.settings.registry, "timeout": 10})
        bootstrap = radar.settings.bootstrap
        self._producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 0})

    def close(self) -> None:
        """Let go of the registry's connections."""
        self._registry.close()

    def publish(self, said: Mapping[str, Any], topic: str) -> int:
        """Seal, encode and send an event given as its CloudEvent; return its offset."""
        value = self.encoded(said, topic)
        return self.put(topic, value, partition=self._partition(said), said=said)

    def encoded(
        self, said: Mapping[str, Any], topic: str, *, sealed_for: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return an event as Kafka gets it; `sealed_for` seals its persons to another event."""
        parsed = parse_event(dict(said))
        record = dict(parsed.record)
        if parsed.persons or parsed.addresses:
            key_id, public = self._public_key(said["region"])
            of = sealed_for or said
            info = info_of(of["region"], of["source"], of["id"])
            record["sealed_persons"] = seal(public, key_id, info, parsed.persons, parsed.addresses)
        return self.serialized(parsed.event_type.name, record, topic)

    def serialized(self, record_name: str, record: Mapping[str, Any], topic: str) -> bytes:
        """Return a record as Confluent's serializer writes it."""
        schema = self._registry.get_latest_version(RECORD_PREFIX + record_name).schema
        serializer = AvroSerializer(self._registry, schema.schema_str, conf=SERIALIZER)
        value = serializer(dict(record), SerializationContext(topic, MessageField.VALUE))
        assert isinstance(value, bytes)
        return value

    def put(
        self,
        topic: str,
        value: bytes | None,
        *,
        partition: int = 0,
        said: Mapping[str, Any] | None = None,
        headers: Headers | None = None,
    ) -> int:
        """Put bytes on a topic and return their offset once the broker has them."""
        places: list[int] = []

        def delivered(error: KafkaError | None, message: Message) -> None:
            offset = message.offset()
            assert error is None and offset is not None
            places.append(offset)

        self._producer.produce(
            topic,
            value=value,
            key=said["id"] if said else None,
            partition=partition,
            headers=headers if said is None else headers_of(said),
            on_delivery=delivered,
        )
        assert self._producer.flush(20) == 0
        (offset,) = places
        return offset

    def _partition(self, said: Mapping[str, Any]) -> int:
        return self._radar.settings.regions.partition(said["region"])

    def _public_key(self, region: str) -> tuple[bytes, X25519PublicKey]:
        token = {"authorization": f"Bearer {self._radar.tokens['politie']}"}
        told = http(f"{self._radar.web}/v1/sleutels/{region}", headers=token).json()
        public = X25519PublicKey.from_public_bytes(b64decode(told["publiekeSleutel"]))
        return bytes.fromhex(told["sleutelId"]), public


def headers_of(said: Mapping[str, Any]) -> Headers:
    """Return the CloudEvents attributes that stand beside an event on Kafka."""
    names = ("specversion", "id", "source", "type", "time", "region")
    return [("content-type", "application/avro"), *((f"ce_{n}", str(said[n])) for n in names)]


@contextmanager
def kafka_partner(radar: Radar) -> Iterator[KafkaPartner]:
    """Connect a partner that publishes directly."""
    partner = KafkaPartner(radar)
    yield partner
    partner.close()
