"""Runs a Radar whose PostgreSQL or Kafka lives on a small disk, and fills that disk under traffic.

    unshare … python -m tests.crash.full_disk_run postgres|wal|kafka DIRECTORY

With `wal` the write-ahead log of PostgreSQL is used up as well: a segment that cannot be begun ends
the server itself (PANIC), and there is none to recover with either.

Must run in a user and mount namespace of its own, where it may mount a tmpfs and nobody else sees
it (`tests/crash/test_full_disks.py` starts it so). Prints what it met as one JSON line.
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError

import psycopg

from hub.local.stack import LocalStack, StackSettings, make_private
from tests.support.road import Radar, eventually, running_radar
from tests.support.road_command import radar_command
from tests.support.road_sender import PersistentSender

# What is left after the start must be filled in seconds; what the start itself needs must fit.
SIZES = {"postgres": "256m", "kafka": "96m"}
WAL = "wal"
# Goes into the write-ahead log and nowhere else.
TO_LOG_ONLY = "select pg_logical_emit_message(false, 'filler', repeat('x', 1000000))"
NO_SEGMENT = 'PANIC:  could not write to file "pg_wal/'
NO_RECOVERY = "shutting down due to startup process failure"
EVENTS = 400
HURT_SECONDS_MAX = 60.0
RECOVERY_SECONDS_MAX = 90.0


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill a disk to its last page, and make room again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    try:
        yield
    finally:
        filler.unlink()


def is_missed(radar: Radar, service: str) -> bool:
    """Say whether a process says that it is not ready; one that does not answer is not it."""
    with suppress(URLError, TimeoutError, ConnectionError):
        return radar.health(service)[0] == 503
    return False


def use_up_log(radar: Radar) -> None:
    """Write into PostgreSQL's log alone, until the server ends and cannot even recover."""
    deadline = time.monotonic() + HURT_SECONDS_MAX
    while not said(radar, NO_RECOVERY):
        assert time.monotonic() < deadline, f"{said(radar, NO_SEGMENT)} ends, and it still answers"
        # It may end under this, or not be back yet.
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(radar.settings.database, autocommit=True) as connection,
        ):
            connection.execute(TO_LOG_ONLY)


def said(radar: Radar, words: str) -> int:
    """Return how often PostgreSQL's log says something."""
    log = radar.stack.data / "logs" / "postgres.log"
    return log.read_text(encoding="utf-8").count(words)


def run(what: str, data: Path) -> dict[str, object]:
    """Fill the server's disk under traffic, make room, and compare what came of every event."""
    make_private(data)
    server = "postgres" if what == WAL else what
    disk = data / server
    disk.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZES[server]},mode=0700", "radar", str(disk)]
    subprocess.run(mount, check=True)
    with LocalStack(StackSettings.from_environment(data, durable=False)) as stack:
        stack.start(lambda step, seconds: print(f"{step}: {seconds:.1f} s", file=sys.stderr))
        with running_radar(stack) as radar:
            return fill_under_traffic(radar, what, disk)


def fill_under_traffic(radar: Radar, what: str, disk: Path) -> dict[str, object]:
    """Send, fill, wait until it hurts, make room, wait until all is well; see the keys."""
    sender = PersistentSender(radar, EVENTS)
    sender.start()
    eventually(lambda: len(sender.taken) >= 20, "the first events are taken")
    restarts = radar.stack.supervisor.restarts()
    with full(disk):
        if what == WAL:
            use_up_log(radar)
        hurts = lambda: bool(sender.refusals)  # noqa: E731
        eventually(hurts, "the gateway refuses", HURT_SECONDS_MAX)
        eventually(lambda: is_missed(radar, "admission"), "admission says so", HURT_SECONDS_MAX)
    began = time.monotonic()
    eventually(
        lambda: all(map(radar.is_ready, radar.ports)), "everybody is ready", RECOVERY_SECONDS_MAX
    )
    recovered = time.monotonic() - began
    sender.check_all_arrived_once()
    verified = radar_command("verify", "--json", data=radar.stack.data)
    after = radar.stack.supervisor.restarts()
    return {
        "taken": len(sender.taken),
        "refusals": sorted({status for status, _ in sender.refusals}),
        "said_when_to_try_again": all(wait for _, wait in sender.refusals),
        "server_restarts": after[disk.name] - restarts[disk.name],
        "panics": said(radar, NO_SEGMENT),
        "own_restarts": {n: after[n] - restarts[n] for n in radar.ports if after[n] > restarts[n]},
        "recovery_seconds": round(recovered, 1),
        "verify": verified.code,
    }


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]))))
