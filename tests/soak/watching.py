"""Watches how far the stages are: whether something was on its way, and when work goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

import psycopg
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from schemas.topics import INBOUND_TOPICS
from tests.soak.sayings import REGIONS

GLANCE_SECONDS = 0.1
# A server that has just been hit does not answer; whoever asks then knows enough.
ANSWER_SECONDS_MAX = 1.0

HEADS = "select stage, region, sequence from engine.head"
READ = """
select topic, region, last_offset + 1 from engine.input
 where stage = %s and topic like 'vt.in.%%'
"""
BEHIND = """
select coalesce(sum(h.position - i.position), 0) from engine.log_head h
  join engine.input i using (region)
 where h.log = 'journal' and i.topic = 'vt.journal.v1' and i.stage = %s
"""

Sequences = Mapping[tuple[str, str], int]


class Heads:
    """Reads every stage's sequence per region ten times a second, over one connection."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._changed = threading.Condition()
        self._asked_at = self._told_at = 0.0
        self._sequences: Sequences = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heads", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join()

    def seconds_until_work(
        self, stages: Sequence[str], since: float, seconds_max: float, *, in_every_region: bool
    ) -> float | None:
        """Return how long after a moment these stages had committed again; None when they had not.

        What was committed before the moment does not count: the first reading that began after it
        is where counting starts.
        """
        base: Sequences | None = None
        deadline = time.monotonic() + seconds_max
        with self._changed:
            while time.monotonic() < deadline:
                self._changed.wait(GLANCE_SECONDS * 2)
                if self._asked_at <= since:
                    continue
                if base is None:
                    base = self._sequences
                    continue
                moved = [
                    sequence > base.get(at, 0)
                    for at, sequence in self._sequences.items()
                    if at[0] in stages
                ]
                if moved and (all(moved) if in_every_region else any(moved)):
                    return self._told_at - since
        return None

    def _run(self) -> None:
        connection: psycopg.Connection | None = None
        while not self._closing.wait(GLANCE_SECONDS):
            asked_at = time.monotonic()
            try:
                if connection is None or connection.closed:
                    connection = psycopg.connect(
                        self._database_url, autocommit=True, connect_timeout=2
                    )
                rows = connection.execute(HEADS).fetchall()
            except psycopg.OperationalError:
                connection = None
                continue
            with self._changed:
                self._asked_at, self._told_at = asked_at, time.monotonic()
                self._sequences = {(stage, region): number for stage, region, number in rows}
                self._changed.notify_all()
        if connection is not None:
            connection.close()


class OnTheWay:
    """Says whether a stage has something before it that it has not committed yet."""

    def __init__(self, database_url: str, bootstrap: str) -> None:
        self._database_url = database_url
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})

    def is_before(self, stage: str) -> bool:
        """Look once; a server that does not answer leaves everything on its way."""
        if stage in {"admission", "advice"}:
            return self._unread(stage)
        try:
            with psycopg.connect(self._database_url, connect_timeout=2) as connection:
                row = connection.execute(BEHIND, [stage]).fetchone()
        except psycopg.OperationalError:
            return True
        assert row is not None
        return int(row[0]) > 0

    def _unread(self, stage: str) -> bool:
        """Ask the broker first: what is read meanwhile is then no longer on its way."""
        places = {
            TopicPartition(topic, partition): OffsetSpec.latest()  # type: ignore[no-untyped-call]
            for topic in INBOUND_TOPICS
            for partition in range(len(REGIONS))
        }
        try:
            asked = self._admin.list_offsets(places, request_timeout=ANSWER_SECONDS_MAX)
            ends = {
                (at.topic, REGIONS[at.partition]): found.result(ANSWER_SECONDS_MAX).offset
                for at, found in asked.items()
            }
            with psycopg.connect(self._database_url, connect_timeout=2) as connection:
                read = connection.execute(READ, [stage]).fetchall()
        except (KafkaException, psycopg.OperationalError, TimeoutError):
            return True
        return any(ends[topic, region] > following for topic, region, following in read)
