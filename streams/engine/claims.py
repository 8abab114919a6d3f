"""Claiming regions: raise the epoch, check the topics, say where to read on."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from streams.engine.broker import Broker
from streams.engine.errors import StopError
from streams.engine.lease import InputPosition, Lease, LogPosition
from streams.engine.log import LOGS
from streams.engine.stage import Stage
from streams.engine.transaction import QUERIES, Connection, one_row

# A head row is locked for one short transaction; a claim that waits longer has met a backend
# whose worker is frozen, possibly inside COPY, and would wait for ever.
BLOCKED_SECONDS_MAX = 2.0
LOG_TOPICS = frozenset(log.topic for log in LOGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who claims, and for which stage."""

    stage: Stage
    worker: str
    database_url: str


def claim_region(
    claim: Claim, connection: Connection, broker: Broker, region: str, partition: int
) -> tuple[Lease, Mapping[str, int]]:
    """Take over a region and return its lease and the next offset of each topic.

    Raises StopError when a topic was recreated, or when the log has lost what was not read.
    """
    stage = claim.stage
    ids = broker.topic_ids(stage.topics)
    place = {"stage": stage.name, "version": stage.version, "region": region}
    with connection.transaction():
        epoch, sequence = _claim_head(claim, connection, place)
        rows = connection.execute(
            QUERIES["claim_inputs"],
            {**place, "topics": list(ids), "topic_ids": list(ids.values())},
        ).fetchall()
        logs = {}
        for log in stage.logs:
            head = one_row(connection, "claim_log", {"log": log.name, "region": region})
            logs[log.name] = LogPosition(
                log=log.name, incarnation=head[0], position=head[1], relayed=head[2]
            )
    inputs = {}
    for topic, topic_id, offset, incarnation, position in rows:
        if topic not in ids:
            continue
        if topic_id != ids[topic]:
            raise StopError(
                f"topic {topic} was deleted and made again since this stage read it "
                f"(region {region}); restore the topic, or see the runbook 'recreated topic'"
            )
        inputs[topic] = InputPosition(
            topic=topic,
            topic_id=topic_id,
            offset=offset,
            incarnation=incarnation,
            position=position,
            fetched=offset,
        )
    lease = Lease(
        stage=stage.name,
        version=stage.version,
        region=region,
        partition=partition,
        epoch=epoch,
        sequence=sequence,
        inputs=inputs,
        logs=logs,
    )
    return lease, _next_offsets(lease, broker)


def _next_offsets(lease: Lease, broker: Broker) -> Mapping[str, int]:
    bounds = broker.bounds((topic, lease.partition) for topic in lease.inputs)
    following = {}
    for topic, at in lease.inputs.items():
        start, end = bounds[topic, lease.partition]
        wanted = at.offset + 1
        if wanted > end:
            raise StopError(
                f"{topic}, region {lease.region}: offset {wanted} is wanted but the log ends at "
                f"{end}; the broker has lost records that were read"
            )
        if wanted < start and topic not in LOG_TOPICS:
            raise StopError(
                f"{topic}, region {lease.region}: offsets {wanted} to {start - 1} have expired "
                "unread; restore them from the senders before going on"
            )
        # A log topic may have expired: its table fills the gap (log_reader.py).
        following[topic] = max(wanted, start)
        at.fetched = following[topic] - 1
    return following


def _claim_head(claim: Claim, connection: Connection, place: Mapping[str, Any]) -> tuple[int, int]:
    """Raise the epoch; when the row stays locked, end the backends that lock it."""
    waiting = connection.info.backend_pid
    done = threading.Event()
    watcher = threading.Thread(
        target=_free_blocked_head, args=(claim.database_url, waiting, done), daemon=True
    )
    watcher.start()
    try:
        row = one_row(connection, "claim_head", {**place, "worker": claim.worker})
    finally:
        done.set()
        watcher.join()
    return row[0], row[1]


def _free_blocked_head(database_url: str, waiting: int, done: threading.Event) -> None:
    if done.wait(BLOCKED_SECONDS_MAX):
        return
    with psycopg.connect(database_url, autocommit=True) as connection:
        while not done.wait(0.1):
            blocking: Sequence[Any] = connection.execute(
                QUERIES["blocking_backends"], {"waiting": waiting}
            ).fetchall()
            for (pid,) in blocking:
                connection.execute(QUERIES["terminate_backend"], {"pid": pid})
