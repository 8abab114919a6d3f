"""Workers killed while records pour in: every record counts once, in the order of its partition."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from streams.engine.crash_points import CRASH_POINTS
from tests.crash.counting_run import assert_counted_once, positions, pour, start, wait_for

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

RECORDS = 12_000
KILLS = 6
SEED = int(os.environ.get("RADAR_TEST_SEED", "20"))
WORKER_POINTS = tuple(point for point in CRASH_POINTS if not point.startswith("gateway"))


@pytest.mark.timeout(300)
def test_two_workers_killed_at_random_moments(stack: Endpoints, counted: str, topic: str) -> None:
    print(f"seed {SEED}: RADAR_TEST_SEED={SEED} repeats it")
    chance = random.Random(SEED)
    slots = ["slot-a", "slot-b"]
    workers = {slot: start(stack, counted, [topic], slot) for slot in slots}
    pouring = threading.Thread(target=pour, args=(stack, topic, range(RECORDS)))
    pouring.start()
    try:
        for _ in range(KILLS):
            before = positions(counted)
            wait_for(counted, min(before + 1, RECORDS), 120)
            time.sleep(chance.uniform(0.1, 2.5))
            slot = chance.choice(slots)
            workers[slot].send_signal(signal.SIGKILL)
            workers[slot].wait()
            workers[slot] = start(stack, counted, [topic], slot)
        pouring.join()
        deadline = time.monotonic() + 180
        while positions(counted) < RECORDS and time.monotonic() < deadline:
            time.sleep(0.2)
            for slot, worker in workers.items():
                if worker.poll() is not None:
                    workers[slot] = start(stack, counted, [topic], slot)
    finally:
        for worker in workers.values():
            worker.terminate()
        for worker in workers.values():
            assert worker.wait(60) is not None
    assert_counted_once(counted, RECORDS)


@pytest.mark.timeout(300)
def test_a_worker_that_dies_at_each_named_point(stack: Endpoints, counted: str, topic: str) -> None:
    """One worker dies at every point in turn while records wait; the next one goes on."""
    records = 400
    for number, point in enumerate(WORKER_POINTS):
        pour(stack, topic, range(number * records, (number + 1) * records))
        worker = start(stack, counted, [topic], "slot-a", crash_point=point)
        try:
            assert worker.wait(60) == -signal.SIGKILL, point
        finally:
            worker.kill()
            worker.wait()
    last = start(stack, counted, [topic], "slot-a")
    try:
        wait_for(counted, records * len(WORKER_POINTS))
    finally:
        last.kill()
        last.wait()
    assert_counted_once(counted, records * len(WORKER_POINTS))
