"""How soon it is at work again after kill -9: of a worker, of its guardian too, of the broker.

The services run under their own supervisor as on a laptop; sealed events arrive all the time.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psutil
import psycopg
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from hub.local import kafka
from hub.services import start_services
from streams.engine.database import Connection
from tests.bench.events import happenings
from tests.bench.figures import BenchFailed, Promise, Report, percentile
from tests.bench.harness import Stand, Tell, running_stand
from tests.bench.whole_road import STAGES, open_regions, sealed_messages

PER_SECOND = 50
EVENTS_MAX = 40_000
SETTLE_SECONDS = 6.0
LOOK_SECONDS = 0.01
BACK_SECONDS_MAX = 60.0
WORKER_SECONDS_MAX = 4.0
BROKER_SECONDS_MAX = 10.0
PRODUCER = {"acks": "all", "linger.ms": 0, "reconnect.backoff.max.ms": 250, "log_level": 2}

Heads = Mapping[str, tuple[int, int]]
"""By region: epoch and sequence."""


def run_restart(*, repetitions: int, tell: Tell) -> Report:
    """Kill the worker of each stage, then its guardian, then the broker, so often each.

    The ceilings hold for the slowest of all.
    """
    with running_stand(tell) as stand:
        return restart_on(stand, repetitions=repetitions)


def restart_on(stand: Stand, *, repetitions: int) -> Report:
    """Do so on a stand that runs and has no services yet."""
    database = stand.settings.database
    for name in start_services(stand.stack, stand.stack.endpoints, STAGES):
        stand.stack.supervisor.wait_ready(name)
    open_regions(stand, database)
    found: dict[str, list[float]] = {}

    def note(name: str, seconds: float) -> None:
        found.setdefault(name, []).append(seconds)
        stand.tell(f"{name}: {seconds:.2f} s")

    with psycopg.connect(database, autocommit=True) as connection, _sender(stand, database):
        for _ in range(repetitions):
            for stage in STAGES:
                note(f"worker of {stage}", _after(stand, connection, stage, kill_worker))
                note(f"guardian of {stage}", _after(stand, connection, stage, kill_guardian))
            note("broker", _after_broker(stand, connection))
    promises = [
        Promise(
            name=f"{name}, slowest (s)",
            value=max(values),
            ceiling=BROKER_SECONDS_MAX if name == "broker" else WORKER_SECONDS_MAX,
        )
        for name, values in found.items()
    ]
    measured = {
        "repetitions": repetitions,
        "seconds": {
            name: {
                "p50": round(percentile(values, 0.5), 2),
                "p95": round(percentile(values, 0.95), 2),
            }
            for name, values in found.items()
        },
    }
    return Report(bench="restart", promises=promises, measured=measured)


def kill_worker(stand: Stand, stage: str) -> None:
    """Kill the process that does the stage's work; its guardian starts the next."""
    guardian = psutil.Process(stand.stack.supervisor.pids()[stage])
    for child in guardian.children():
        child.kill()


def kill_guardian(stand: Stand, stage: str) -> None:
    """Kill the process that the supervisor knows; what it guards ends with it."""
    os.kill(stand.stack.supervisor.pids()[stage], signal.SIGKILL)


def _after(
    stand: Stand, connection: Connection, stage: str, kill: Callable[[Stand, str], None]
) -> float:
    """Kill, and return the seconds until the next incarnation has committed a unit."""
    time.sleep(SETTLE_SECONDS)
    stand.hurry(stage)
    before = _heads(connection, stage)
    killed_at = time.monotonic()
    kill(stand, stage)
    claimed: dict[str, tuple[int, int]] = {}
    while time.monotonic() - killed_at < BACK_SECONDS_MAX:
        now = _heads(connection, stage)
        # A claim leaves the sequence as it was: more than that is the next incarnation's commit.
        claimed |= {r: h for r, h in now.items() if h[0] > before[r][0] and r not in claimed}
        if any(now[region][1] > head[1] for region, head in claimed.items()):
            return time.monotonic() - killed_at
        time.sleep(LOOK_SECONDS)
    raise BenchFailed(f"{stage} was not back in {BACK_SECONDS_MAX:.0f} s")


def _after_broker(stand: Stand, connection: Connection) -> float:
    """Kill the broker; return the seconds from its first answer until every stage committed."""
    time.sleep(SETTLE_SECONDS)
    stand.hurry(kafka.SERVICE)
    os.kill(stand.stack.supervisor.pids()[kafka.SERVICE], signal.SIGKILL)
    answered_at = _first_answer(stand)
    base = {stage: _heads(connection, stage) for stage in STAGES}
    while time.monotonic() - answered_at < BACK_SECONDS_MAX:
        if all(_has_moved(base[stage], _heads(connection, stage)) for stage in STAGES):
            return time.monotonic() - answered_at
        time.sleep(LOOK_SECONDS)
    raise BenchFailed(f"not every stage was back in {BACK_SECONDS_MAX:.0f} s after the broker")


def _has_moved(before: Heads, now: Heads) -> bool:
    return any(now[region][1] > head[1] for region, head in before.items())


def _first_answer(stand: Stand) -> float:
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while time.monotonic() < deadline:
        # A client of its own each time: one that has failed waits before it asks again.
        admin = AdminClient({"bootstrap.servers": stand.settings.bootstrap, "log_level": 0})
        try:
            admin.list_topics(timeout=0.25)
        except KafkaException:
            continue
        return time.monotonic()
    raise BenchFailed("the broker did not come back")


def _heads(connection: Connection, stage: str) -> dict[str, tuple[int, int]]:
    rows = connection.execute(
        "select region, epoch, sequence from engine.head where stage = %s", [stage]
    ).fetchall()
    return {region: (epoch, sequence) for region, epoch, sequence in rows}


@contextmanager
def _sender(stand: Stand, url: str) -> Iterator[None]:
    """Send an event every twentieth of a second, whatever happens, while the block runs."""
    stop = threading.Event()
    failed: list[BaseException] = []
    messages = sealed_messages(stand, url, happenings(EVENTS_MAX))

    def run() -> None:
        producer = Producer({**PRODUCER, "bootstrap.servers": stand.settings.bootstrap})
        for topic, partition, key, value, headers in messages:
            producer.produce(topic, value, key, partition, headers=headers)
            producer.poll(0)
            if stop.wait(1 / PER_SECOND):
                break
        else:
            failed.append(BenchFailed("the sender ran out of events"))
        producer.flush(30)

    thread = threading.Thread(target=run, name="sender", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]
