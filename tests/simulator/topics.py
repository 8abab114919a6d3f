"""Kafka in memory: partitioned topics, a consumer group, and the relay's producer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from streams.engine.errors import TransientError
from streams.engine.stage import InputRecord
from tests.simulator.database import Database, Odds
from tests.simulator.fibers import Scheduler

AWAY = KafkaError(KafkaError._TRANSPORT)
NOT_IN_TIME = KafkaError(KafkaError._MSG_TIMED_OUT)
Partition = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One record as it lies in a partition."""

    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a producer is told of a record that arrived."""

    at: int

    def offset(self) -> int:
        return self.at


@dataclass(eq=False, slots=True)
class Topics:
    """The cluster's partitions; `late` are batches that were sent and may still land."""

    scheduler: Scheduler
    odds: Odds
    database: Database
    logs: dict[Partition, list[Stored]] = field(default_factory=dict)
    starts: dict[Partition, int] = field(default_factory=dict)
    late: list[list[tuple[Partition, Stored]]] = field(default_factory=list)
    is_away: bool = False
    on_append: Callable[[Partition, Stored], None] = lambda _, __: None

    def append(self, at: Partition, record: Stored) -> Delivery:
        log = self.logs.setdefault(at, [])
        placed = Stored(
            offset=len(log), key=record.key, value=record.value,
            timestamp=int(self.scheduler.now * 1000), headers=record.headers,
        )  # fmt: skip
        log.append(placed)
        self.on_append(at, placed)
        return Delivery(placed.offset)

    def end(self, at: Partition) -> int:
        return len(self.logs.get(at, ()))

    def start(self, at: Partition) -> int:
        return self.starts.get(at, 0)

    def fails(self) -> bool:
        return self.is_away or self.scheduler.chance(self.odds.broker)

    def settle_late(self) -> None:
        """Let one batch land that its producer was told nothing about."""
        for at, record in self.late.pop(0):
            self.append(at, record)


class SimulatedBroker:
    """What a claim asks of the cluster."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        self._answer("topic ids")
        return {topic: f"id of {topic}" for topic in topics}

    def bounds(self, at: Iterable[Partition]) -> Mapping[Partition, tuple[int, int]]:
        self._answer("bounds")
        return {place: (self._topics.start(place), self._topics.end(place)) for place in at}

    def read(self, topic: str, partition: int, first: int, last: int) -> Iterator[InputRecord]:
        self._answer("read")
        start = max(first, self._topics.start((topic, partition)))
        for record in self._topics.logs.get((topic, partition), [])[start : last + 1]:
            yield InputRecord(
                topic=topic, offset=record.offset, key=record.key, value=record.value,
                headers=record.headers, timestamp_ms=record.timestamp,
            )  # fmt: skip

    def _answer(self, what: str) -> None:
        self._topics.scheduler.point(what)
        if self._topics.fails():
            raise TransientError("the broker is away")


Delivered = Callable[[KafkaError | None, Any], None]


class SimulatedProducer:
    """An idempotent producer: in order, and nothing twice by itself.

    After an error any beginning of what was sent has landed, lands later, or never.
    """

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._queue: list[tuple[Partition, Stored, Delivered]] = []

    def list_topics(self, topic: str, timeout: float) -> None:
        self._topics.scheduler.point("metadata")
        if self._topics.fails():
            raise KafkaException(AWAY)

    def produce(
        self,
        topic: str,
        *,
        key: bytes,
        value: bytes,
        partition: int,
        headers: Iterable[tuple[str, str | bytes]],
        on_delivery: Delivered,
    ) -> None:
        kept = tuple(
            (name, told.encode() if isinstance(told, str) else told) for name, told in headers
        )
        record = Stored(offset=-1, key=key, value=value, timestamp=0, headers=kept)
        self._queue.append(((topic, partition), record, on_delivery))

    def flush(self, timeout: float) -> int:
        topics, scheduler = self._topics, self._topics.scheduler
        scheduler.point("flush")
        queue, self._queue = self._queue, []
        if not queue:
            return 0
        if topics.is_away:
            return len(queue)
        sent = [(at, record) for at, record, _ in queue]
        if not scheduler.chance(topics.odds.deliver):
            for (at, record), (*_, told) in zip(sent, queue, strict=True):
                told(None, topics.append(at, record))
            scheduler.point("acknowledged")
            return 0
        topics.database.count("relay_failed")
        landed = int(scheduler.random.random() * (len(sent) + 1))
        arrived = {n: topics.append(*one) for n, one in enumerate(sent[:landed])}
        if scheduler.chance(0.5) and sent[landed:]:
            topics.late.append(sent[landed:])
        acknowledged = int(scheduler.random.random() * (landed + 1))
        for number, (*_, told) in enumerate(queue):
            told(None if number < acknowledged else NOT_IN_TIME, arrived.get(number))
        if acknowledged == len(queue):
            # All acknowledged is no failure; the answer to one is lost instead.
            return 1
        scheduler.point("not acknowledged")
        return 0

    def purge(self) -> None:
        self._queue.clear()


@dataclass(eq=False, slots=True)
class Group:
    """Membership of one stage: who should hold which partitions, since which generation.

    Members notice on their own time, so several may believe at once that a region is theirs.
    """

    topics: tuple[str, ...]
    partitions: int
    generation: int = 0
    members: list[str] = field(default_factory=list)
    owners: dict[Partition, str] = field(default_factory=dict)
    committed: dict[Partition, int] = field(default_factory=dict)

    def rebalance(self, scheduler: Scheduler, *, may_split: bool) -> None:
        """Deal the partitions out anew; now and then a region falls apart, as Faust's assignor
        may do when topics differ."""
        self.generation += 1
        self.owners = {}
        if not self.members:
            return
        for partition in range(self.partitions):
            owner = scheduler.random.choice(self.members)
            split = may_split and scheduler.chance(0.1)
            for topic in self.topics:
                chosen = scheduler.random.choice(self.members) if split else owner
                self.owners[topic, partition] = chosen

    def assigned(self, member: str) -> set[Partition]:
        return {at for at, owner in self.owners.items() if owner == member}
