"""How fast the radar's state is made anew, beside how fast it was made live, in how much memory.

The journal stands in its table, filled by COPY, and on its topic.  First the live worker reads all
of it, then `radar rebuild radar` does, and must find the same.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import psutil
import psycopg

from streams.engine.log import JOURNAL
from tests.bench.events import REGIONS, Happening, happenings, journal_row
from tests.bench.figures import BenchFailed, Promise, Report, median, pace_of
from tests.bench.harness import Stand, Tell, read_by, running_stand, wait_until_reached

SAMPLE_SECONDS = 0.25
RATIO_FLOOR, RATIO_AIM = 3.0, 5.0
# What a process keeps of every event would double from the second quarter to the last.
GROWTH_CEILING = 1.15
MIB = 2**20


def run_rebuild_bench(*, events: int, tell: Tell) -> Report:
    """Read the journal live, then rebuild from it; raises BenchFailed when they differ."""
    with running_stand(tell) as stand:
        return rebuild_on(stand, events=events)


def rebuild_on(stand: Stand, *, events: int) -> Report:
    """Do so on a stand that runs."""
    with stand.database() as url:
        stand.new_log_topics()
        _fill_table(url, happenings(events))
        stand.fill_journal(happenings(events))
        stand.tell(f"{events:,} rows in the journal")
        with stand.workers(["radar"], url) as (worker,), sampled(worker.pid) as live_memory:
            reached: Callable[[], int] = partial(read_by, url, "radar")
            wait_until_reached(reached, events, "radar", stand.tell)
        live = pace_of(url, "radar", JOURNAL.topic)
        stand.tell(f"live: {live.per_second:,.0f} rows/s")
        rebuilt, memory = _rebuild(stand, url)
    if not rebuilt["equal"] or rebuilt["rows"] != events:
        raise BenchFailed("the rebuild did not give what the live stage gave")
    rate = float(str(rebuilt["rows_per_second"]))
    stand.tell(f"rebuild: {rate:,.0f} rows/s")
    promises = (
        Promise(
            name="rebuild / live", value=rate / live.per_second, floor=RATIO_FLOOR, aim=RATIO_AIM
        ),
        Promise(name="memory growth, live", value=growth(live_memory), ceiling=GROWTH_CEILING),
        Promise(name="memory growth, rebuild", value=growth(memory), ceiling=GROWTH_CEILING),
    )
    measured = {
        "events": events,
        "live_rows_per_second": round(live.per_second),
        "rebuild_rows_per_second": round(rate),
        "rebuild_seconds": rebuilt["seconds"],
        "memory_mib": {"live": _quarters(live_memory), "rebuild": _quarters(memory)},
    }
    return Report(bench="rebuild", promises=promises, measured=measured)


def _fill_table(url: str, said: Iterator[Happening]) -> None:
    """Put the rows in the journal's table, as admission would have left it."""
    columns = ("region", "position", "incarnation", "row_version", "key", "body", *JOURNAL.columns)
    heads = dict.fromkeys(REGIONS, 0)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        statement = f"copy {JOURNAL.table} ({', '.join(columns)}) from stdin"
        with cursor.copy(statement.encode()) as copy:
            for one in said:
                heads[one.region] = one.position
                household = one.household_id
                head = (one.region, one.position, 1, 1, household.encode(), journal_row(one))
                values = (one.recorded_at, one.source, one.event_id, one.record_name, [household])
                copy.write_row((*head, *values))
        cursor.executemany(
            "insert into engine.log_head (log, region, position, relayed) values (%s, %s, %s, %s)",
            [(JOURNAL.name, region, head, head) for region, head in heads.items()],
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def _rebuild(stand: Stand, url: str) -> tuple[Mapping[str, object], Sequence[float]]:
    command = [sys.executable, "-m", "hub.cli", "rebuild", "radar", "--json"]
    log = stand.stack.data / "logs" / "rebuild.log"
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            command,
            env=stand.environment(url),
            cwd=stand.stack.data,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
        sampled(process.pid) as memory,
    ):
        output, _ = process.communicate()
    if process.returncode != 0:
        raise BenchFailed("the rebuild failed; see its log")
    (found,) = json.loads(output)["rebuilt"]
    return found, memory


@contextmanager
def sampled(pid: int) -> Iterator[list[float]]:
    """Note the resident MiB of a process and its children while the block runs."""
    found: list[float] = []
    done = threading.Event()

    def sample() -> None:
        while not done.wait(SAMPLE_SECONDS):
            try:
                root = psutil.Process(pid)
                tree = [root, *root.children(recursive=True)]
                found.append(sum(one.memory_info().rss for one in tree) / MIB)
            except psutil.NoSuchProcess:
                continue  # it, or a child of it, ended between two looks

    thread = threading.Thread(target=sample, name="memory", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def growth(samples: Sequence[float]) -> float:
    """Return how much more memory the second half took than the second quarter, at its worst."""
    _, before, *after = _quarters(samples)
    return max(after) / before


def _quarters(samples: Sequence[float]) -> list[float]:
    """Return the median of each quarter of the time."""
    if len(samples) < 8:
        raise BenchFailed("too short to see whether memory grows")
    size = len(samples) // 4
    return [round(median(samples[n * size : (n + 1) * size]), 1) for n in range(4)]
