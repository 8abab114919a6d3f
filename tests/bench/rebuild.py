"""How fast state and facts are made anew, beside how fast they were made live, in how much memory.

The journal stands in its table, filled by COPY, and on its topic.  First a live worker reads all of
it, then `radar rebuild` does, and must find the same: the radar's state, then the facts.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import psutil
import psycopg

from streams.engine.log import JOURNAL
from tests.bench.events import REGIONS, Happening, happenings, journal_row
from tests.bench.figures import BenchFailed, Promise, Report, cpu_seconds, median, pace_of
from tests.bench.harness import Stand, Tell, running_stand, wait_until_reached

SAMPLE_SECONDS = 0.25
RATIO_FLOOR, RATIO_AIM = 3.0, 5.0
FACTS_PER_SECOND_FLOOR = 60_000.0
# What a process keeps of every event would double from the second quarter to the last.
GROWTH_CEILING = 1.15
MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Rows a second, live and anew, with what both took of processors and memory.

    Processor microseconds are those of the own processes for each row, servers left out; those of a
    rebuild include its start and its comparison. Where others use the machine they say more than
    rates.
    """

    live: float
    rebuilt: float
    seconds: float
    live_processor_us: float
    processor_us: float
    live_memory: Sequence[float]
    memory: Sequence[float]

    @property
    def ratio(self) -> float:
        """Return how many times faster the rebuild was."""
        return self.rebuilt / self.live

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        return {
            "live_rows_per_second": round(self.live),
            "rebuild_rows_per_second": round(self.rebuilt),
            "ratio": round(self.ratio, 2),
            "live_processor_us_per_row": round(self.live_processor_us, 1),
            "rebuild_processor_us_per_row": round(self.processor_us, 1),
            "rebuild_seconds": self.seconds,
            "memory_mib": {
                "live": _quarters(self.live_memory),
                "rebuild": _quarters(self.memory),
            },
        }


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
        radar = _made(stand, url, "radar", "radar", events)
        # The live stage writes all read tables at once; only the facts are made anew.
        facts = _made(stand, url, "projections", "facts", events)
    promises = (
        Promise(name="radar: rebuild / live", value=radar.ratio, floor=RATIO_FLOOR, aim=RATIO_AIM),
        Promise(
            name="radar: memory growth, live",
            value=growth(radar.live_memory),
            ceiling=GROWTH_CEILING,
        ),
        Promise(
            name="radar: memory growth, rebuild",
            value=growth(radar.memory),
            ceiling=GROWTH_CEILING,
        ),
        Promise(name="facts: rows a second", value=facts.rebuilt, floor=FACTS_PER_SECOND_FLOOR),
    )
    measured = {"events": events, "radar": radar.document(), "facts": facts.document()}
    return Report(bench="rebuild", promises=promises, measured=measured)


def _made(stand: Stand, url: str, stage: str, what: str, events: int) -> Made:
    with stand.workers([stage], url) as (worker,), sampled(worker.pid) as live_memory:
        reached: Callable[[], int] = partial(_journal_read_by, url, stage)
        wait_until_reached(reached, events, stage, stand.tell)
        live_seconds = cpu_seconds(worker)
    live = pace_of(url, stage, JOURNAL.topic).per_second
    stand.tell(f"{what}, live: {live:,.0f} rows/s")
    before = _seconds_of_ended_children()
    rebuilt, memory = _rebuild(stand, url, what)
    seconds = _seconds_of_ended_children() - before
    if not rebuilt["equal"] or rebuilt["rows"] != events:
        raise BenchFailed(f"the rebuild of {what} did not give what the live stage gave")
    made = Made(
        live=live,
        rebuilt=float(str(rebuilt["rows_per_second"])),
        seconds=float(str(rebuilt["seconds"])),
        live_processor_us=live_seconds / events * 1e6,
        processor_us=seconds / events * 1e6,
        live_memory=live_memory,
        memory=memory,
    )
    stand.tell(f"{what}, rebuild: {made.rebuilt:,.0f} rows/s, {made.ratio:.1f} times live")
    return made


def _seconds_of_ended_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _journal_read_by(url: str, stage: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select coalesce(sum(position), 0)::bigint from engine.input"
            " where stage = %s and topic = %s",
            [stage, JOURNAL.topic],
        ).fetchone()
    return 0 if row is None else int(row[0])


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


def _rebuild(stand: Stand, url: str, what: str) -> tuple[Mapping[str, object], Sequence[float]]:
    command = [sys.executable, "-m", "hub.cli", "rebuild", what, "--json"]
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
