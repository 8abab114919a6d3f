"""SIGTERM and Ctrl-C: everything ends by itself, soon and with nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from hub.local.endpoints import ENDPOINTS_FILE, Endpoints, read_endpoints
from hub.local.errors import StackNotRunning
from hub.local.processes import started_ticks
from hub.local.stack import StackSettings, erase
from hub.services import SERVICES
from tests.support.road import Radar, eventually, http
from tests.support.road_sender import PersistentSender

if TYPE_CHECKING:
    from hub.local.supervisor import Supervisor

STOP_SECONDS_MAX = 10.0
START_SECONDS_MAX = 120.0
Up = subprocess.Popen[str]
NAMES = [service.name for service in SERVICES]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="radar-test-up-"))
    yield directory
    erase(StackSettings(data=directory))


@pytest.fixture(scope="module")
def start(data: Path) -> Iterator[Callable[[], Up]]:
    """Return what runs `radar up`; nothing that it started outlives this module."""
    with ExitStack() as undo:

        def up() -> Up:
            process = subprocess.Popen(
                [sys.executable, "-m", "hub.cli", "up", "--data", str(data)],
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            undo.enter_context(process)
            undo.callback(process.kill)
            return process

        yield up


@pytest.fixture(scope="module", autouse=True)
def first_start(radar: Radar, start: Callable[[], Up]) -> Up:
    """Start `radar up` beside the tests before its own, which mostly wait."""
    return start()


def wait_until_up(process: Up, data: Path) -> Endpoints:
    def is_up() -> Endpoints | None:
        assert process.poll() is None
        try:
            found = read_endpoints(data)
        except StackNotRunning:
            return None
        return found if found.web_url else None

    return eventually(is_up, "radar up", START_SECONDS_MAX)


def exit_codes(supervisor: Supervisor, number: signal.Signals) -> dict[str, int]:
    """Signal all our services at once; return how each ended, in time."""
    processes = {name: supervisor._services[name].process for name in NAMES}
    deadline = time.monotonic() + STOP_SECONDS_MAX
    for process in processes.values():
        assert process is not None
        os.kill(process.pid, number)
    return {
        name: process.wait(max(0.0, deadline - time.monotonic()))
        for name, process in processes.items()
        if process is not None
    }


def test_services_end_in_time_under_load_and_lose_nothing(radar: Radar) -> None:
    sender = PersistentSender(radar, count=150)
    sender.start()
    eventually(lambda: len(sender.taken) >= 30, "there is load")
    codes = exit_codes(radar.stack.supervisor, signal.SIGTERM)
    assert len(sender.taken) < 150, "the load was over before the end"
    assert codes == dict.fromkeys(NAMES, 0)
    sender.check_all_arrived_once()


def test_a_worker_that_waits_for_the_database_ends_in_time(radar: Radar) -> None:
    sender = PersistentSender(radar, count=5)
    supervisor = radar.stack.supervisor
    for name in NAMES:
        eventually(partial(radar.is_ready, name), f"{name} runs again")
    supervisor.pause("postgres")
    try:
        sender.start()
        codes = exit_codes(supervisor, signal.SIGTERM)
    finally:
        supervisor.resume("postgres")
    assert codes == dict.fromkeys(NAMES, 0)
    sender.check_all_arrived_once()


def stop(process: Up, number: signal.Signals) -> None:
    """Signal `radar up`, as a service manager or Ctrl-C does, and wait for a tidy end."""
    process.send_signal(number)
    _, said = process.communicate(timeout=START_SECONDS_MAX)
    assert process.returncode in (0, 130), said
    assert "Traceback" not in said
    assert said.splitlines()[-1] == "stopped"


def left_over(data: Path, endpoints: Endpoints) -> list[str]:
    """Return the processes of a stack that still run."""
    named = [name for name, pid in endpoints.pids.items() if started_ticks(pid) is not None]
    mentioned = [
        process.name()
        for process in psutil.process_iter()
        if process.pid != os.getpid() and mentions(process, str(data))
    ]
    return named + mentioned


def mentions(process: psutil.Process, text: str) -> bool:
    try:
        return text in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
        return False


def journal_position(endpoints: Endpoints) -> int | None:
    """Return how far the one region's journal is, once the pages know the region."""
    regions = http(f"{endpoints.web_url}/regios.json").json()["regios"]
    assert [region["code"] for region in regions] in ([], ["drenthe"])
    return regions[0]["bijgewerkt"]["journaalPositie"] if regions else None


@pytest.mark.timeout(300)  # two starts, which take minutes on a machine that does much else
def test_radar_up_stops_clean_and_finds_its_data_again(
    data: Path, first_start: Up, start: Callable[[], Up]
) -> None:
    endpoints = wait_until_up(first_start, data)
    position = eventually(lambda: journal_position(endpoints), "the region on the first page")
    assert set(NAMES) <= endpoints.pids.keys()
    stop(first_start, signal.SIGTERM)
    assert left_over(data, endpoints) == []
    assert not (data / ENDPOINTS_FILE).exists()

    process = start()
    again = wait_until_up(process, data)
    assert (journal_position(again) or 0) >= position
    stop(process, signal.SIGINT)
    assert left_over(data, again) == []
