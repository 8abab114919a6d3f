"""Twelve bugs on purpose: a proof that cannot fail proves nothing.

Each replaces one part of the product, or of the stage it runs, by the wrong thing that somebody
might well have written.  None of this is reachable from the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import psycopg

from streams.engine.errors import TransientError
from streams.engine.gathering import Gathering, Polled
from streams.engine.lease import Lease
from streams.engine.relay import Relay
from streams.engine.stage import InputRecord, Stage
from streams.engine.transaction import UnitTransaction
from streams.engine.unit import Unit, ends_of, readable
from streams.engine.worker import Worker
from tests.simulator.process import DEAD_LETTER_KEY, Parts, Process, SimulatedStore
from tests.simulator.stages import CountingStage
from tests.simulator.statements import LOCK, READ, WRITE
from tests.simulator.topics import Partition

WINDOW_MS = 3_600_000


class UnfencedTransaction(UnitTransaction):
    """Moves the head row on, whoever holds the region."""

    def fence(self, leases: Sequence[Lease]) -> None:
        for lease in leases:
            key = ("head", lease.stage, lease.version, lease.region)
            ((epoch, sequence),) = self.connection.execute(LOCK, key).fetchall()[0]
            self.connection.execute(WRITE, ((epoch, sequence + 1), *key))


class StoreWithoutFence(SimulatedStore):
    @contextmanager
    def unit(self, stage: Stage) -> Iterator[UnitTransaction]:
        connection = self._connect()
        with connection.transaction():
            yield UnfencedTransaction(connection, stage, DEAD_LETTER_KEY)


class WorkerAcknowledgesFirst(Worker):
    """Moves the offsets on in a transaction of their own, before the stage has written."""

    def _commit(self, unit: Unit) -> None:
        leases = [batch.lease for batch in unit.batches]
        with self._store.unit(self.stage) as tx:
            tx.fence(leases)
            seen = readable(tx.tables(), unit.batches)
            tx.advance(
                [
                    (batch.lease.region, topic, *end)
                    for batch, one in zip(unit.batches, seen, strict=True)
                    for topic, end in ends_of(batch, one).items()
                ]
            )
        for lease in leases:
            lease.sequence += 1
        with self._store.unit(self.stage) as tx:
            tx.fence(leases)
            self._handle(unit, seen, tx)
            tx.flush()
        self._adopt(unit, seen, tx)


class StageWithWindow(CountingStage):
    """Remembers for an hour what it was sent."""

    def known(
        self, lease: Lease, tx: UnitTransaction, key: tuple[str, ...], record: InputRecord
    ) -> str | None:
        known = super().known(lease, tx, key, record)
        if known is not None and record.timestamp_ms - lease.cache[key][1] > WINDOW_MS:
            tx.connection.execute(WRITE, (None, "event", *key))
            return None
        return known


class StageWithoutSource(CountingStage):
    """Takes two senders' events for one because their ids are the same."""

    def identity(self, lease: Lease, source: str, event_id: str) -> tuple[str, ...]:
        return lease.region, event_id


class WorkerStartsAtTheEnd(Worker):
    """Begins with what comes next where nothing was read yet: `auto.offset.reset=latest`."""

    def claim(
        self, assigned: set[tuple[str, int]], is_wanted: Callable[[], bool] = lambda: True
    ) -> Mapping[tuple[str, int], int]:
        following = dict(super().claim(assigned, is_wanted))
        for (topic, partition), offset in following.items():
            if offset == 0:
                _, end = self._broker.bounds([(topic, partition)])[topic, partition]
                following[topic, partition] = end
                self.leases[topic, partition].inputs[topic].fetched = end - 1
        return following


class StageBuriesWhatMayPass(CountingStage):
    """Takes a service that is away for a record that is bad."""

    def judge(
        self, lease: Lease, record: InputRecord, tx: UnitTransaction, rows: list[Any]
    ) -> None:
        try:
            super().judge(lease, record, tx, rows)
        except TransientError:
            tx.dead_letter(lease, record, "domain.rule")


class StageWithCounter(CountingStage):
    """Counts what arrives, where the number of different events is asked."""

    def known(
        self, lease: Lease, tx: UnitTransaction, key: tuple[str, ...], record: InputRecord
    ) -> str | None:
        known = super().known(lease, tx, key, record)
        if known is not None and record.value is not None:
            household = record.value.decode().split("|")[2]
            count, events, chain = self.state(lease, tx, household)
            self.store(lease, tx, household, (count + 1, events, chain))
        return known


class StageWithClock(CountingStage):
    """Folds what is older than an hour, by the clock on the wall, differently."""

    def count(self, lease: Lease, tx: UnitTransaction, household: str, value: bytes) -> None:
        row = tx.connection.execute(READ, ("last said", lease.region)).fetchone()
        now = self.scheduler.now
        tx.connection.execute(WRITE, (now, "last said", lease.region))
        if row is None or now - row[0] < 3_600:
            super().count(lease, tx, household, value)


class WorkerSwallows(Worker):
    """Notes an error and goes on with the next unit, as stock Faust does."""

    def _after_error(self, unit: Unit, error: Exception) -> bool:
        if not isinstance(error, TransientError | psycopg.Error):
            return super()._after_error(unit, error)
        self._store.drop()
        for batch in unit.batches:
            batch.lease.cache.clear()
        unit.done = True
        return True


class ProcessCommitsToKafkaFirst(Process):
    """Tells Kafka how far it is when it polls, and starts there."""

    def _join(self) -> None:
        super()._join()
        for at, position in self.positions.items():
            topic, _ = at
            self.positions[at] = max(position, self.group.committed.get(at, 0))
            self.worker.leases[at].inputs[topic].fetched = self.positions[at] - 1

    def poll(self) -> dict[Partition, Any]:
        polled = super().poll()
        self.group.committed.update(self.positions)
        return polled

    def _mirror(self) -> None:
        """Was done before."""


class StageSkipsTombstones(CountingStage):
    """Passes over a record without a body as if it had not been there."""

    def judge(
        self, lease: Lease, record: InputRecord, tx: UnitTransaction, rows: list[Any]
    ) -> None:
        if record.value is not None:
            super().judge(lease, record, tx, rows)


class RelayWithoutPosition(Relay):
    """Sends what is committed from now on; what its predecessor owed is forgotten."""

    def follow(self, leases: Sequence[Lease]) -> None:
        for lease in leases:
            for head in lease.logs.values():
                head.relayed = head.position
        super().follow(leases)


class WorkerMovesOnTooSoon(Worker):
    """Moves the lease on before its offsets were read again: this one was in the product once.

    A commit without answer that had happened, and the connection cut again while reading how far
    it came: the same rows passed the fence a second time.
    """

    def _was_committed(self, unit: Unit) -> bool:
        leases = [batch.lease for batch in unit.batches]
        heads = [self._store.head(lease) for lease in leases]
        if heads != [(lease.epoch, lease.sequence + 1) for lease in leases]:
            return super()._was_committed(unit)
        for lease in leases:
            lease.sequence += 1
            self._store.reload(lease)
        for lease in leases:
            for name, at in lease.logs.items():
                self._relay.catch_up(lease, name, at.position)
            self._relay.post(lease)
        return True


class GatheringOfAnything(Gathering):
    """Takes what was polled before a claim's seek for what comes next behind it.

    Polling twice a unit did so once, and the crash tests saw records go missing.
    """

    def add(self, polled: Polled) -> None:
        if self._seeks is not None:
            super().add(Polled(seeks=self._seeks, records=polled.records))


PLANTS: Mapping[str, Parts] = MappingProxyType(
    {
        "no-fence": Parts(store=StoreWithoutFence),
        "acknowledge-before-commit": Parts(worker=WorkerAcknowledgesFirst),
        "window-of-an-hour": Parts(counting=StageWithWindow),
        "id-without-source": Parts(counting=StageWithoutSource),
        "reset-to-latest": Parts(worker=WorkerStartsAtTheEnd),
        "dead-letter-on-transient": Parts(counting=StageBuriesWhatMayPass),
        "counter-instead-of-set": Parts(counting=StageWithCounter),
        "clock-in-fold": Parts(counting=StageWithClock),
        "exception-swallowed": Parts(worker=WorkerSwallows),
        "kafka-commit-first": Parts(process=ProcessCommitsToKafkaFirst),
        "tombstone-skipped": Parts(counting=StageSkipsTombstones),
        "relay-without-position": Parts(relay=RelayWithoutPosition),
    }
)

# What was found in the product and mended: the seed that found it would not find it again when
# schedules change, but the bug itself can be put back.
MENDED: Mapping[str, Parts] = MappingProxyType(
    {
        "moves-on-too-soon": Parts(worker=WorkerMovesOnTooSoon),
        "takes-old-polls": Parts(gathering=GatheringOfAnything),
    }
)
