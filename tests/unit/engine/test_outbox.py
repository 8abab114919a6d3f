"""A record leaves the outbox only when the broker has it, and in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

import pytest
from confluent_kafka import KafkaException, Producer

from streams.engine.lease import Lease
from streams.engine.outbox import RE_ROUTED, REDRIVEN, Posted, PostgresOutbox, send_posted
from streams.engine.sealed_record import RecordSeal
from streams.engine.stage import InputRecord
from tests.support.kafka_in_memory import RecordingProducer

KEY = b"k" * 32
LEASE = Lease(
    stage="admission", version=1, region="noord", partition=0, epoch=1, sequence=0,
    inputs={}, logs={},
)  # fmt: skip


class ListedOutbox(PostgresOutbox):
    """The product's outbox over a list instead of a table."""

    def __init__(self, rows: Sequence[Posted]) -> None:
        super().__init__("", slot="test", dead_letter_key=KEY)
        self.rows = list(rows)

    def waiting(self, lease: Lease) -> Sequence[Posted]:
        return self.rows[:2]

    def forget(self, rows: Sequence[Posted]) -> None:
        gone = {row.seq for row in rows}
        self.rows = [row for row in self.rows if row.seq not in gone]


def posted(seq: int, topic: str = "a", reason: str = REDRIVEN) -> Posted:
    value = str(seq).encode()
    record = InputRecord(topic=topic, offset=seq, key=b"key", value=value, headers=())
    sealed = RecordSeal(KEY).seal(UUID(int=seq), record)
    return Posted(seq=seq, reason=reason, topic=topic, partition=3, sealed=sealed)


def send(outbox: PostgresOutbox, producer: RecordingProducer) -> None:
    send_posted(outbox, cast("Producer", producer), LEASE)


def test_everything_goes_in_order_and_is_then_forgotten() -> None:
    outbox, producer = ListedOutbox([posted(n) for n in range(5)]), RecordingProducer()
    send(outbox, producer)
    assert [record.value for record in producer.records] == [b"0", b"1", b"2", b"3", b"4"]
    assert {(r.partition, r.key) for r in producer.records} == {(3, b"key")}
    assert outbox.rows == []


def test_a_topic_is_confirmed_before_the_next_begins() -> None:
    rows = [posted(1, "a"), posted(2, "b"), posted(3, "b"), posted(4, "a")]
    producer = RecordingProducer()
    send(ListedOutbox(rows), producer)
    assert [record.topic for record in producer.records] == ["a", "b", "b", "a"]
    assert producer.flushes == [1, 1, 1, 1]


def test_nothing_is_forgotten_that_was_not_confirmed() -> None:
    outbox, producer = ListedOutbox([posted(1), posted(2)]), RecordingProducer(fails=True)
    with pytest.raises(KafkaException):
        send(outbox, producer)
    assert [row.seq for row in outbox.rows] == [1, 2]
    producer.fails = False
    send(outbox, producer)
    assert [record.value for record in producer.records] == [b"1", b"2", b"1", b"2"]


def test_a_record_says_why_it_came_again() -> None:
    producer = RecordingProducer()
    send(ListedOutbox([posted(1, reason=REDRIVEN), posted(2, reason=RE_ROUTED)]), producer)
    assert [list(record.headers) for record in producer.records] == [
        [("radar-dead-letter", str(UUID(int=1)).encode())],
        [("radar-re-routed", b"1")],
    ]
