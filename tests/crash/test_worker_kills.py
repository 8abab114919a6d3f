"""Workers killed while records pour in: every record counts once, in the order of its partition."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from hub.migrate import migrate
from tests.support.counting_stage import regions_of

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

REGIONS = ("een", "twee", "drie", "vier")
RECORDS = 6_000
KILLS = 6
SEED = int(os.environ.get("RADAR_TEST_SEED", "20"))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def topic(stack: Endpoints) -> Iterator[str]:
    admin = AdminClient({"bootstrap.servers": stack.kafka_bootstrap})
    name = f"crash-{uuid.uuid4().hex[:8]}"
    topics = [NewTopic(name, len(REGIONS), 1), NewTopic("vt.findings.v1", len(REGIONS), 1)]
    for future in admin.create_topics(topics).values():
        future.result(10)
    yield name
    for future in admin.delete_topics([name, "vt.findings.v1"]).values():
        future.result(10)


def start(stack: Endpoints, database: str, topic: str, slot: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "RADAR_DATABASE_URL": database,
        "RADAR_KAFKA_BOOTSTRAP": stack.kafka_bootstrap,
        "TEST_REGIONS": ",".join(REGIONS),
    }
    arguments = [sys.executable, "-m", "tests.support.engine_process", f"s{topic}", slot, topic]
    return subprocess.Popen(arguments, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)


def pour(stack: Endpoints, topic: str, numbers: range) -> None:
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap, "acks": "all"})
    for number in numbers:
        producer.produce(topic, b"%d" % number, b"key", partition=number % len(REGIONS))
        if number % 10 == 0:
            producer.poll(0)
            time.sleep(0.01)
    assert producer.flush(20) == 0


def positions(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute("select count(*) from engine.findings").fetchone()
        assert row is not None
        return int(row[0])


@pytest.mark.timeout(300)
def test_two_workers_killed_at_random_moments(stack: Endpoints, database: str, topic: str) -> None:
    print(f"seed {SEED}: RADAR_TEST_SEED={SEED} repeats it")
    chance = random.Random(SEED)
    migrate(database, regions_of(*REGIONS))
    slots = ["slot-a", "slot-b"]
    workers = {slot: start(stack, database, topic, slot) for slot in slots}
    pouring = threading.Thread(target=pour, args=(stack, topic, range(RECORDS)))
    pouring.start()
    hit = 0
    try:
        for _ in range(KILLS):
            before = positions(database)
            time.sleep(chance.uniform(1.5, 3.5))
            slot = chance.choice(slots)
            workers[slot].send_signal(signal.SIGKILL)
            workers[slot].wait()
            hit += positions(database) > before
            workers[slot] = start(stack, database, topic, slot)
        pouring.join()
        deadline = time.monotonic() + 180
        while positions(database) < RECORDS and time.monotonic() < deadline:
            time.sleep(0.2)
            for slot, worker in workers.items():
                if worker.poll() is not None:
                    workers[slot] = start(stack, database, topic, slot)
    finally:
        for worker in workers.values():
            worker.terminate()
        for worker in workers.values():
            assert worker.wait(60) is not None
    with psycopg.connect(database) as connection:
        for partition, region in enumerate(REGIONS):
            got = connection.execute(
                "select convert_from(body, 'UTF8')::int from engine.findings"
                " where region = %s order by position",
                [region],
            ).fetchall()
            assert [row[0] for row in got] == list(range(partition, RECORDS, len(REGIONS)))
        (ledger,) = connection.execute("select count(*) from engine.ledger").fetchall()
    assert ledger == (RECORDS,)
    assert hit >= 1, "no kill came after progress: the test would prove nothing"
