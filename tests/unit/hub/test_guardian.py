"""The guardian: who dies of what, who is started again, and who ends with whom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.guardian import count_in

ROOT = Path(__file__).parents[3]
# Prints one line per child: what it was told of the one before. Then it does what `{deed}` says.
PROGRAM = """
import ctypes, os, signal, sys, time
import structlog
from hub import guardian
structlog.configure(logger_factory=structlog.WriteLoggerFactory(sys.stderr))
guardian.YOUNG_DEATHS_MAX = {deaths_max}
guardian.DELAY_SECONDS_MIN = 0.01
number = [0]
def before_next():
    number[0] += 1
def work(former):
    print(os.getpid(), number[0], former.value, flush=True)
    {deed}
    return 0
sys.exit(guardian.guard(work, before_next=before_next))
"""


@contextmanager
def guarded(deed: str, *, deaths_max: int = 10) -> Iterator[subprocess.Popen[str]]:
    program = PROGRAM.format(deed=deed, deaths_max=deaths_max)
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONFAULTHANDLER": ""},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def said(process: subprocess.Popen[str]) -> tuple[int, int, str]:
    """Return pid, number and what it knows of the former one, of the next child that starts."""
    assert process.stdout is not None
    pid, number, former = process.stdout.readline().split()
    return int(pid), int(number), former


def is_gone(pid: int) -> bool:
    """Say whether a process ends within five seconds; what nobody waits for is gone as well."""
    for _ in range(500):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except FileNotFoundError:
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("code", [0, 1, 75])
def test_who_ends_by_itself_is_not_started_again(code: int) -> None:
    with guarded(f"return {code}") as process:
        assert said(process)[1:] == (0, "none")
        assert process.wait(10) == code
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_an_error_ends_it_as_without_a_guardian() -> None:
    with guarded("raise KeyError") as process:
        assert process.wait(10) == 1


def test_a_kill_from_outside_is_told_as_such() -> None:
    with guarded("time.sleep(60)") as process:
        for number in range(3):
            pid, counted, former = said(process)
            assert (counted, former) == (number, "none" if number == 0 else "outside")
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("deed", ["ctypes.string_at(0)", "os.abort()"])
def test_a_crash_is_its_own_fault(deed: str) -> None:
    with guarded(deed, deaths_max=3) as process:
        formers = [said(process)[2] for _ in range(3)]
        assert formers == ["none", "own_fault", "own_fault"]
        assert process.wait(10) == 1, "after three young deaths it gives up"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_passes_on_what_it_is_told(number: signal.Signals) -> None:
    deed = f"sys.exit(7 if signal.sigwait({{{int(number)}}}) else 8)"
    blocked = f"signal.pthread_sigmask(signal.SIG_BLOCK, [{int(number)}]); {deed}"
    with guarded(blocked) as process:
        said(process)
        time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(10) == 7


def test_who_is_told_to_end_before_it_listens_ends_well() -> None:
    with guarded("time.sleep(60)") as process:
        said(process)
        process.terminate()
        assert process.wait(10) == 0


def test_the_child_dies_with_its_guardian() -> None:
    with guarded("time.sleep(60)") as process:
        pid, *_ = said(process)
        process.kill()
        process.wait()
        assert is_gone(pid)


def test_a_frozen_child_is_left_alone() -> None:
    with guarded("time.sleep(60)") as process:
        pid, *_ = said(process)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.2)
        assert process.poll() is None
        os.kill(pid, signal.SIGKILL)
        assert said(process)[1] == 1


def test_nothing_is_forked_beside_a_thread() -> None:
    program = (
        "import threading, time; from hub import guardian;"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start();"
        "guardian.guard(lambda former: 0, before_next=lambda: None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "ManyThreads" in done.stderr


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n", 2),
        ("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n", 5),
        ("oom_kill_disable 0\nunder_oom 0\n", None),
    ],
)
def test_kills_for_want_of_memory_are_counted(tmp_path: Path, text: str, count: int | None) -> None:
    path = tmp_path / "memory.events"
    path.write_text(text, encoding="ascii")
    assert count_in(path) == count
    assert count_in(tmp_path / "absent") is None
