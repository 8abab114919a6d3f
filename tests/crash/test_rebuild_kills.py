"""A rebuild killed half-way: its processes end with it, and the next one starts clean."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from hub import rebuild_parts
from hub.rebuild import rebuild
from hub.rebuild_rooms import rooms
from tests.support.live_tables import LiveTables, fill
from tests.support.road import eventually

ROOT = Path(__file__).parents[2]
COMMAND = (
    "from hub import rebuild_parts; rebuild_parts.POOL_ROWS_MIN = 0; "
    "import sys; sys.argv = ['radar', 'rebuild', sys.argv[1]]; from hub.cli import main; main()"
)
WAITING = (
    "select pid from pg_stat_activity where datname = current_database()"
    " and wait_event_type = 'Lock' and query like '%%engine.%%'"
)
SCHEMAS = "select nspname from pg_namespace where nspname ~ '^(radar|projections)_' order by 1"


@pytest.fixture
def live(database: str) -> Iterator[LiveTables]:
    tables = LiveTables(database)
    fill(tables)
    yield tables
    tables.close()


def started(live: LiveTables, what: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "RADAR_DATABASE_URL": live.url,
        "RADAR_KAFKA_BOOTSTRAP": "unused:9092",
    }
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, what],
        env=environment,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("what", ["radar", "projections"])
def test_a_killed_rebuild_leaves_nothing_that_writes(
    live: LiveTables, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: Callable[[], list[object]] = partial(live.query, WAITING)
    with psycopg.connect(live.url) as holding:
        # Its processes stop where they read the first row, with their tables made.
        holding.execute("lock table engine.journal, engine.advice, engine.findings")
        process = started(live, what)
        try:
            eventually(waiting, "the processes of the rebuild are reading", 60)
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
        holding.rollback()
    eventually(lambda: not _connected(live), "nobody of the killed rebuild is left", 60)
    assert live.query(SCHEMAS) == [(f"{what}_next",)]

    monkeypatch.setattr(rebuild_parts, "POOL_ROWS_MIN", 0)
    wanted = rooms(what)
    assert wanted is not None
    reports = rebuild(live.url, wanted, check=False, region=None)
    assert [report.is_equal for report in reports] == [True]
    assert live.query(SCHEMAS) == []


def _connected(live: LiveTables) -> list[object]:
    return live.query(
        "select pid from pg_stat_activity where datname = current_database()"
        " and pid <> pg_backend_pid() and application_name = '' and backend_type = 'client backend'"
    )
