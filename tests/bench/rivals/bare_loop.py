"""Rival c: the radar's own handler in a bare loop, one transaction a poll, offsets beside it.

No lease, no check for gaps, no relay, no progress, no membership, nothing that recovers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import psycopg
from confluent_kafka import Consumer, Message, TopicPartition

from streams.engine.lease import Lease, LogPosition
from streams.engine.log import FINDINGS
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from streams.radar.stage import RadarStage
from tests.bench.events import REGIONS
from tests.bench.rivals.terms import (
    BATCH_RECORDS_MAX,
    CONSUMER,
    FRAME_BYTES,
    POLL_SECONDS,
    TOPIC,
    Order,
    Stopwatch,
)

_OFFSETS = "create table bench_offset (partition int primary key, last_offset bigint not null)"
_ADVANCE = """
insert into bench_offset select * from unnest(%s::int[], %s::bigint[])
on conflict (partition) do update set last_offset = excluded.last_offset
"""
_BEGIN_LOG = "insert into engine.log_head (log, region) values (%s, %s)"


def main() -> None:
    """Write every event of the order and answer."""
    order, stopwatch = Order.read(), Stopwatch()
    stage = RadarStage(publish=_never)
    consumer = Consumer({**CONSUMER, "bootstrap.servers": order.bootstrap, "group.id": order.name})
    consumer.assign([TopicPartition(TOPIC, p, 0) for p in range(order.partitions)])
    with psycopg.connect(order.database, autocommit=True) as connection:
        connection.execute(_OFFSETS)
        for region in REGIONS:
            connection.execute(_BEGIN_LOG, [FINDINGS.name, region])
        leases = [_lease(partition) for partition in range(order.partitions)]
        while stopwatch.records < order.events:
            messages = consumer.consume(BATCH_RECORDS_MAX, POLL_SECONDS)
            if not messages:
                continue
            found = _by_partition(messages)
            batches = [Batch(lease=leases[p], records=records) for p, records in found.items()]
            with connection.transaction():
                tx = UnitTransaction(connection, stage, bytes(32))
                stage.handle(batches, tx)
                tx.flush()
                ends = [records[-1].offset for records in found.values()]
                connection.execute(_ADVANCE, [list(found), ends])
            for (region, _), rows in tx.appended.items():
                leases[REGIONS.index(region)].logs[FINDINGS.name].position = rows[-1].position
            stopwatch.done(len(messages))
    consumer.close()
    stopwatch.answer()


def _by_partition(messages: Sequence[Message]) -> dict[int, list[InputRecord]]:
    found: dict[int, list[InputRecord]] = defaultdict(list)
    for message in messages:
        found[message.partition() or 0].append(
            InputRecord(
                topic=TOPIC,
                offset=message.offset() or 0,
                key=None,
                value=(message.value() or b"")[FRAME_BYTES:],
            )
        )
    return dict(sorted(found.items()))


def _lease(partition: int) -> Lease:
    return Lease(
        stage=RadarStage.name,
        version=RadarStage.version,
        region=REGIONS[partition],
        partition=partition,
        epoch=0,
        sequence=0,
        inputs={},
        logs={FINDINGS.name: LogPosition(log=FINDINGS.name, incarnation=1, position=0, relayed=0)},
    )


def _never(record_name: str, _: Mapping[str, object]) -> None:
    raise AssertionError(f"a stage without clocks publishes no {record_name}")


if __name__ == "__main__":
    main()
