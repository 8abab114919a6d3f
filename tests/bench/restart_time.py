"""How soon a stage commits again after its worker was killed with SIGKILL.

    radar up --data DIR          # in another terminal; for figures, not for work
    python -m tests.bench.restart_time --data DIR --kills 10

Rubbish is sent to one inbound topic all the while, so that admission always has something to
commit: each record becomes a dead letter of that region.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
from confluent_kafka import Producer

from hub.local.endpoints import Endpoints, read_endpoints

STAGE = "admission"
TOPIC = "vt.in.police.v1"
PAUSE_SECONDS = 0.02
# Longer than what guardian and supervisor call a young death: their pauses are not measured here.
BETWEEN_KILLS_SECONDS = 16.0
BACK_SECONDS_MAX = 60.0


def worker_pid(service: int) -> int:
    """Return the process that does the work: the guardian's child, or the service itself."""
    children = psutil.Process(service).children()
    return children[0].pid if children else service


def measure(data: Path, kills: int) -> list[float]:
    """Kill that often; return the seconds from each kill to the first commit after it."""
    endpoints = read_endpoints(data)
    ending = threading.Event()
    sending = threading.Thread(target=_send, args=(endpoints, ending))
    sending.start()
    try:
        with psycopg.connect(endpoints.database_url, autocommit=True) as connection:
            return [_kill_once(data, connection) for _ in range(kills)]
    finally:
        ending.set()
        sending.join()


def _send(endpoints: Endpoints, ending: threading.Event) -> None:
    producer = Producer({"bootstrap.servers": endpoints.kafka_bootstrap})
    while not ending.wait(PAUSE_SECONDS):
        producer.produce(TOPIC, b"rubbish", partition=0)
        producer.poll(0)
    producer.flush(10)


def _kill_once(data: Path, connection: psycopg.Connection[Any]) -> float:
    _wait_beyond(connection, _sequence(connection))
    time.sleep(BETWEEN_KILLS_SECONDS)
    os.kill(worker_pid(read_endpoints(data).pids[STAGE]), signal.SIGKILL)
    killed_at = time.monotonic()
    # What was on its way to the database lands within this time.
    time.sleep(0.2)
    _wait_beyond(connection, _sequence(connection))
    return time.monotonic() - killed_at


def _sequence(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        "select coalesce(sum(sequence), 0)::bigint from engine.head where stage = %s", [STAGE]
    ).fetchone()
    assert row is not None
    return int(row[0])


def _wait_beyond(connection: psycopg.Connection[Any], sequence: int) -> None:
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while _sequence(connection) <= sequence:
        assert time.monotonic() < deadline, f"no commit in {BACK_SECONDS_MAX:.0f} s"
        time.sleep(0.01)


def main() -> int:
    """Print the times and their middle."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=10)
    arguments = parser.parse_args()
    times = measure(arguments.data.absolute(), arguments.kills)
    print(" ".join(f"{seconds:.2f}" for seconds in times))
    print(f"median {statistics.median(times):.2f} s, worst {max(times):.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
