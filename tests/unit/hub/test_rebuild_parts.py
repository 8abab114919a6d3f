from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hub import rebuild_parts
from tests.support.parts import WaitingPart

ROOT = Path(__file__).parents[3]
ENDED_SECONDS_MAX = 20.0


def test_results_come_in_the_order_of_the_parts() -> None:
    parts = [WaitingPart(number=number, seconds=0) for number in (3, 1, 2)]
    assert rebuild_parts.run_parts("unused", parts, lambda rows: None) == [3, 1, 2]


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
