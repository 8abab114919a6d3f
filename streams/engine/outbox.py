"""Puts records back on inbound topics: misplaced ones on their region's partition, redriven ones.

A row is written in the unit's transaction and sent by the relay of the lease holder; it goes once
the broker has confirmed it.  So it is sent at least once, and admission's same-event check makes
it count once.  Two lease holders that both send it do no harm for the same reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import psycopg
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.engine import metrics
from streams.engine.database import Connection
from streams.engine.dead_letters import LETTER_HEADER, QUERIES
from streams.engine.lease import Lease
from streams.engine.sealed_record import RecordSeal, SealedRecord

RE_ROUTED_HEADER = "radar-re-routed"
"""On a record that was sent on to its region's partition: it is sent on only once."""

REDRIVEN = "redriven"
RE_ROUTED = "re_routed"
# With the largest body and envelope this is 20 MB in memory.
ROWS_MAX = 200
FLUSH_SECONDS_MAX = 15.0
# What librdkafka reports for a record that was not acknowledged in time.
NOT_DELIVERED = KafkaError._MSG_TIMED_OUT  # noqa: SLF001 - the public name of the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One record to put on a topic."""

    seq: int
    reason: str
    topic: str
    partition: int
    sealed: SealedRecord


class Outbox(Protocol):
    """What the relay asks of the outbox; every call may raise what `errors.classify` knows."""

    def waiting(self, lease: Lease) -> Sequence[Posted]:
        """Return the first rows of the lease's stage and region that were not confirmed yet."""
        ...

    def deliver(self, producer: Producer, rows: Sequence[Posted]) -> None:
        """Put rows of one topic on it, in order; raises KafkaException unless all are there."""
        ...

    def forget(self, rows: Sequence[Posted]) -> None:
        """Remove rows that the broker has confirmed."""
        ...

    def drop(self) -> None:
        """Throw the connection away."""
        ...


class PostgresOutbox:
    """The outbox in PostgreSQL, over one connection of its own that is made when needed."""

    def __init__(self, database_url: str, *, slot: str, dead_letter_key: bytes) -> None:
        self._database_url = database_url
        self._slot = slot
        self._seal = RecordSeal(dead_letter_key)
        self._connection: Connection | None = None

    def waiting(self, lease: Lease) -> Sequence[Posted]:
        """Return the first rows of the lease's stage and region; see `Outbox`."""
        place = {"stage": lease.stage, "region": lease.region, "rows_max": ROWS_MAX}
        return [
            Posted(
                seq=seq,
                reason=reason,
                topic=topic,
                partition=partition,
                sealed=SealedRecord(id=record_id, body=body, envelope=envelope),
            )
            for seq, record_id, reason, topic, partition, body, envelope in self._connect()
            .execute(QUERIES["waiting"], place)
            .fetchall()
        ]

    def deliver(self, producer: Producer, rows: Sequence[Posted]) -> None:
        """Put rows of one topic on it, in order; see `Outbox`."""
        errors: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                errors.append(error)

        for row in rows:
            record = self._seal.open(row.sealed)
            mark = (
                (LETTER_HEADER, str(row.sealed.id).encode())
                if row.reason == REDRIVEN
                else (RE_ROUTED_HEADER, b"1")
            )
            producer.produce(
                row.topic,
                key=record.key,
                value=record.value,
                partition=row.partition,
                headers=[*record.headers, mark],
                on_delivery=delivered,
            )
        left = producer.flush(FLUSH_SECONDS_MAX)
        if errors or left:
            raise KafkaException(errors[0] if errors else KafkaError(NOT_DELIVERED))

    def forget(self, rows: Sequence[Posted]) -> None:
        """Remove rows that the broker has confirmed."""
        self._connect().execute(QUERIES["forget_posted"], {"seqs": [row.seq for row in rows]})

    def drop(self) -> None:
        """Throw the connection away."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._database_url, autocommit=True, application_name=f"radar-{self._slot}"
            )
        return self._connection


def send_posted(outbox: Outbox, producer: Producer, lease: Lease) -> None:
    """Send all that waits for this lease, in order.

    Each topic's run is confirmed before the next: the broker's times, by which admission orders
    the topics of a unit, then follow the order of the rows.
    """
    while rows := outbox.waiting(lease):
        for _, run in groupby(rows, key=lambda row: row.topic):
            sent = list(run)
            outbox.deliver(producer, sent)
            outbox.forget(sent)
            for row in sent:
                metrics.OUTBOX.labels(stage=lease.stage, reason=row.reason).inc()
