"""Programs are started, watched, started again and stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.local import processes, supervisor
from hub.local.errors import ServiceFailed, StartInterrupted
from hub.local.processes import end_leftovers, remember, started_ticks
from hub.local.supervisor import Supervisor

SLEEPER = "import time; time.sleep(600)"
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""
TELLS_ITS_END = """
import pathlib, signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as file:
        file.write(sys.argv[2])
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1] + sys.argv[2]).touch()
time.sleep(600)
"""


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Supervisor]:
    """Return a supervisor whose programs end with the test."""
    running = Supervisor(tmp_path)
    yield running
    running.stop()


def python(code: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", code, *(str(argument) for argument in arguments)]


def eventually(condition: Callable[[], bool], seconds_max: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds_max
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_output_goes_to_a_log_and_the_environment_is_ours_alone(
    runner: Supervisor, tmp_path: Path
) -> None:
    os.environ["RADAR_TEST_LEAK"] = "1"
    code = "import os; print(sorted(k for k in os.environ if k.startswith('RADAR')), flush=True)"
    runner.spawn("speaker", python(code + "\n" + SLEEPER), {"RADAR_GIVEN": "1"})
    log = tmp_path / "logs" / "speaker.log"
    assert eventually(lambda: "['RADAR_GIVEN']" in log.read_text())
    del os.environ["RADAR_TEST_LEAK"]


def test_ready_means_what_the_caller_says(runner: Supervisor, tmp_path: Path) -> None:
    code = f"import pathlib, time; time.sleep(0.3); pathlib.Path(r'{tmp_path}/up').touch()\n"
    runner.spawn("slow", python(code + SLEEPER), {}, ready=(tmp_path / "up").exists)
    assert runner.wait_ready("slow", 10) >= 0.3
    runner.spawn("never", python(SLEEPER), {}, ready=lambda: False)
    with pytest.raises(ServiceFailed, match=r"never was not ready in 0 s; see .*never\.log"):
        runner.wait_ready("never", 0.2)


def test_a_program_that_ends_before_it_is_ready_is_named(runner: Supervisor) -> None:
    runner.spawn("short", python("raise SystemExit(3)"), {}, ready=lambda: False)
    with pytest.raises(ServiceFailed, match="short ended before it was ready"):
        runner.wait_ready("short", 10)
    with pytest.raises(ServiceFailed, match="short ended"):
        runner.wait(10)


def test_a_program_that_dies_is_started_again(runner: Supervisor) -> None:
    runner.spawn("phoenix", python(SLEEPER), {}, restart=True)
    first = runner.pids()["phoenix"]
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: runner.pids().get("phoenix", first) != first)
    assert runner.restarts() == {"phoenix": 1}
    assert runner.wait(0.1) is False


def test_a_paused_program_stays_down_until_it_is_resumed(runner: Supervisor) -> None:
    runner.spawn("broker", python(SLEEPER), {}, restart=True)
    runner.pause("broker", kill=True)
    time.sleep(2 * supervisor.KEEPER_POLL_SECONDS + supervisor.RESTART_DELAY_SECONDS_MIN)
    assert runner.pids() == {}
    runner.resume("broker")
    assert "broker" in runner.pids()
    assert runner.restarts() == {"broker": 0}


def test_what_ends_again_and_again_is_given_up_while_it_was_never_ready(
    runner: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "RESTART_DELAY_SECONDS_MAX", 0.1)
    runner.spawn("broken", python("raise SystemExit(3)"), {}, ready=lambda: False, restart=True)
    with pytest.raises(ServiceFailed, match="broken ended before it was ready"):
        runner.wait_ready("broken", 20)


def test_higher_tiers_stop_first(runner: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    for tier, name in ((0, "a"), (2, "c"), (1, "b")):
        ready = Path(f"{ends}{name}").exists
        runner.spawn(name, python(TELLS_ITS_END, ends, name), {}, ready=ready, tier=tier)
        runner.wait_ready(name, 10)
    runner.stop()
    runner.stop()
    assert ends.read_text() == "cba"
    assert runner.wait(0) is True
    with pytest.raises(StartInterrupted):
        runner.spawn("late", python(SLEEPER), {})


def test_what_does_not_end_is_killed(
    runner: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS_MAX", 0.3)
    up = tmp_path / "up"
    runner.spawn("stubborn", python(STUBBORN, up), {}, ready=up.exists)
    runner.wait_ready("stubborn", 10)
    pid = runner.pids()["stubborn"]
    runner.stop()
    assert started_ticks(pid) is None


def test_a_log_does_not_grow_for_ever(
    runner: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LOG_BYTES_MAX", 1_000)
    monkeypatch.setattr(supervisor, "LOG_CHECK_SECONDS", 0.1)
    code = "import time\nfor n in range(10_000): print('x' * 99, flush=True); time.sleep(0.01)"
    runner.spawn("chatty", python(code), {})
    older = tmp_path / "logs" / "chatty.log.1"
    assert eventually(older.exists)
    size = older.stat().st_size
    time.sleep(3 * supervisor.KEEPER_POLL_SECONDS)
    assert (tmp_path / "logs" / "chatty.log").stat().st_size < 20 * size


def test_leftovers_of_a_killed_run_are_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = subprocess.Popen(python(SLEEPER))
    left = subprocess.Popen(python(SLEEPER), start_new_session=True)
    remember(tmp_path, {"left": left.pid, "gone": 2**22 + 1})
    assert end_leftovers(tmp_path, seconds_max=0.2) == 1
    assert left.wait(10) == -signal.SIGKILL
    assert end_leftovers(tmp_path) == 0
    # A pid that was given to another process since is left alone.
    monkeypatch.setattr(processes, "started_ticks", lambda _pid: 1)
    remember(tmp_path, {"stranger": stranger.pid})
    monkeypatch.undo()
    assert end_leftovers(tmp_path, seconds_max=0.2) == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait(10)
