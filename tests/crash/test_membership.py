"""Workers that come, go, freeze and wake: a region has one writer, and nothing counts twice."""

from __future__ import annotations

import signal
import threading
import time
from subprocess import Popen
from typing import TYPE_CHECKING

import pytest

from tests.crash.counting_run import (
    REGIONS,
    assert_counted_once,
    claims,
    owners,
    positions,
    pour,
    start,
    wait_for,
)

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

SIGTERM_SECONDS_MAX = 10.0
SESSION_SECONDS = 6.0
TAKEOVER_SECONDS_MAX = 60.0


def stop(worker: Popen[bytes]) -> float:
    """Ask a worker to end and return how long it took; it must end well."""
    began = time.monotonic()
    worker.terminate()
    assert worker.wait(30) == 0
    return time.monotonic() - began


def wait_for_owners(database: str, slots: set[str]) -> None:
    deadline = time.monotonic() + TAKEOVER_SECONDS_MAX
    while set((found := owners(database)).values()) != slots or len(found) < len(REGIONS):
        assert time.monotonic() < deadline, f"regions are held by {found}"
        time.sleep(0.1)


def wait_for_claim(database: str, slot: str, before: int) -> None:
    """Wait until a slot has claimed again: a process that still starts cannot stop in order."""
    deadline = time.monotonic() + TAKEOVER_SECONDS_MAX
    while claims(database) == before or slot not in owners(database).values():
        assert time.monotonic() < deadline, f"{slot} claims nothing"
        time.sleep(0.1)


@pytest.mark.timeout(300)
def test_one_worker_then_three_then_one(stack: Endpoints, counted: str, topic: str) -> None:
    records = 8_000
    pouring = threading.Thread(target=pour, args=(stack, topic, range(records)))
    workers = {"a": start(stack, counted, [topic], "a")}
    try:
        wait_for_owners(counted, {"a"})
        pouring.start()
        workers |= {slot: start(stack, counted, [topic], slot) for slot in ("b", "c")}
        wait_for_owners(counted, {"a", "b", "c"})
        for slot in ("a", "b", "c"):
            # A rolling restart: the slot's name is its own, so nobody else moves.
            before = claims(counted)
            assert stop(workers[slot]) <= SIGTERM_SECONDS_MAX
            workers[slot] = start(stack, counted, [topic], slot)
            wait_for_claim(counted, slot, before)
        for slot in ("b", "c"):
            assert stop(workers.pop(slot)) <= SIGTERM_SECONDS_MAX
        wait_for_owners(counted, {"a"})
        pouring.join()
        wait_for(counted, records)
        assert stop(workers.pop("a")) <= SIGTERM_SECONDS_MAX
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait()
    assert_counted_once(counted, records)


@pytest.mark.timeout(300)
def test_a_frozen_worker_wakes_after_another_took_over(
    stack: Endpoints, counted: str, topic: str
) -> None:
    records = 9_000
    workers = {slot: start(stack, counted, [topic], slot) for slot in ("a", "b")}
    pouring = threading.Thread(target=pour, args=(stack, topic, range(records)))
    try:
        wait_for_owners(counted, {"a", "b"})
        pouring.start()
        wait_for(counted, 500)
        workers["a"].send_signal(signal.SIGSTOP)
        wait_for_owners(counted, {"b"})
        while_frozen = positions(counted)
        workers["a"].send_signal(signal.SIGCONT)
        pouring.join()
        deadline = time.monotonic() + TAKEOVER_SECONDS_MAX
        while positions(counted) < records and time.monotonic() < deadline:
            if workers["a"].poll() is not None:
                workers["a"] = start(stack, counted, [topic], "a")
            time.sleep(0.1)
        assert positions(counted) > while_frozen
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait()
    assert_counted_once(counted, records)
