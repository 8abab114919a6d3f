"""A gateway between real servers, with an admission behind it that reads when it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from starlette.testclient import TestClient

from connectors.gateway.app import GatewayDeps, open_gateway
from connectors.gateway.receipts import Pool
from connectors.gateway.requests import CLOUD_EVENT, CLOUD_EVENTS_BATCH
from connectors.partners import Partners
from schemas.codec import Codec
from schemas.topics import INBOUND_TOPICS
from streams.admission.senders import Senders
from streams.admission.stage import AdmissionStage
from tests.support.admission import AdmissionRoad
from tests.support.gateway import (
    IDS,
    REGION,
    REGIONS,
    client,
    gateway_pool,
    partner_file,
    police_report,
)

TICK = date(2025, 3, 2)


def make_topics(bootstrap: str) -> None:
    """Make the inbound topics; another module of this session may have made them."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    topics = [NewTopic(name, num_partitions=2, replication_factor=1) for name in INBOUND_TOPICS]
    for future in admin.create_topics(topics).values():
        try:
            future.result(timeout=30)
        except KafkaException as failed:
            if failed.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


@dataclass(kw_only=True)
class Hub:
    """A gateway, its servers, and an admission that reads when told to."""

    road: AdmissionRoad
    deps: GatewayDeps
    http: TestClient
    pool: Pool
    consumer: Consumer

    def send(self, event: Any, http: TestClient | None = None) -> Any:
        """Offer one event, or a list of them, as the police or another client."""
        kind = CLOUD_EVENTS_BATCH if isinstance(event, list) else CLOUD_EVENT
        return (http or self.http).post(
            "/v1/gebeurtenissen", content=json.dumps(event), headers={"content-type": kind}
        )

    def receipt(self, answer: Any, http: TestClient | None = None) -> Any:
        """Ask for the receipt that an answer points at."""
        return (http or self.http).get(answer.json()["ontvangstbewijs"])

    def topic_end(self, topic: str) -> int:
        """Return the offset that the next record of the region's partition will have."""
        return int(self.consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)[1])

    def read(self, topic: str, first: int) -> list[Message]:
        """Return the records of a topic from an offset on, as Kafka has them."""
        end = self.topic_end(topic)
        self.consumer.assign([TopicPartition(topic, 0, first)])
        found: list[Message] = []
        while first + len(found) < end:
            message = self.consumer.poll(10)
            assert message is not None and message.error() is None
            found.append(message)
        self.consumer.unassign()
        return found

    def admit(self, topic: str, first: int) -> None:
        """Let admission read a topic from an offset on."""
        stage = "advice" if topic == "vt.in.advice.v1" else "admission"
        for message in self.read(topic, first):
            offset = message.offset()
            assert offset is not None
            self.road.offsets[topic] = offset - 1
            self.road.send(topic, message.value())
        self.road.unit(stage)

    def write(self, statement: str, *values: Any) -> None:
        """Change something in the tables behind everybody's back."""
        self.road.connection.execute(statement.encode(), values)
        self.road.connection.commit()

    def stage_reads(self, stage: str, position: int, topic: str = "vt.journal.v1") -> None:
        """Let a stage have applied a log up to a position."""
        self.write(
            "insert into engine.input (stage, version, region, topic, topic_id, position)"
            " values (%s, 1, %s, %s, '', %s)"
            " on conflict (stage, version, region, topic)"
            " do update set position = excluded.position",
            *(stage, REGION, topic, position),
        )
        self.write(
            "insert into engine.progress (stage, version, region, topic, position)"
            " values (%s, 1, %s, %s, %s)",
            *(stage, REGION, topic, position),
        )


@contextmanager
def open_hub(
    database: str,
    bootstrap: str,
    *,
    codec: Codec | None = None,
    senders: Senders | None = None,
) -> Iterator[Hub]:
    """Open the region on an empty database and start a gateway beside it."""
    codec = codec or Codec(IDS)
    senders = senders or Senders.parse(partner_file())
    road = AdmissionRoad(database=database, codec=codec)
    stage = AdmissionStage(
        codec=codec,
        keys=road.keys,
        regions=REGIONS,
        senders=senders,
        hub_clock=lambda: road.hub_now,
    )
    road.stages["admission"] = stage
    road.open()
    # As sixty ticks would leave it: they say nothing that matters here.
    road.connection.execute("update admission.region_clock set day = %s, now = %s", [TICK, TICK])
    road.connection.commit()
    road.leases["admission"].cache.clear()
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "test", "log_level": 2})
    with gateway_pool(database) as pool:
        deps = open_gateway(
            pool=pool,
            bootstrap=bootstrap,
            codec=codec,
            regions=REGIONS,
            partners=Partners(senders),
            digest_key=road.keys.digest,
        )
        with client(deps) as http:
            yield Hub(road=road, deps=deps, http=http, pool=pool, consumer=consumer)
        deps.close()
    consumer.close()
    road.connection.close()


def fresh(**data: Any) -> dict[str, Any]:
    """Return a police report that nobody has sent before."""
    return police_report(**data) | {"id": str(uuid4())}
