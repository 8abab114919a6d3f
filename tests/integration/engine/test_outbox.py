"""What a killed worker left in its outbox is sent by whoever has the region next."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import psycopg
import pytest
from confluent_kafka import Consumer, TopicPartition

from streams.engine.log import FINDINGS, Log
from streams.engine.stage import Batch, InputRecord
from streams.engine.unit import Unit
from tests.support.counting_stage import CountingStage
from tests.support.kafka_in_memory import RecordingProducer

if TYPE_CHECKING:
    from confluent_kafka import Producer

    from hub.local.endpoints import Endpoints
    from streams.engine.transaction import UnitTransaction
    from streams.engine.worker import Worker


class SendingOnStage(CountingStage):
    """Sends every record on to the partition of the region zuid."""

    logs: tuple[Log, ...] = (FINDINGS,)

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        for batch in batches:
            for record in batch.records:
                tx.re_route(batch.lease, record, partition=1, source="a", event_id="b")


@pytest.fixture
def stage(make_topic: Callable[[str], str]) -> SendingOnStage:
    make_topic("vt.findings.v1")
    return SendingOnStage(f"send-{uuid.uuid4().hex[:6]}", (make_topic("in"),))


def sent(stack: Endpoints, topic: str, count: int, seconds_max: float = 20) -> list[bytes]:
    """Return the first records on zuid's partition."""
    settings = {"bootstrap.servers": stack.kafka_bootstrap, "group.id": uuid.uuid4().hex}
    consumer = Consumer(settings | {"enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 1, 0)])
    deadline = time.monotonic() + seconds_max
    found: list[bytes] = []
    while len(found) < count and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            found.append(message.value() or b"")
    consumer.close()
    return found


def waiting(database: str) -> int:
    with psycopg.connect(database) as connection:
        rows = connection.execute("select count(*) from engine.outbox").fetchall()
    return int(rows[0][0])


def unit(worker: Worker, topic: str, *values: bytes) -> Unit:
    records = [
        InputRecord(topic=topic, offset=offset, key=b"k", value=value)
        for offset, value in enumerate(values)
    ]
    return Unit(batches=[Batch(lease=worker.leases[topic, 0], records=records)])


def test_records_are_sent_on_in_order_and_leave_the_outbox(
    stage: SendingOnStage, make_worker: Callable[..., Worker], stack: Endpoints,
    engine_database: str,
) -> None:  # fmt: skip
    (topic,) = stage.topics
    worker = make_worker(stage)
    worker.claim({(topic, 0), (topic, 1)})
    values = [str(number).encode() for number in range(300)]
    worker.apply(unit(worker, topic, *values))
    assert sent(stack, topic, 300) == values
    deadline = time.monotonic() + 10
    while waiting(engine_database) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert waiting(engine_database) == 0


def test_the_next_lease_holder_sends_what_was_left(
    stage: SendingOnStage, make_worker: Callable[..., Worker], stack: Endpoints,
    engine_database: str, send: Callable[[str, int, list[bytes]], None],
) -> None:  # fmt: skip
    (topic,) = stage.topics
    send(topic, 0, [b"x", b"y"])
    dying = make_worker(stage)
    dying.claim({(topic, 0), (topic, 1)})
    # Killed between commit and sending: its relay never hears of the unit.
    dying._relay.stop()
    dying.apply(unit(dying, topic, b"x", b"y"))
    assert waiting(engine_database) == 2
    heir = make_worker(stage, "test-2")
    heir.claim({(topic, 0), (topic, 1)})
    assert sent(stack, topic, 2) == [b"x", b"y"]


def test_what_the_broker_did_not_confirm_is_sent_again(
    stage: SendingOnStage, make_worker: Callable[..., Worker], stack: Endpoints,
    engine_database: str,
) -> None:  # fmt: skip
    (topic,) = stage.topics
    worker = make_worker(stage)
    relay = worker._relay
    refusing, working = RecordingProducer(fails=True), relay._new_producer
    producers = iter([refusing])
    relay._new_producer = lambda: cast("Producer", next(producers, None)) or working()
    worker.claim({(topic, 0), (topic, 1)})
    # The look at every outbox that a claim brings is over: only the failure can bring another.
    deadline = time.monotonic() + 10
    while relay._posted and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.apply(unit(worker, topic, b"x", b"y"))
    assert sent(stack, topic, 2) == [b"x", b"y"]
    assert [record.value for record in refusing.records] == [b"x", b"y"]
