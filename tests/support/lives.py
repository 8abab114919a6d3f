"""A hub's lives on real servers: admission runs, its database is copied, the copy takes over."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from schemas.topics import INBOUND_TOPICS
from streams.engine.broker import KafkaBroker
from streams.engine.log import ADVICE, JOURNAL, Log
from streams.engine.log_reader import INCARNATION_HEADER, POSITION_HEADER
from streams.engine.relay import Relay, relay_producer
from streams.engine.stage import Batch, InputRecord
from streams.engine.store import PostgresStore
from streams.engine.unit import Unit
from streams.engine.worker import Worker
from tests.support.admission import REGIONS, AdmissionRoad
from tests.support.databases import database_name, fresh_database
from tests.support.road import eventually

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

FRAME = b"\x00\x00\x00\x00\x01"
FRAMES = dict.fromkeys((JOURNAL.record_name, ADVICE.record_name), FRAME)
PARTITION = 0
Row = tuple[int, int, bytes, bytes]
"""Position, incarnation, key and body of a log row."""


@dataclass(kw_only=True)
class Life:
    """A worker of one admission stage on one database; its relay sends when it is told to.

    Lives may share a broker: a client's first read of a topic that it does not know takes a second.
    """

    stack: Endpoints
    road: AdmissionRoad
    broker: KafkaBroker
    stage: str = "admission"
    worker: Worker = field(init=False)
    relay: Relay = field(init=False)
    stores: list[PostgresStore] = field(default_factory=list)

    def __post_init__(self) -> None:
        key = self.road.keys.dead_letter
        self.stores = [
            PostgresStore(self.road.database, slot=slot, dead_letter_key=key)
            for slot in ("life", "life-relay")
        ]
        store, relay_store = self.stores
        producer = relay_producer(self.stack.kafka_bootstrap, "life-relay")
        self.relay = Relay(store=relay_store, producer=producer, frames=FRAMES)
        stage = self.road.stages[self.stage]
        self.worker = Worker(
            stage=stage,
            store=store,
            broker=self.broker,
            relay=self.relay,
            regions=REGIONS,
            slot="life",
        )

    @property
    def log(self) -> Log:
        """Return the log that the stage appends to."""
        return self.worker.stage.logs[0]

    def claim(self) -> Life:
        """Claim the region, as a worker does after its start."""
        self.worker.claim({(topic, PARTITION) for topic in self.worker.stage.topics})
        return self

    def read(self) -> None:
        """Apply everything that the inbound topics hold by now, as one unit."""
        bounds = self.broker.bounds(self.worker.leases)
        records: list[InputRecord] = []
        for (topic, partition), lease in self.worker.leases.items():
            first, end = lease.inputs[topic].offset + 1, bounds[topic, partition][1]
            if first < end:
                records += self.broker.read(topic, partition, first, end - 1)
        if records:
            (lease,) = {id(lease): lease for lease in self.worker.leases.values()}.values()
            self.worker.apply(Unit(batches=[Batch(lease=lease, records=records)]))

    def send_rows(self) -> None:
        """Let the relay bring all committed rows to the topic."""
        assert self.relay.step(last=True)

    def rows(self) -> list[Row]:
        """Return the log's rows by position."""
        columns = "position, incarnation, key, body"
        found = self.query(f"select {columns} from {self.log.table} order by position")
        return [
            (position, number, bytes(key), bytes(body)) for position, number, key, body in found
        ]

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Read something from the tables."""
        return self.road.query(statement, *values)

    def end(self) -> None:
        """End as a killed process does: nothing more is written, every connection is gone."""
        for store in self.stores:
            store.drop()
        self.road.connection.close()


def open_life(database: str, before: Life, stage: str) -> Life:
    """Return a life on another database, with the keys and the broker of one before."""
    again = AdmissionRoad(database=database, keys=before.road.keys)
    return Life(stack=before.stack, road=again, broker=before.broker, stage=stage)


def backup_of(stack: Endpoints, life: Life) -> str:
    """Copy a life's database, as a backup of a stopped server does; return where it is."""
    for store in life.stores:
        store.drop()
    life.road.connection.close()
    url = fresh_database(stack, database_name(life.road.database))
    life.road.connection = psycopg.connect(life.road.database)
    return url


def publish(stack: Endpoints, records: Sequence[InputRecord]) -> None:
    """Put records on their topics in their order, each a millisecond after the one before."""
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap})
    now = int(time.time() * 1000)
    for record in records:
        producer.produce(
            record.topic,
            record.value,
            partition=PARTITION,
            headers=list(record.headers),
            timestamp=now + record.timestamp_ms,
        )
    assert producer.flush(20) == 0


def publish_row(stack: Endpoints, log: Log, row: Row) -> None:
    """Put one log row on its topic, as the relay does."""
    position, incarnation, key, body = row
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap})
    headers = [(POSITION_HEADER, str(position)), (INCARNATION_HEADER, str(incarnation))]
    producer.produce(log.topic, FRAME + body, key, partition=PARTITION, headers=list(headers))
    assert producer.flush(20) == 0


@contextmanager
def admission_topics(stack: Endpoints) -> Iterator[AdminClient]:
    """Make the topics that admission reads and writes, empty; remove them afterwards."""
    admin = AdminClient({"bootstrap.servers": stack.kafka_bootstrap})
    names = [*INBOUND_TOPICS, JOURNAL.topic, ADVICE.topic]
    made = [NewTopic(name, len(REGIONS), 1) for name in names]
    _remove(admin, names)
    for future in admin.create_topics(made).values():
        future.result(20)
    try:
        yield admin
    finally:
        _remove(admin, names)


def _remove(admin: AdminClient, names: Sequence[str]) -> None:
    """Remove topics, also those that tests of other folders left behind."""

    def present() -> list[str]:
        return [name for name in admin.list_topics(timeout=10).topics if name in names]

    for future in admin.delete_topics(present()).values() if present() else ():
        future.result(20)
    eventually(lambda: not present(), "the topics are gone")
