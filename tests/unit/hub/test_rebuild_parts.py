from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub import rebuild_parts
from streams.engine.errors import StopError
from tests.support.parts import WaitingPart

ROOT = Path(__file__).parents[3]
ENDED_SECONDS_MAX = 20.0


def test_results_come_in_the_order_of_the_parts() -> None:
    parts = [WaitingPart(number=number, seconds=0) for number in (3, 1, 2)]
    assert rebuild_parts.run_parts("unused", parts, lambda rows: None) == [3, 1, 2]


def test_waves_share_their_processes_and_an_error_ends_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuild_parts, "POOL_ROWS_MIN", 0)
    told: list[float] = []
    with rebuild_parts.Processes("unused") as processes:
        processes.run([WaitingPart(number=1, seconds=0)], told.append)
        first = {child.pid for child in multiprocessing.active_children()}
        assert processes.run([WaitingPart(number=2, seconds=0)], told.append) == [2]
        again = {child.pid for child in multiprocessing.active_children()}
    assert first
    assert first <= again, "the next wave starts no others in their place"
    assert sum(told) == 2.0
    with (
        pytest.raises(StopError, match="AssertionError"),
        rebuild_parts.Processes("other") as other,
    ):
        other.run([WaitingPart(number=3, seconds=0)], told.append)
    assert not multiprocessing.active_children()


def test_ctrl_c_ends_every_process_of_the_command() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.parts", "600"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            child = int(process.stdout.readline())
            # As a terminal does: the whole group hears it, the parent decides.
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(ENDED_SECONDS_MAX) != 0
        finally:
            process.kill()
    deadline = time.monotonic() + ENDED_SECONDS_MAX
    while _is_there(child):
        assert time.monotonic() < deadline, "a process went on alone"
        time.sleep(0.05)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return "State:\tZ" not in status
