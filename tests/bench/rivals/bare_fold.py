"""Rival a: confluent-kafka, fastavro and the fold in a loop, and nothing is kept but in memory."""

from __future__ import annotations

from confluent_kafka import Consumer, TopicPartition

from streams.household.fold import INITIAL
from streams.household.state import to_bytes
from streams.household.steps import Step
from tests.bench.rivals.plain import fold, read
from tests.bench.rivals.terms import (
    BATCH_RECORDS_MAX,
    CONSUMER,
    POLL_SECONDS,
    TOPIC,
    Order,
    Stopwatch,
    digest_of,
)


def main() -> None:
    """Fold every event of the order and answer."""
    order, stopwatch = Order.read(), Stopwatch()
    consumer = Consumer({**CONSUMER, "bootstrap.servers": order.bootstrap, "group.id": order.name})
    consumer.assign([TopicPartition(TOPIC, p, 0) for p in range(order.partitions)])
    kept: dict[str, Step] = {}
    findings = 0
    while stopwatch.records < order.events:
        messages = consumer.consume(BATCH_RECORDS_MAX, POLL_SECONDS)
        for message in messages:
            row, region = read(message.value() or b"")
            (household_id,) = row.household_ids
            last = kept.get(household_id)
            step = (
                fold(INITIAL, row, region)
                if last is None
                else fold(last.state, row, region, last.picture)
            )
            kept[household_id] = step
            findings += len(step.changes)
        if messages:
            stopwatch.done(len(messages))
    consumer.close()
    digest = digest_of((name, to_bytes(step.state)) for name, step in kept.items())
    stopwatch.answer(digest=digest, findings=findings)


if __name__ == "__main__":
    main()
