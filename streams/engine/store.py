"""What the engine asks of its database, and the database itself.

Behind this line everything is SQL; in front of it the engine decides.  A second implementation
in memory (`tests/simulator`) lets thousands of schedules of crashes run against the same engine.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import psycopg

from streams.engine import quarantine
from streams.engine.database import QUERIES, Connection, one_row
from streams.engine.errors import StopError
from streams.engine.lease import InputPosition, Lease, LogPosition
from streams.engine.log_tables import LogTables, PostgresLogTables
from streams.engine.parking import CACHE_KEY, load
from streams.engine.stage import InputRecord, Stage
from streams.engine.transaction import UnitTransaction

# A head row is locked for one short transaction; a claim that waits longer has met a backend
# whose worker is frozen, possibly inside COPY, and would wait for ever.
BLOCKED_SECONDS_MAX = 2.0
# The engine's statements are prepared once and run with keys of the same shape for ever, so a
# plan per statement is enough; it is made anew now and then, see `refresh_plans`.
SESSION_OPTIONS = "-c plan_cache_mode=force_generic_plan -c jit=off"
# What is written so may be lost when the server crashes, up to a fraction of a second.
IMPATIENT_OPTIONS = f"{SESSION_OPTIONS} -c synchronous_commit=off"


class Store(Protocol):
    """The durable side of one worker; every call may raise what `errors.classify` knows."""

    def claim(
        self,
        stage: Stage,
        region: str,
        partition: int,
        topic_ids: Mapping[str, str],
        *,
        blamed: bool = False,
    ) -> Lease:
        """Raise the region's epoch and return the lease; a recreated topic is a StopError.

        `blamed`: the process before this one died by its own fault, see quarantine.py.
        """
        ...

    def set_marker(self, lease: Lease, record: InputRecord) -> int:
        """Commit that a record is taken in hand; return how many workers died of it."""
        ...

    def count_death(self, lease: Lease, record: InputRecord) -> int:
        """Commit that this worker ends because of a record; return how often it has by now."""
        ...

    def unit(self, stage: Stage) -> AbstractContextManager[UnitTransaction]:
        """Open the one transaction of a unit; it commits when the block ends without error."""
        ...

    def head(self, lease: Lease) -> tuple[int, int] | None:
        """Return (epoch, sequence) as committed."""
        ...

    def reload(self, lease: Lease) -> None:
        """Read offsets and log heads of the lease as committed."""
        ...

    def tables(self) -> LogTables:
        """Return the logs' tables, outside any transaction."""
        ...

    def note_relayed(self, lease: Lease, log: str, relayed: int, offset: int) -> None:
        """Store how far a log was relayed, and where on its topic that row lies.

        Refused silently when a newer epoch has stored.
        """
        ...

    def forget_progress(self, stage: Stage, regions: Sequence[str]) -> None:
        """Drop what says when positions were committed after the time topics are kept."""
        ...

    def refresh_plans(self) -> None:
        """Let statements be planned anew for tables that have grown since."""
        ...

    def drop(self) -> None:
        """Throw the connection away: after an error nothing about it is certain."""
        ...


class PostgresStore:
    """The store of a worker in PostgreSQL, over one connection that is made when needed.

    Not for several threads at once: the relay has a store of its own.  That one is not patient and
    does not wait for the disk: a relay position that is a little old only sends rows again.
    """

    def __init__(
        self,
        database_url: str,
        *,
        slot: str,
        dead_letter_key: bytes = b"",
        is_patient: bool = True,
    ) -> None:
        self._database_url = database_url
        self._options = SESSION_OPTIONS if is_patient else IMPATIENT_OPTIONS
        self._slot = slot
        self._dead_letter_key = dead_letter_key
        self._connection: Connection | None = None
        self._has_settled = False

    def claim(
        self,
        stage: Stage,
        region: str,
        partition: int,
        topic_ids: Mapping[str, str],
        *,
        blamed: bool = False,
    ) -> Lease:
        """Raise the epoch, ending the backends that block it; see `Store`."""
        connection = self._connect()
        place = {"stage": stage.name, "version": stage.version, "region": region}
        with connection.transaction():
            epoch, sequence = self._claim_head(connection, place)
            rows = connection.execute(
                QUERIES["claim_inputs"],
                {**place, "topics": list(topic_ids), "topic_ids": list(topic_ids.values())},
            ).fetchall()
            logs = {log.name: _claim_log(connection, log.name, region) for log in stage.logs}
            lease = Lease(
                stage=stage.name,
                version=stage.version,
                region=region,
                partition=partition,
                epoch=epoch,
                sequence=sequence,
                inputs={row[0]: _input(row) for row in rows if row[0] in topic_ids},
                logs=logs,
            )
            if not self._has_settled:
                quarantine.close_markers(connection, stage, worker=self._slot, blamed=blamed)
            quarantine.read_markers(connection, lease, blamed=blamed)
        self._has_settled = True
        for topic, at in lease.inputs.items():
            if at.topic_id != topic_ids[topic]:
                raise StopError(
                    f"topic {topic} was deleted and made again since this stage read it "
                    f"(region {region}); restore the topic, or see the runbook 'recreated topic'"
                )
        lease.cache[CACHE_KEY] = load(connection, lease)
        return lease

    def set_marker(self, lease: Lease, record: InputRecord) -> int:
        """Commit that a record is taken in hand; see `Store`."""
        return quarantine.set_marker(self._connect(), lease, record)

    def count_death(self, lease: Lease, record: InputRecord) -> int:
        """Commit that this worker ends because of a record; see `Store`."""
        return quarantine.count_death(self._connect(), lease, record)

    @contextmanager
    def unit(self, stage: Stage) -> Iterator[UnitTransaction]:
        """Open the one transaction of a unit; see `Store`."""
        connection = self._connect()
        with connection.transaction():
            yield UnitTransaction(connection, stage, self._dead_letter_key)

    def head(self, lease: Lease) -> tuple[int, int] | None:
        """Return (epoch, sequence) as committed."""
        row = self._connect().execute(QUERIES["read_lease"], _place(lease)).fetchone()
        return None if row is None else (row[0], row[1])

    def reload(self, lease: Lease) -> None:
        """Read offsets and log heads of the lease as committed."""
        connection = self._connect()
        rows = connection.execute(QUERIES["read_inputs"], _place(lease)).fetchall()
        for topic, offset, incarnation, position in rows:
            at = lease.inputs[topic]
            at.offset, at.incarnation, at.position = offset, incarnation, position
        for name, head in lease.logs.items():
            row = one_row(connection, "read_log_head", {"log": name, "region": lease.region})
            head.incarnation, head.position = row

    def tables(self) -> LogTables:
        """Return the logs' tables, outside any transaction."""
        return PostgresLogTables(self._connect())

    def note_relayed(self, lease: Lease, log: str, relayed: int, offset: int) -> None:
        """Store how far a log was relayed; see `Store`."""
        place = {"log": log, "region": lease.region, "epoch": lease.epoch}
        told = {**place, "relayed": relayed, "offset": offset}
        self._connect().execute(QUERIES["store_relayed"], told)

    def forget_progress(self, stage: Stage, regions: Sequence[str]) -> None:
        """Drop what says when positions were committed after the time topics are kept."""
        place = {"stage": stage.name, "regions": list(regions)}
        self._connect().execute(QUERIES["forget_progress"], place)

    def refresh_plans(self) -> None:
        """Drop cached plans: one made on an almost empty table reads all of it, for ever."""
        self._connect().execute(QUERIES["discard_plans"], prepare=False)

    def drop(self) -> None:
        """Throw the connection away."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._database_url,
                autocommit=True,
                application_name=f"radar-{self._slot}",
                options=self._options,
            )
        return self._connection

    def _claim_head(self, connection: Connection, place: Mapping[str, Any]) -> tuple[int, int]:
        with self._freeing_what_blocks(connection):
            row = one_row(connection, "claim_head", {**place, "worker": self._slot})
        return row[0], row[1]

    @contextmanager
    def _freeing_what_blocks(self, connection: Connection) -> Iterator[None]:
        done = threading.Event()
        watcher = threading.Thread(
            target=_free_blocked_head,
            args=(self._database_url, connection.info.backend_pid, done),
            daemon=True,
        )
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


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


def _claim_log(connection: Connection, log: str, region: str) -> LogPosition:
    row = one_row(connection, "claim_log", {"log": log, "region": region})
    return LogPosition(
        log=log, incarnation=row[0], position=row[1], relayed=row[2], relayed_offset=row[3]
    )


def _input(row: tuple[Any, ...]) -> InputPosition:
    topic, topic_id, offset, incarnation, position = row
    return InputPosition(
        topic=topic,
        topic_id=topic_id,
        offset=offset,
        incarnation=incarnation,
        position=position,
        fetched=offset,
    )


def _place(lease: Lease) -> Mapping[str, Any]:
    return {"stage": lease.stage, "version": lease.version, "region": lease.region}
