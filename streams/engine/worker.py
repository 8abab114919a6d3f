"""The engine's core: claims regions, writes units, retries; it knows no Faust.

Its shell calls `claim` after every assignment, `apply` for every poll and `tick` about once a
second, all from one thread at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
import structlog

from schemas.regions import Regions
from streams.engine import metrics
from streams.engine.broker import Broker
from streams.engine.claims import LOG_TOPICS, Claim, claim_region
from streams.engine.errors import ErrorKind, Fenced, StopError, classify
from streams.engine.lease import Lease
from streams.engine.log_reader import GAP_ROWS_MAX, LOG_BY_TOPIC, head_of, read_table
from streams.engine.relay import Relay, RelayRow
from streams.engine.stage import Batch, Stage
from streams.engine.transaction import QUERIES, Connection, UnitTransaction, one_row
from streams.engine.unit import Unit, ends_of, readable

logger = structlog.get_logger()

RETRY_DELAY_SECONDS_MIN = 0.1
RETRY_DELAY_SECONDS_MAX = 5.0
# A log topic that stays behind its table this long is read from the table instead.
TABLE_READ_AFTER_SECONDS = 3.0
FORGET_EVERY_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What a worker needs beside its stage; `slot` is stable over restarts of one worker."""

    slot: str
    database_url: str
    bootstrap: str
    dead_letter_key: bytes = field(repr=False)
    frames: Mapping[str, bytes]


class Worker:
    """Writes the units of one stage for the regions it holds."""

    def __init__(self, *, stage: Stage, settings: WorkerSettings, regions: Regions) -> None:
        self.stage = stage
        self.leases: dict[tuple[str, int], Lease] = {}
        self.problems: dict[str, str] = {"start": "no regions claimed yet"}
        self._settings = settings
        self._regions = regions
        client = f"radar-{settings.slot}"
        self._broker = Broker(settings.bootstrap, client)
        self._relay = Relay(
            bootstrap=settings.bootstrap,
            client_id=f"{client}-relay",
            database_url=settings.database_url,
            frames=settings.frames,
        )
        self._relay.start()
        self._connection: Connection | None = None
        self._stopping = threading.Event()
        self._progress_at = time.monotonic()
        self._forgot_at = time.monotonic()
        self._behind_since: dict[tuple[str, int], float] = {}

    @property
    def slot(self) -> str:
        """Name of this worker that stays the same over restarts."""
        return self._settings.slot

    def claim(self, assigned: set[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        """Claim every region of which all topics are assigned; return the next offsets.

        A region of which only some topics are here is left alone: two workers that each hold a
        part of it would both write.  Blocks, with backoff, while broker or database are away.
        """
        self.release()
        self.problems = {}
        partitions = {partition for _, partition in assigned}
        following: dict[tuple[str, int], int] = {}
        claim = Claim(
            stage=self.stage, worker=self._settings.slot, database_url=self._settings.database_url
        )
        for partition in sorted(partitions):
            region = self._regions.code(partition)
            missing = [t for t in self.stage.topics if (t, partition) not in assigned]
            if missing:
                self.problems[f"region {region}"] = (
                    f"this worker holds only part of it; not assigned: {', '.join(missing)}"
                )
                continue
            claimed = self._claim_until_answered(claim, region, partition)
            if claimed is None:
                return {}
            lease, offsets = claimed
            for topic, offset in offsets.items():
                self.leases[topic, partition] = lease
                following[topic, partition] = offset
        self.problems.pop("claim", None)
        held = self._held()
        self._relay.follow(held)
        metrics.LEASES.labels(stage=self.stage.name).set(len(held))
        logger.info("regions_claimed", stage=self.stage.name, regions=[h.region for h in held])
        return following

    def release(self) -> None:
        """Forget all leases; whatever is queued or in flight for them is now stale."""
        self.leases = {}
        self._relay.follow([])
        metrics.LEASES.labels(stage=self.stage.name).set(0)

    def stop(self) -> None:
        """End waiting retries, send what is committed, close; the leases are gone."""
        self._stopping.set()
        self._relay.stop()
        self.leases = {}
        if self._connection is not None:
            self._connection.close()

    def holds(self, unit: Unit) -> bool:
        """Say whether every lease of the unit is still this worker's newest."""
        mine = {id(lease) for lease in self.leases.values()}
        return all(id(batch.lease) in mine for batch in unit.batches)

    def apply(self, unit: Unit) -> None:
        """Write a unit, for as long as it takes; returns when it is committed or stale.

        Raises Fenced when another worker has the region, StopError or the stage's own error
        when going on would lose or double something: the process must end then.
        """
        delay = RETRY_DELAY_SECONDS_MIN
        while not unit.done:
            if self._relay.failure is not None:
                raise StopError("the relay of this worker died") from self._relay.failure
            if not self.holds(unit) or self._stopping.is_set():
                return
            try:
                self._commit(unit)
                self.problems.pop("retry", None)
            except Exception as error:  # noqa: BLE001 - classified there, re-raised unless known
                if self._after_error(unit, error):
                    return
                self._stopping.wait(delay)
                delay = min(delay * 2, RETRY_DELAY_SECONDS_MAX)

    def tick(self, highwaters: Mapping[tuple[str, int], int]) -> None:
        """Do what is due without input: the stage's timer, lag, rows a topic does not bring."""
        if self._relay.failure is not None:
            raise StopError("the relay of this worker died") from self._relay.failure
        if self._relay.healthy:
            self.problems.pop("relay", None)
        else:
            self.problems["relay"] = "the broker does not take log rows now"
        self._measure(highwaters)
        held = self._held()
        if not held:
            return
        try:
            self.stage.on_timer(held)
            self._read_behind_table(held)
            self._forget_progress(held)
        except Exception as error:
            if classify(error) is not ErrorKind.TRANSIENT:
                raise
            self._disconnect()
            logger.warning("timer_retry", stage=self.stage.name, error=type(error).__name__)

    def _held(self) -> list[Lease]:
        return list({id(lease): lease for lease in self.leases.values()}.values())

    def _commit(self, unit: Unit) -> None:
        started = time.monotonic()
        connection = self._connect()
        with connection.transaction():
            self._fence(connection, unit)
            tx = UnitTransaction(connection, self.stage.name, self._settings.dead_letter_key)
            batches = [readable(connection, batch) for batch in unit.batches]
            if any(batch.records for batch in batches):
                self.stage.handle(batches, tx)
            tx.flush()
            self._advance_inputs(connection, unit, batches)
        self._adopt(unit, batches, tx)
        metrics.UNIT_SECONDS.labels(stage=self.stage.name).observe(time.monotonic() - started)

    def _fence(self, connection: Connection, unit: Unit) -> None:
        leases = [batch.lease for batch in unit.batches]
        cursor = connection.execute(
            QUERIES["fence"],
            {
                "stage": self.stage.name,
                "version": self.stage.version,
                "regions": [lease.region for lease in leases],
                "epochs": [lease.epoch for lease in leases],
                "sequences": [lease.sequence for lease in leases],
            },
        )
        if cursor.rowcount != len(leases):
            metrics.FENCED.labels(stage=self.stage.name).inc()
            raise Fenced(f"{cursor.rowcount} of {len(leases)} regions are still held")

    def _advance_inputs(self, connection: Connection, unit: Unit, batches: Sequence[Batch]) -> None:
        rows = [
            (batch.lease.region, topic, *place)
            for batch, seen in zip(unit.batches, batches, strict=True)
            for topic, place in ends_of(batch, seen).items()
        ]
        columns = [list(column) for column in zip(*rows, strict=True)]
        names = ("regions", "topics", "offsets", "incarnations", "positions", "record_ms")
        place = {"stage": self.stage.name, "version": self.stage.version}
        values = {**place, **dict(zip(names, columns, strict=True))}
        connection.execute(QUERIES["advance_inputs"], values)
        if LOG_TOPICS & {row[1] for row in rows}:
            connection.execute(QUERIES["note_progress"], values)

    def _adopt(self, unit: Unit, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        """Move the leases to what was just committed, and hand new log rows to the relay."""
        for batch, seen in zip(unit.batches, batches, strict=True):
            lease = batch.lease
            lease.sequence += 1
            for topic, (offset, incarnation, position, _) in ends_of(batch, seen).items():
                at = lease.inputs[topic]
                at.offset, at.incarnation, at.position = offset, incarnation, position
                at.fetched = max(at.fetched, offset)
                count = sum(record.topic == topic for record in seen.records)
                metrics.RECORDS.labels(stage=self.stage.name, topic=topic).inc(count)
            for name, head in lease.logs.items():
                rows = tx.appended.get((lease.region, name), [])
                if rows:
                    head.position = rows[-1].position
                    self._relay.offer(
                        lease,
                        name,
                        [RelayRow(r.position, head.incarnation, r.key, r.body) for r in rows],
                    )
        for outcome, count in tx.outcomes.items():
            metrics.OUTCOMES.labels(stage=self.stage.name, outcome=outcome.value).inc(count)
        self._progress_at = time.monotonic()
        unit.done = True

    def _after_error(self, unit: Unit, error: Exception) -> bool:
        """Decide after a failed commit: True when the unit is settled, False to try again."""
        for batch in unit.batches:
            batch.lease.cache.clear()
        kind = classify(error)
        self._disconnect()
        if len(unit.batches) > 1 and kind is not ErrorKind.TRANSIENT:
            for batch in unit.batches:
                self.apply(Unit(batches=[batch]))
            unit.done = True
            return True
        if kind is not ErrorKind.TRANSIENT:
            raise error
        metrics.RETRIES.labels(stage=self.stage.name).inc()
        reason = f"{type(error).__name__}: the same unit is tried again"
        self.problems["retry"] = reason
        logger.warning("unit_retry", stage=self.stage.name, error=type(error).__name__)
        try:
            unit.done = self._was_committed(unit)
        except psycopg.OperationalError:
            # The database is still away: nothing is known, so nothing is decided.
            self._disconnect()
        return unit.done

    def _was_committed(self, unit: Unit) -> bool:
        """Read the heads after an error: a COMMIT whose answer was lost may have succeeded."""
        connection = self._connect()
        committed = []
        for batch in unit.batches:
            lease = batch.lease
            place = {"stage": lease.stage, "version": lease.version, "region": lease.region}
            row = connection.execute(QUERIES["read_lease"], place).fetchone()
            if row is None or row[0] != lease.epoch:
                raise Fenced(f"region {lease.region} was claimed by another worker")
            committed.append(row[1] == lease.sequence + 1)
        if not all(committed):
            return False
        for batch in unit.batches:
            self._reload(connection, batch.lease)
        return True

    def _reload(self, connection: Connection, lease: Lease) -> None:
        place = {"stage": lease.stage, "version": lease.version, "region": lease.region}
        lease.sequence += 1
        for topic, offset, incarnation, position in connection.execute(
            QUERIES["read_inputs"], place
        ).fetchall():
            at = lease.inputs[topic]
            at.offset, at.incarnation, at.position = offset, incarnation, position
        for name, head in lease.logs.items():
            row = one_row(connection, "read_log_head", {"log": name, "region": lease.region})
            head.incarnation, head.position = row
            self._relay.catch_up(lease, name, head.position)

    def _read_behind_table(self, held: Sequence[Lease]) -> None:
        """Read a log's table when its topic does not bring what the table has."""
        if time.monotonic() - self._progress_at < TABLE_READ_AFTER_SECONDS:
            return
        self._progress_at = time.monotonic()
        connection = self._connect()
        for lease in held:
            for topic, at in lease.inputs.items():
                if topic not in LOG_TOPICS:
                    continue
                log = LOG_BY_TOPIC[topic]
                head = min(head_of(connection, log, lease.region), at.position + GAP_ROWS_MAX)
                if head > at.position:
                    rows = read_table(
                        connection, log, lease.region, at.position + 1, head, offset=at.offset
                    )
                    self.apply(Unit(batches=[Batch(lease=lease, records=rows)]))

    def _forget_progress(self, held: Sequence[Lease]) -> None:
        """Drop what says when positions were committed after the time topics are kept."""
        if time.monotonic() - self._forgot_at < FORGET_EVERY_SECONDS:
            return
        self._forgot_at = time.monotonic()
        regions = [lease.region for lease in held]
        place = {"stage": self.stage.name, "regions": regions}
        self._connect().execute(QUERIES["forget_progress"], place)

    def _measure(self, highwaters: Mapping[tuple[str, int], int]) -> None:
        now = time.monotonic()
        for (topic, partition), lease in self.leases.items():
            at = lease.inputs[topic]
            behind = max(0, highwaters.get((topic, partition), 0) - 1 - at.offset)
            since = self._behind_since.setdefault((topic, partition), now)
            if behind == 0:
                since = self._behind_since[topic, partition] = now
            labels = {"stage": self.stage.name, "topic": topic, "region": lease.region}
            metrics.LAG_RECORDS.labels(**labels).set(behind)
            metrics.LAG_SECONDS.labels(**labels).set(round(now - since, 3))

    def _claim_until_answered(
        self, claim: Claim, region: str, partition: int
    ) -> tuple[Lease, Mapping[str, int]] | None:
        """Claim one region, waiting while broker or database are away; None when stopping."""
        delay = RETRY_DELAY_SECONDS_MIN
        while not self._stopping.is_set():
            try:
                return claim_region(claim, self._connect(), self._broker, region, partition)
            except Exception as error:
                if classify(error) is not ErrorKind.TRANSIENT:
                    raise
                self._disconnect()
                self.problems["claim"] = f"{type(error).__name__}: waiting to claim regions"
                logger.warning("claim_retry", stage=claim.stage.name, error=type(error).__name__)
                self._stopping.wait(delay)
                delay = min(delay * 2, RETRY_DELAY_SECONDS_MAX)
        return None

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._settings.database_url,
                autocommit=True,
                application_name=f"radar-{self._settings.slot}",
            )
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
