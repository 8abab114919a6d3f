"""Waits until Radar has caught up, and reads what stands where, with plain SQL."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg
from confluent_kafka import Consumer, TopicPartition

from schemas.topics import INBOUND_TOPICS
from streams.engine.wire import HUB_SOURCE
from streams.household.stored import to_stored
from streams.radar.replay import replay
from streams.radar.rows import decode_row
from tests.soak.crew import Crew
from tests.soak.oracle import Observed
from tests.soak.sayings import REGIONS

DRAIN_SECONDS_MAX = 180.0
QUIET_POLLS = 5
QUIET_SECONDS = 0.2

BEHIND = """
select
  (select coalesce(sum(h.position - i.position), 0) from engine.log_head h
     join engine.input i using (region)
    where h.log = 'journal' and i.topic = 'vt.journal.v1')
  + (select coalesce(sum(h.position - i.position), 0) from engine.log_head h
       join engine.input i using (region)
      where h.log = 'findings' and i.topic = 'vt.findings.v1')
  + (select coalesce(sum(h.position - i.position), 0) from engine.log_head h
       join engine.input i using (region)
      where h.log = 'advice' and i.topic = 'vt.advice-log.v1')
  + (select coalesce(sum(position - relayed), 0) from engine.log_head)
  + (select count(*) from engine.outbox)
"""
READ = "select coalesce(sum(last_offset + 1), 0) from engine.input where topic like 'vt.in.%'"


def ends_of(bootstrap: str) -> dict[tuple[str, int], int]:
    """Return the next offset of every partition that senders may write."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "soak-oracle"})
    try:
        return {
            (topic, partition): consumer.get_watermark_offsets(
                TopicPartition(topic, partition), timeout=20
            )[1]
            for topic in INBOUND_TOPICS
            for partition in range(len(REGIONS))
        }
    finally:
        consumer.close()


def drain(crew: Crew, standstill_seconds: float) -> str | None:
    """Wait until everything was read, relayed and projected; return what is left, if anything.

    Nothing more is expected once nothing has moved for `standstill_seconds`.
    """
    deadline, moved_at = time.monotonic() + DRAIN_SECONDS_MAX, time.monotonic()
    quiet, left = 0, (-1, -1)
    while quiet < QUIET_POLLS:
        before, left = left, _left(crew)
        if left != before:
            moved_at = time.monotonic()
        if time.monotonic() > min(deadline, moved_at + standstill_seconds):
            return f"{left[0]} records unread, {left[1]} rows behind"
        quiet = quiet + 1 if left == (0, 0) else 0
        time.sleep(QUIET_SECONDS)
    return None


def _left(crew: Crew) -> tuple[int, int]:
    """Return how many records are unread and how many rows behind; -1 while nobody answers."""
    try:
        ends = sum(ends_of(crew.settings.bootstrap).values())
        return ends - int(_one(crew, READ)), int(_one(crew, BEHIND))
    except psycopg.OperationalError:
        return -1, -1


def observe(crew: Crew) -> Observed:
    """Read everything the oracle asks for."""
    ledger: dict[tuple[str, int, int], Any] = {}
    journal, timeline = defaultdict(list), defaultdict(list)
    with psycopg.connect(crew.settings.database) as connection:
        for region, topic, offset, outcome, source, event_id in connection.execute(
            'select region, topic, "offset", outcome, source, event_id from engine.ledger'
        ):
            key = None if event_id is None else (region, source, event_id)
            ledger[topic, REGIONS.index(region), offset] = (outcome, key)
        for region, source, event_id, households in connection.execute(
            "select region, source, event_id, households from engine.journal"
        ):
            journal[region, source, event_id].append(tuple(households))
        for region, source, event_id, household in connection.execute(
            "select region, source, event_id, household_id from projections.timeline"
        ):
            timeline[region, source, event_id].append(household)
        waiting = connection.execute(
            "select region, source, event_id from admission.event where state = 'pending'"
        ).fetchall()
        advice = Counter(
            (region, source, event_id)
            for region, source, event_id in connection.execute(
                "select region, source, event_id from engine.advice"
            )
        )
    return Observed(
        ends=ends_of(crew.settings.bootstrap),
        ledger=ledger,
        journal=journal,
        timeline=timeline,
        pending=frozenset((region, source, event_id) for region, source, event_id in waiting),
        advice=advice,
        hub_source=HUB_SOURCE,
    )


def differences_to_replay(crew: Crew) -> Iterator[str]:
    """Fold each journal anew; yield what of the radar's tables and log is not the same bytes.

    The pages must know the same findings as the log.
    """
    with psycopg.connect(crew.settings.database) as connection:
        said = connection.execute("select distinct region, finding_id from engine.findings")
        shown = connection.execute("select region, finding_id from projections.finding")
        if sorted(said.fetchall()) != sorted(shown.fetchall()):
            yield "the pages know other findings than the log"
        for region in REGIONS:
            rows = connection.execute(
                "select body from engine.journal where region = %s order by position", [region]
            )
            whole = replay(region, (decode_row(bytes(body)) for (body,) in rows))
            states = connection.execute(
                "select household_id, state from radar.household_state where region = %s", [region]
            ).fetchall()
            findings = connection.execute(
                "select body from engine.findings where region = %s order by position", [region]
            ).fetchall()
            pages = connection.execute(
                "select household_id, number, body from radar.household_page where region = %s",
                [region],
            ).fetchall()
            kept = {name: to_stored(one.state) for name, one in whole.households.items()}
            parts = {
                (name, at): body for name, one in kept.items() for at, body in one.pages.items()
            }
            if {name: bytes(state) for name, state in states} != {
                name: one.state for name, one in kept.items()
            } or {(name, at): bytes(body) for name, at, body in pages} != parts:
                yield f"{region}: states of households"
            if [bytes(body) for (body,) in findings] != [row.body for row in whole.findings]:
                yield f"{region}: finding log"


def _one(crew: Crew, statement: str) -> Any:
    with psycopg.connect(crew.settings.database, connect_timeout=2) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]
