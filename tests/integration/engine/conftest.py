"""Topics and workers of one test: names of their own on the session's broker."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from hub.migrate import migrate
from tests.support.counting_stage import CountingStage, regions_of, worker_of

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints
    from schemas.regions import Regions
    from streams.engine.worker import Worker

REGIONS = ("noord", "zuid")


@pytest.fixture
def regions() -> Regions:
    return regions_of(*REGIONS)


@pytest.fixture
def engine_database(database: str, regions: Regions) -> str:
    migrate(database, regions)
    return database


@pytest.fixture
def make_topic(stack: Endpoints) -> Iterator[Callable[[str], str]]:
    admin = AdminClient({"bootstrap.servers": stack.kafka_bootstrap})
    made: list[str] = []

    def make(name: str) -> str:
        if not name.startswith("vt."):
            name = f"{name}-{uuid.uuid4().hex[:8]}"
        (future,) = admin.create_topics([NewTopic(name, len(REGIONS), 1)]).values()
        future.result(10)
        made.append(name)
        return name

    yield make
    for future in admin.delete_topics(made).values():
        future.result(10)


@pytest.fixture
def send(stack: Endpoints) -> Callable[[str, int, list[bytes]], None]:
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap, "acks": "all"})

    def produce(topic: str, partition: int, values: list[bytes]) -> None:
        for value in values:
            producer.produce(topic, value, b"key", partition=partition)
        assert producer.flush(10) == 0

    return produce


@pytest.fixture
def make_worker(
    stack: Endpoints, engine_database: str, regions: Regions
) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def make(stage: CountingStage, slot: str = "test-1", *, blamed: bool = False) -> Worker:
        worker = worker_of(
            stage,
            database=engine_database,
            bootstrap=stack.kafka_bootstrap,
            regions=regions,
            slot=slot,
            blamed=blamed,
        )
        workers.append(worker)
        return worker

    yield make
    for worker in workers:
        worker.stop()
