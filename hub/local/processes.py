"""The processes of one stack as the operating system sees them: their identity and their end."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

PROCESSES_FILE = "processes.json"
LEFTOVER_SECONDS_MAX = 30.0
POLL_SECONDS = 0.05


def started_ticks(pid: int) -> int | None:
    """Return when a live process began, in clock ticks since boot; None when it is gone.

    A pid alone may have been given to a stranger; pid and start together name one process.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # the program's name may hold spaces and brackets
    return None if fields[0] == "Z" else int(fields[19])


def remember(data: Path, pids: Mapping[str, int]) -> None:
    """Write down what runs, for the next start after this process was killed."""
    known = {str(pid): started_ticks(pid) for pid in pids.values()}
    partial = data / f".{PROCESSES_FILE}.{os.getpid()}"
    partial.write_text(json.dumps(known) + "\n", encoding="utf-8")
    partial.replace(data / PROCESSES_FILE)


def forget(data: Path) -> None:
    """Remove what `remember` wrote: everything has ended."""
    (data / PROCESSES_FILE).unlink(missing_ok=True)


def end_leftovers(data: Path, seconds_max: float = LEFTOVER_SECONDS_MAX) -> int:
    """Wait for the processes of a killed run, and kill those that do not end; return how many.

    They were told to stop when their supervisor died (`launch.py`); two servers must not share
    one data directory, so the next start waits for them here. At most `seconds_max` seconds.
    """
    path = data / PROCESSES_FILE
    if not path.exists():
        return 0
    known = {int(pid): ticks for pid, ticks in json.loads(path.read_text("utf-8")).items()}
    left = {pid for pid, ticks in known.items() if is_same_process(pid, ticks)}
    found = len(left)
    deadline = time.monotonic() + seconds_max
    while left and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        left = {pid for pid in left if is_same_process(pid, known[pid])}
    for pid in left:
        signal_group(pid, signal.SIGKILL)
    path.unlink()
    return found


def is_same_process(pid: int, ticks: int | None) -> bool:
    """Return whether the process that was remembered is still alive."""
    return ticks is not None and started_ticks(pid) == ticks


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process and its children; each of ours leads its own group."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return  # it ended by itself: what we wanted
