"""The watchdog ends who is stuck for good, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from hub.watchdog import EXIT_STUCK, Watchdog

ROOT = Path(__file__).parents[3]
# The main thread hangs for good: neither an exception nor `sys.exit` could end it.
PROGRAM = """
import threading
from hub.watchdog import Watchdog
hang = threading.Lock()
hang.acquire()
Watchdog("test", lambda: "hangs", look_every_seconds=0.02, grace_seconds=0.1).start()
hang.acquire()
"""

# C code that does not give the interpreter back: no thread of Python runs any more.
SILENT = """
import ctypes
from hub.watchdog import Watchdog
Watchdog("test", lambda: None, look_every_seconds=0.02, silent_seconds=0.5).start()
ctypes.PyDLL(None).sleep(60)
"""


def watched(answers: list[str | None]) -> tuple[list[int], int]:
    """Let it look once per answer; return how it ended the process, and how often it looked."""
    ends: list[int] = []
    looks = 0
    over = threading.Event()

    def complaint() -> str | None:
        nonlocal looks
        if looks == len(answers):
            over.set()
            return None
        looks += 1
        return answers[looks - 1]

    def end(code: int) -> None:
        ends.append(code)
        over.set()

    dog = Watchdog("test", complaint, end=end, look_every_seconds=0.005, grace_seconds=0.015)
    dog.start()
    assert over.wait(10)
    dog.stop()
    return ends, looks


def test_it_ends_who_is_stuck_for_as_long_as_its_grace() -> None:
    assert watched(["stuck", "stuck", "stuck", "stuck"]) == ([EXIT_STUCK], 3)


def test_it_spares_who_recovers() -> None:
    assert watched(["stuck", "stuck", None, "stuck", "stuck", None]) == ([], 6)


def test_it_ends_a_process_whose_main_thread_hangs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, timeout=20, check=False, text=True,
        capture_output=True, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == EXIT_STUCK
    assert "worker_stuck" in done.stdout + done.stderr


def test_it_ends_a_process_in_which_no_thread_of_python_runs_any_more() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SILENT], cwd=ROOT, timeout=20, check=False, text=True,
        capture_output=True, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == EXIT_STUCK
    assert 'File "<string>", line 5' in done.stderr
