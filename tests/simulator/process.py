"""A worker process of the simulation: the engine's real worker, relay and store on fakes.

What Faust and its consumer do around the core is told again here, in a few lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from schemas.regions import Regions
from streams.engine.database import Connection
from streams.engine.errors import Fenced, StopError
from streams.engine.gathering import Gathering, Polled
from streams.engine.outbox import PostgresOutbox
from streams.engine.relay import RETRY_SECONDS, Relay
from streams.engine.store import PostgresStore
from streams.engine.unit import Unit, unit_of
from streams.engine.worker import Worker
from tests.simulator.database import Database, SimulatedConnection
from tests.simulator.fibers import Scheduler
from tests.simulator.stages import CountingStage, ReadingStage, StageMaker
from tests.simulator.statements import HANDLERS
from tests.simulator.topics import Group, Partition, SimulatedBroker, SimulatedProducer, Topics

if TYPE_CHECKING:
    from confluent_kafka import Producer

FRAMES = dict.fromkeys(("JournalRow", "FindingEvent", "AdviceRow"), b"\x00\x00\x00\x00\x01")
TICK_SECONDS = 1.0
IDLE_SECONDS_MAX = 0.6
POLL_RECORDS_MAX = 5
DEAD_LETTER_KEY = b"k" * 32


class SimulatedStore(PostgresStore):
    """The engine's own store, over a connection to the database in memory."""

    def __init__(self, database: Database, *, slot: str) -> None:
        super().__init__("", slot=slot, dead_letter_key=DEAD_LETTER_KEY)
        self.database = database

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self.database.scheduler.point("connect")
            made = SimulatedConnection(self.database, HANDLERS)
            self._connection = cast(Connection, made)
        return self._connection

    @contextmanager
    def _freeing_what_blocks(self, connection: Connection) -> Iterator[None]:
        """The database in memory ends blocking backends itself (`Transaction.lock`)."""
        yield


class SimulatedOutbox(PostgresOutbox):
    """The engine's own outbox, over a connection to the database in memory."""

    def __init__(self, database: Database, *, slot: str) -> None:
        super().__init__("", slot=slot, dead_letter_key=DEAD_LETTER_KEY)
        self.database = database

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self.database.scheduler.point("connect outbox")
            made = SimulatedConnection(self.database, HANDLERS)
            self._connection = cast(Connection, made)
        return self._connection


class Process:
    """One incarnation of a worker; dies with an error, when it is killed, or after a stop."""

    def __init__(
        self, name: str, place: Place, parts: Parts, *, counts: bool, blamed: bool = False
    ) -> None:
        self.name = name
        self.place = place
        self.group = place.groups["counting" if counts else "reading"]
        self.stage = (parts.counting if counts else parts.reading)(place.scheduler, place.database)
        self.generation = -1
        self.is_stopping = self.is_replaced = self.is_writing = False
        self.positions: dict[Partition, int] = {}
        self.gathering = parts.gathering()
        self._seeks = 0
        self._polled: Polled | None = None
        self._is_drained = False
        self._tick_at = place.scheduler.now + TICK_SECONDS
        scheduler = place.scheduler
        self.relay = parts.relay(
            store=parts.store(place.database, slot=f"{name}-relay"),
            producer=self._new_producer,
            frames=FRAMES,
            clock=scheduler.clock,
            outbox=SimulatedOutbox(place.database, slot=f"{name}-outbox"),
        )
        self.worker = parts.worker(
            stage=self.stage,
            store=parts.store(place.database, slot=name.partition(".")[0]),
            broker=SimulatedBroker(place.topics),
            relay=self.relay,
            regions=place.regions,
            slot=name,
            blamed=blamed,
            clock=scheduler.clock,
            pause=scheduler.sleep,
        )
        self.main = scheduler.start(name, self._run)
        self.fibers = (self.main, scheduler.start(f"{name}-relay", self._run_relay))

    @property
    def is_over(self) -> bool:
        has_ended = self.main.failure is not None or self.main.has_crashed
        return has_ended or all(fiber.is_over for fiber in self.fibers)

    def freeze(self, frozen: bool) -> None:
        for fiber in self.fibers:
            fiber.is_frozen = frozen

    def kill(self) -> None:
        for fiber in self.fibers:
            self.place.scheduler.kill(fiber)

    def _new_producer(self) -> Producer:
        return cast("Producer", SimulatedProducer(self.place.topics))

    def _run(self) -> None:
        scheduler = self.place.scheduler
        while not self.is_stopping:
            scheduler.point("poll")
            if self.generation != self.group.generation:
                self._join()
                continue
            if scheduler.now >= self._tick_at:
                self._tick_at = scheduler.now + TICK_SECONDS
                ends = {at: self.place.topics.end(at) for at in self.worker.leases}
                self.worker.tick(ends)
            self._take_poll()
            unit = unit_of(self.worker.leases, self.gathering.take())
            if unit.batches:
                self.write(unit)
                self._mirror()
            else:
                scheduler.sleep(scheduler.random.random() * IDLE_SECONDS_MAX)
        self._is_drained = True

    def _take_poll(self) -> None:
        """Poll as often as the consumer's thread may have; the last poll often comes a while later.

        Only its answer does: the consumer reads on behind it.
        """
        for _ in range(1 + int(self.place.scheduler.random.random() * 3)):
            if self._polled is not None:
                self.gathering.add(self._polled)
            self._polled = Polled(seeks=self._seeks, records=self.poll())
        if self._polled is not None and self.place.scheduler.chance(0.5):
            self.gathering.add(self._polled)
            self._polled = None

    def _join(self) -> None:
        """Take what the group says is ours; the group may already say something else."""
        if self.is_replaced:
            raise StopError("another process has this slot")
        if self.name not in self.group.members:
            self.group.members.append(self.name)
            self.group.rebalance(self.place.scheduler, may_split=False)
        generation = self.generation = self.group.generation
        self.worker.release()
        # A process often hears late that the group has moved on: then it claims what it should not.
        hears = self.place.scheduler.chance(0.5)
        self.gathering.forget()
        following = self.worker.claim(
            self.group.assigned(self.name),
            lambda: not hears or self.group.generation == generation,
        )
        # The consumer reads on where it was until it is told where to.
        self._take_poll()
        self.positions = dict(following)
        self._seeks += 1
        if following:
            self.gathering.begin(self._seeks)

    def poll(self) -> dict[Partition, Any]:
        """Bring a few records of some partitions, now and then some that were brought before."""
        topics, scheduler = self.place.topics, self.place.scheduler
        polled: dict[Partition, Any] = {}
        if topics.is_away:
            return polled
        for at, position in self.positions.items():
            if scheduler.chance(0.3):
                continue
            count = 1 + int(scheduler.random.random() * POLL_RECORDS_MAX)
            again = int(scheduler.random.random() * 4) if scheduler.chance(0.05) else 0
            first = max(position - again, topics.start(at))
            records = topics.logs.get(at, [])[first : position + count]
            if records:
                polled[at] = records
                self.positions[at] = max(position, records[-1].offset + 1)
        return polled

    def write(self, unit: Unit) -> None:
        """As `RadarApp.write`: fenced by a re-assignment of our own is nothing."""
        if unit.done or not self.worker.holds(unit):
            return
        self.is_writing = True
        try:
            self.worker.apply(unit)
        except Fenced:
            self.place.database.count("fenced")
            if self.worker.holds(unit):
                raise
        finally:
            self.is_writing = False

    def _mirror(self) -> None:
        for (topic, partition), lease in self.worker.leases.items():
            self.group.committed[topic, partition] = lease.inputs[topic].offset + 1

    def _run_relay(self) -> None:
        scheduler = self.place.scheduler
        while True:
            scheduler.sleep(scheduler.random.random() * IDLE_SECONDS_MAX)
            last = self._is_drained
            try:
                done = self.relay.step(last=last)
            except Exception as error:  # noqa: BLE001 - the worker looks at it and stops
                self.relay.failure = error
                return
            if last:
                return
            if not done:
                scheduler.sleep(RETRY_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where processes run."""

    scheduler: Scheduler
    database: Database
    topics: Topics
    regions: Regions
    groups: dict[str, Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What is under test; a planted bug replaces one of them."""

    counting: StageMaker = CountingStage
    reading: StageMaker = ReadingStage
    worker: type[Worker] = Worker
    relay: type[Relay] = Relay
    store: type[SimulatedStore] = SimulatedStore
    process: type[Process] = Process
    gathering: type[Gathering] = Gathering


PRODUCT = Parts()
