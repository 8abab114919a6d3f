"""The engine's core: claims regions, writes units, retries; it knows no Faust.

Its shell calls `claim` after every assignment, `apply` for every poll and `tick` about once a
second, all from one thread at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import structlog

from schemas.regions import Regions
from streams.engine import metrics, quarantine
from streams.engine.broker import Broker
from streams.engine.claims import claim_region
from streams.engine.crash_points import reach
from streams.engine.errors import ErrorKind, Fenced, StopError, classify
from streams.engine.gauges import LeaseGauges
from streams.engine.housekeeping import Housekeeping
from streams.engine.lease import Lease
from streams.engine.liveness import NOWHERE, Offsets, Pulse
from streams.engine.log import LOG_TOPICS
from streams.engine.log_reader import not_brought
from streams.engine.parking import announce, failure_of, may_park
from streams.engine.relay import Relay, RelayRow
from streams.engine.stage import Batch, Stage
from streams.engine.store import Store
from streams.engine.transaction import UnitTransaction
from streams.engine.unit import RowError, Unit, ends_of, readable

logger = structlog.get_logger()

RETRY_DELAY_SECONDS_MIN = 0.1
RETRY_DELAY_SECONDS_MAX = 2.0
# A log topic that stays behind its table this long is read from the table instead.
TABLE_READ_AFTER_SECONDS = 3.0


class Worker:
    """Writes the units of one stage for the regions it holds.

    `blamed` says that its former process died by its own fault (quarantine.py); `clock` counts
    seconds and `pause` waits for some, so that a simulation needs neither.
    """

    def __init__(
        self,
        *,
        stage: Stage,
        store: Store,
        broker: Broker,
        relay: Relay,
        regions: Regions,
        slot: str,
        blamed: bool = False,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self.stage = stage
        self.slot = slot
        self.leases: dict[tuple[str, int], Lease] = {}
        self.problems: dict[str, str] = {"start": "no regions claimed yet"}
        self._store = store
        self._broker = broker
        self._relay = relay
        self._regions = regions
        # What killed the former process was on its way when a region is first claimed, not later.
        self._not_blamed_for: set[str] = set() if blamed else {region.code for region in regions}
        self._stopping = threading.Event()
        self._pause = self._stopping.wait if pause is None else pause
        self._clock = clock
        self.pulse = Pulse(clock)
        self._progress_at = clock()
        self._housekeeping = Housekeeping(stage, self._progress_at)
        self._gauges = LeaseGauges(stage.name)

    @property
    def reads_logs(self) -> bool:
        """Say whether all input comes from logs, so that nobody waits for a unit's outcome."""
        return LOG_TOPICS.issuperset(self.stage.topics)

    def claim(
        self, assigned: set[tuple[str, int]], is_wanted: Callable[[], bool] = lambda: True
    ) -> Offsets:
        """Claim every region of which all topics are assigned; return the next offsets.

        A region of which only some topics are here is left alone: two workers that each hold a
        part of it would both write.  Blocks, with backoff, while broker or database are away;
        gives up when it is not wanted any more, else it would rob whoever was assigned since.
        """
        self.release()
        self.problems = {}
        following: dict[tuple[str, int], int] = {}
        for partition in sorted({partition for _, partition in assigned}):
            region = self._regions.code(partition)
            missing = [t for t in self.stage.topics if (t, partition) not in assigned]
            if missing:
                self.problems[f"region {region}"] = (
                    f"this worker holds only part of it; not assigned: {', '.join(missing)}"
                )
                continue
            claimed = self._claim_until_answered(region, partition, is_wanted)
            if claimed is None:
                self.release()
                return {}
            lease, offsets = claimed
            for topic, offset in offsets.items():
                self.leases[topic, partition] = lease
                following[topic, partition] = offset
        self.problems.pop("claim", None)
        held = self._held()
        self._progress_at = self._clock()
        self._relay.follow(held)
        metrics.LEASES.labels(stage=self.stage.name).set(len(held))
        logger.info("regions_claimed", stage=self.stage.name, regions=[h.region for h in held])
        return following

    def release(self) -> None:
        """Forget all leases; whatever is queued or in flight for them is now stale."""
        # A region that another worker holds now must not keep this one's last lag.
        self._gauges.forget(self.leases)
        self.leases = {}
        self._relay.follow([])
        metrics.LEASES.labels(stage=self.stage.name).set(0)

    def stop(self) -> None:
        """End waiting retries, send what is committed, close; the leases are gone."""
        self._stopping.set()
        self._relay.stop()
        self.leases = {}
        self._store.drop()

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
            parts: Sequence[Unit] = ()
            try:
                if quarantine.is_careful(unit):
                    parts = quarantine.parts_of(unit, self._store.tables)
                else:
                    self._commit(unit)
                self.problems.pop("retry", None)
            except Exception as error:  # noqa: BLE001 - classified there, re-raised unless known
                if self._after_error(unit, error):
                    return
                self._pause(delay)
                delay = min(delay * 2, RETRY_DELAY_SECONDS_MAX)
            if parts:
                self._apply_parts(unit, parts)

    def _apply_parts(self, unit: Unit, parts: Sequence[Unit]) -> None:
        """Write a unit record by record; its leases are careful."""
        for part in parts:
            self.apply(part)
            if not part.done:
                return
            quarantine.clear(part)
        unit.done = True

    def tick(self, highwaters: Offsets, positions: Offsets = NOWHERE) -> None:
        """Do what is due without input: the stage's timer, lag, rows a topic does not bring.

        `positions` is what the consumer reads next, given when `pulse.is_due()`.
        """
        if self._relay.failure is not None:
            raise StopError("the relay of this worker died") from self._relay.failure
        if self._relay.healthy:
            self.problems.pop("relay", None)
        else:
            self.problems["relay"] = "the broker does not take log rows now"
        held = self._held()
        self._gauges.measure(self.leases, highwaters, self._clock())
        if self.reads_logs:
            self._gauges.count_parked(held)
        if not held:
            return
        try:
            self.pulse.look(self._broker, positions)
            self.stage.on_timer(held)
            self._read_behind_table(held)
            self._housekeeping.keep(self._store, held, self._clock())
        except Exception as error:
            if classify(error) is not ErrorKind.TRANSIENT:
                raise
            self._store.drop()
            self.pulse.beat()
            logger.warning("timer_retry", stage=self.stage.name, error=type(error).__name__)

    def _held(self) -> list[Lease]:
        return list({id(lease): lease for lease in self.leases.values()}.values())

    def _commit(self, unit: Unit) -> None:
        started = self._clock()
        if unit.suspect is not None and not unit.is_marked:
            deaths = self._store.set_marker(unit.batches[0].lease, unit.suspect)
            quarantine.condemn(unit, deaths, parks=self.reads_logs)
        with self._store.unit(self.stage) as tx:
            tx.fence([batch.lease for batch in unit.batches])
            reach("after_fence")
            batches: Sequence[Batch] = readable(tx.tables(), unit.batches)
            if any(batch.records for batch in batches):
                batches = self._handle(unit, batches, tx)
            if unit.suspect is not None:
                tx.forget_marker(unit.batches[0].lease, unit.suspect)
            reach("mid_handle")
            tx.flush()
            tx.advance(
                [
                    (batch.lease.region, topic, *end)
                    for batch, seen in zip(unit.batches, batches, strict=True)
                    for topic, end in ends_of(batch, seen).items()
                ]
            )
            reach("before_commit")
        reach("after_commit")
        self._adopt(unit, batches, tx)
        metrics.UNIT_SECONDS.labels(stage=self.stage.name).observe(self._clock() - started)

    def _handle(self, unit: Unit, batches: Sequence[Batch], tx: UnitTransaction) -> Sequence[Batch]:
        """Hand the records to the stage; to one that reads logs with parked rows marked."""
        if unit.sets_aside:
            tx.set_aside(batches[0].lease, batches[0].records[0])
            return batches
        if not self.reads_logs:
            self.stage.handle(batches, tx)
            return batches
        if unit.parks is not None:
            tx.park_row(batches[0].lease, batches[0].records[0], unit.parks)
        marked = [tx.parking(batch.lease).marked(batch) for batch in batches]
        try:
            self.stage.handle(marked, tx)
        except Exception as error:
            if not may_park(error):
                raise
            raise RowError(marked, error) from error
        return marked

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
            if lease.region in tx.posted:
                self._relay.post(lease)
        announce(self.stage.name, tx.parked)
        for outcome, count in tx.outcomes.items():
            metrics.OUTCOMES.labels(stage=self.stage.name, outcome=outcome.value).inc(count)
        if unit.sets_aside and unit.suspect is not None:
            quarantine.announce(unit.batches[0].lease, unit.suspect)
        self._progress_at = self._clock()
        self.pulse.beat()
        unit.done = True

    def _after_error(self, unit: Unit, error: Exception) -> bool:
        """Decide after a failed commit: True when the unit is settled, False to try again."""
        for batch in unit.batches:
            batch.lease.cache.clear()
        kind = classify(error)
        self._store.drop()
        if len(unit.batches) > 1 and kind is not ErrorKind.TRANSIENT:
            for batch in unit.batches:
                self.apply(Unit(batches=[batch]))
            unit.done = True
            return True
        if isinstance(error, RowError):
            return self._isolate(unit, error)
        if kind is not ErrorKind.TRANSIENT:
            if self._takes_care(unit, error):
                return False
            raise error
        metrics.RETRIES.labels(stage=self.stage.name).inc()
        self.pulse.beat()
        reason = f"{type(error).__name__}: the same unit is tried again"
        self.problems["retry"] = reason
        logger.warning("unit_retry", stage=self.stage.name, error=type(error).__name__)
        try:
            unit.done = self._was_committed(unit)
        except Exception as still_away:
            if classify(still_away) is not ErrorKind.TRANSIENT:
                raise
            # The database is still away: nothing is known, so nothing is decided.
            self._store.drop()
        return unit.done

    def _takes_care(self, unit: Unit, error: Exception) -> bool:
        """Say whether to try again record by record; a record that fails so has one death more."""
        lease = unit.batches[0].lease
        if self.reads_logs or unit.sets_aside or not may_park(error):
            return False
        if unit.suspect is None:
            lease.careful = max(lease.careful, len(unit.batches[0].records))
            return True
        self._store.count_death(lease, unit.suspect)
        return False

    def _isolate(self, unit: Unit, error: RowError) -> bool:
        """Find the row that fails by itself and have its households parked; see `_after_error`."""
        (batch,), halves = unit.batches, error.halves()
        if len(halves) == 1:
            if unit.parks is not None:
                # Its households wait and it fails all the same: it is no row's fault.
                raise error.cause
            unit.parks = failure_of(error.cause)
            return False
        for half in halves:
            self.apply(Unit(batches=[half]))
        if batch.records[0].position is None:
            # All its positions are read now; what is left are the offsets of the topic.
            self.apply(Unit(batches=[batch]))
        unit.done = True
        return True

    def _was_committed(self, unit: Unit) -> bool:
        """Read the heads after an error: a COMMIT whose answer was lost may have succeeded."""
        committed = []
        for batch in unit.batches:
            lease = batch.lease
            head = self._store.head(lease)
            if head is None or head[0] != lease.epoch:
                raise Fenced(f"region {lease.region} was claimed by another worker")
            committed.append(head[1] == lease.sequence + 1)
        if not all(committed):
            return False
        for batch in unit.batches:
            self._store.reload(batch.lease)
        # Only now, when nothing can fail any more: a unit tried again under the next sequence
        # would pass the fence a second time.  Under the old one it is refused.
        for batch in unit.batches:
            batch.lease.sequence += 1
            for name, at in batch.lease.logs.items():
                self._relay.catch_up(batch.lease, name, at.position)
            self._relay.post(batch.lease)
        return True

    def _read_behind_table(self, held: Sequence[Lease]) -> None:
        """Read a log's table when its topic does not bring what the table has."""
        if self._clock() - self._progress_at < TABLE_READ_AFTER_SECONDS:
            return
        self._progress_at = self._clock()
        tables = self._store.tables()
        for lease in held:
            for rows in not_brought(tables, lease):
                self.apply(Unit(batches=[Batch(lease=lease, records=rows)]))

    def _claim_until_answered(
        self, region: str, partition: int, is_wanted: Callable[[], bool]
    ) -> tuple[Lease, Mapping[str, int]] | None:
        """Claim one region, waiting while broker or database are away; None when given up."""
        delay = RETRY_DELAY_SECONDS_MIN
        while is_wanted() and not self._stopping.is_set():
            try:
                blamed = region not in self._not_blamed_for
                where = (self._store, self._broker, region, partition)
                claimed = claim_region(self.stage, *where, blamed=blamed)
            except Exception as error:
                if classify(error) is not ErrorKind.TRANSIENT:
                    raise
                self._store.drop()
                self.pulse.beat()
                self.problems["claim"] = f"{type(error).__name__}: waiting to claim regions"
                logger.warning("claim_retry", stage=self.stage.name, error=type(error).__name__)
                self._pause(delay)
                delay = min(delay * 2, RETRY_DELAY_SECONDS_MAX)
            else:
                self._not_blamed_for.add(region)
                self.pulse.beat()
                return claimed
        return None
