"""Records that kill: the guilty one is set aside after three deaths, an innocent one never."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from confluent_kafka import Producer

from tests.crash.counting_run import REGIONS, start, wait_for
from tests.support.deadly_stage import CRASHES, HELD, RAISES

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

SLOT = "slot-a"
BEFORE, AFTER = 40, 40


def send(stack: Endpoints, topic: str, values: Sequence[bytes]) -> None:
    """Send to the first region, in order, and a few numbers to each of the others."""
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap, "enable.idempotence": True})
    for value in values:
        producer.produce(topic, value, b"key", partition=0)
    for partition in range(1, len(REGIONS)):
        for number in range(10):
            producer.produce(topic, b"%d" % number, b"key", partition=partition)
    assert producer.flush(20) == 0


def rows(database: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def launch(stack: Endpoints, database: str, topic: str, hold: Path) -> subprocess.Popen[bytes]:
    module = "tests.support.deadly_stage"
    return start(stack, database, [topic], SLOT, module=module, hold=str(hold))


def end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    assert worker.wait(30) is not None


def in_hand(database: str) -> list[tuple[Any, ...]]:
    """Return place of what a worker has in hand, and since when."""
    return rows(database, "select place, set_at from engine.marker where in_hand")


def child_of(guardian: int) -> int | None:
    children = Path(f"/proc/{guardian}/task/{guardian}/children").read_text(encoding="ascii")
    return int(children.split()[0]) if children else None


@pytest.mark.timeout(180)
def test_a_record_that_crashes_the_process_is_set_aside_undecoded(
    stack: Endpoints, counted: str, topic: str, tmp_path: Path
) -> None:
    numbers = [b"%d" % number for number in range(BEFORE + AFTER)]
    values = [*numbers[:BEFORE], CRASHES, *numbers[BEFORE:]]
    send(stack, topic, values)
    worker = launch(stack, counted, topic, tmp_path / "absent")
    try:
        wait_for(counted, BEFORE + AFTER + 30, 90)
        assert worker.poll() is None, "the guardian outlives what its workers die of"
    finally:
        end(worker)
    assert rows(
        counted, "select \"offset\", code from engine.ledger where outcome <> 'applied'"
    ) == [(BEFORE, "stage.quarantined")]
    kept = rows(
        counted, "select status, body_sealed is not null, size_bytes from engine.dead_letter"
    )
    assert kept == [("open", True, len(CRASHES))]
    assert rows(counted, "select count(*) from engine.marker") == [(0,)]
    # One death in the batch, three with its own marker, then the claim that set it aside.
    region = REGIONS[0]
    assert rows(counted, f"select epoch >= 5 from engine.head where region = '{region}'") == [
        (True,)
    ]
    bodies = rows(
        counted, f"select body from engine.findings where region = '{region}' order by position"
    )
    assert [body for (body,) in bodies] == numbers, "all others count, in their order"


@pytest.mark.timeout(180)
def test_kills_from_outside_never_set_an_innocent_record_aside(
    stack: Endpoints, counted: str, topic: str, tmp_path: Path
) -> None:
    """Held in hand, with its marker set, while the worker is killed again and again."""
    hold = tmp_path / "hold"
    hold.touch()
    send(stack, topic, [CRASHES, HELD, b"0"])
    worker = launch(stack, counted, topic, hold)
    kills, last = 0, None
    try:
        deadline = time.monotonic() + 120
        while kills < 4:
            assert time.monotonic() < deadline, f"{kills} kills"
            time.sleep(0.05)
            marked = in_hand(counted)
            child = child_of(worker.pid)
            if child is None or [place for place, _ in marked] != [1] or marked == last:
                continue
            # Its own marker, set by the process that is killed now.
            last = marked
            os.kill(child, signal.SIGKILL)
            kills += 1
        hold.unlink()
        wait_for(counted, 2 + 30, 60)
    finally:
        end(worker)
    query = (
        f"select \"offset\", outcome from engine.ledger where region = '{REGIONS[0]}' order by 1"
    )
    assert rows(counted, query) == [(0, "dead_lettered"), (1, "applied"), (2, "applied")]


@pytest.mark.timeout(180)
def test_a_record_that_raises_what_nobody_expects_is_set_aside_at_its_third_death(
    stack: Endpoints, counted: str, topic: str, tmp_path: Path
) -> None:
    send(stack, topic, [b"0", RAISES, b"1"])
    deaths = []
    for _ in range(3):
        worker = launch(stack, counted, topic, tmp_path / "absent")
        try:
            assert worker.wait(60) == 1, "an unclassified error ends process and guardian"
        finally:
            worker.kill()
            worker.wait()
        deaths += rows(counted, "select deaths from engine.marker")
    assert deaths == [(1,), (2,), (3,)]
    worker = launch(stack, counted, topic, tmp_path / "absent")
    try:
        wait_for(counted, 2 + 30, 60)
    finally:
        end(worker)
    refused = rows(counted, 'select "offset", code from engine.ledger where code is not null')
    assert refused == [(1, "stage.quarantined")]
