"""Worker processes that count, the records they are fed, and the proof that each counted once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from confluent_kafka import Producer

from streams.engine.liveness import STUCK_SECONDS

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

REGIONS = ("een", "twee", "drie", "vier")
ROOT = Path(__file__).parents[2]


def start(
    stack: Endpoints,
    database: str,
    topics: Sequence[str],
    slot: str,
    *,
    crash_point: str = "",
    module: str = "tests.support.engine_process",
    hold: str = "",
    stuck: float = STUCK_SECONDS,
) -> subprocess.Popen[bytes]:
    """Start a worker of the counting stage named after its first topic."""
    environment = {
        **os.environ,
        "RADAR_DATABASE_URL": database,
        "RADAR_KAFKA_BOOTSTRAP": stack.kafka_bootstrap,
        "RADAR_CRASH_POINT": crash_point,
        "TEST_REGIONS": ",".join(REGIONS),
        "TEST_HOLD": hold,
        "TEST_STUCK_SECONDS": str(stuck),
    }
    arguments = [sys.executable, "-m", module, f"s{topics[0]}", slot, *topics]
    return subprocess.Popen(arguments, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)


def pour(stack: Endpoints, topic: str, numbers: range) -> None:
    """Send numbers to the regions in turn, about a thousand a second."""
    # Without idempotence a retry may repeat or reorder, and that would not be the engine's doing.
    told = {"bootstrap.servers": stack.kafka_bootstrap, "enable.idempotence": True}
    producer = Producer(told)
    for number in numbers:
        producer.produce(topic, b"%d" % number, b"key", partition=number % len(REGIONS))
        if number % 10 == 0:
            producer.poll(0)
            time.sleep(0.01)
    assert producer.flush(20) == 0


def positions(database: str) -> int:
    """Return how many records have been counted."""
    with psycopg.connect(database) as connection:
        row = connection.execute("select count(*) from engine.findings").fetchone()
        assert row is not None
        return int(row[0])


def wait_for(database: str, count: int, seconds_max: float = 60.0) -> None:
    """Wait until that many records have been counted."""
    deadline = time.monotonic() + seconds_max
    while (found := positions(database)) < count:
        assert time.monotonic() < deadline, f"{found} of {count} in {seconds_max:.0f} s"
        time.sleep(0.1)


def assert_counted_once(database: str, records: int) -> None:
    """Compare every region's log with what was sent to it, in order, and the ledger with both."""
    with psycopg.connect(database) as connection:
        for partition, region in enumerate(REGIONS):
            got = connection.execute(
                "select convert_from(body, 'UTF8')::int from engine.findings"
                " where region = %s order by position",
                [region],
            ).fetchall()
            numbers, wanted = [row[0] for row in got], list(range(partition, records, len(REGIONS)))
            odd = [at for at, (n, w) in enumerate(zip(numbers, wanted, strict=False)) if n != w]
            assert numbers == wanted, f"{region}: {len(numbers)} of {len(wanted)}, odd at {odd[:5]}"
        (ledger,) = connection.execute("select count(*) from engine.ledger").fetchall()
    assert ledger == (records,)


def owners(database: str) -> dict[str, str]:
    """Return the slot that claimed each region last."""
    with psycopg.connect(database) as connection:
        return dict(connection.execute("select region, worker from engine.head").fetchall())


def claims(database: str) -> int:
    """Return how many claims there have been."""
    with psycopg.connect(database) as connection:
        row = connection.execute("select sum(epoch) from engine.head").fetchone()
    assert row is not None
    return int(row[0])
