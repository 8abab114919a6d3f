"""Rounds in turn, medians, promises and the document of a bench.

A measurement says which commit and machine it is of.  Ratios are taken between things that ran in
the same run, in turn, so that a machine that is busy at times is busy for all of them.
"""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg

from tests.soak.soak import commit

T = TypeVar("T")


class BenchFailed(RuntimeError):
    """A bench could not measure, or something that it measures did not do its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A figure with the floor or ceiling that it must keep, and the aim, where there is one."""

    name: str
    value: float
    floor: float | None = None
    ceiling: float | None = None
    aim: float | None = None

    @property
    def holds(self) -> bool:
        """Say whether the figure keeps what was promised."""
        is_high = self.floor is None or self.value >= self.floor
        return is_high and (self.ceiling is None or self.value <= self.ceiling)

    def document(self) -> dict[str, object]:
        """Return it for a machine; what has no bound is left out."""
        bounds = {"floor": self.floor, "ceiling": self.ceiling, "aim": self.aim}
        said = {name: bound for name, bound in bounds.items() if bound is not None}
        return {"name": self.name, "value": round(self.value, 4), **said, "holds": self.holds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a bench found: its promises, and everything that was measured."""

    bench: str
    promises: Sequence[Promise]
    measured: Mapping[str, object]

    @property
    def holds(self) -> bool:
        """Say whether every promise holds."""
        return all(promise.holds for promise in self.promises)

    def document(self) -> dict[str, object]:
        """Return the one JSON document of the bench."""
        return {
            "bench": self.bench,
            "holds": self.holds,
            "promises": [promise.document() for promise in self.promises],
            **self.measured,
            "machine": machine(),
            "commit": commit(),
        }


def machine() -> dict[str, object]:
    """Say on what it ran: a figure without its machine says nothing."""
    info = Path("/proc/cpuinfo").read_text(encoding="ascii")
    names = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    libraries = ("faust-streaming", "confluent-kafka", "fastavro", "psycopg")
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in libraries},
    }


def in_turn(names: Sequence[str], rounds: int, run: Callable[[str, int], T]) -> dict[str, list[T]]:
    """Run everything once, then everything again: what slows the machine slows all of them."""
    found: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            found[name].append(run(name, number))
    return found


def median(values: Iterable[float]) -> float:
    """Return the median: one round that was disturbed says nothing."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all do not exceed."""
    if not values:
        raise BenchFailed("nothing was measured")
    return sorted(values)[max(0, -(-len(values) * round(share * 1_000) // 1_000) - 1)]


def cpu_seconds(process: psutil.Process) -> float:
    """Return the processor seconds of a process and its children, those that ended included."""
    times = process.cpu_times()
    total: float = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            of_child = child.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it ended meanwhile: its parent's figures have it from now on
        total += of_child.user + of_child.system
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many records were committed in how many seconds, the first unit left out.

    The first one pays for connecting and planning, which no rate should depend on.
    """

    records: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Return the rate."""
        if self.seconds <= 0:
            raise BenchFailed("too few records to measure a rate")
        return self.records / self.seconds


def pace_of(url: str, stage: str, topic: str) -> Pace:
    """Return how fast a stage committed the rows of a log, from what it noted of each commit."""
    with psycopg.connect(url) as connection:
        rows: list[tuple[str, datetime, int]] = connection.execute(
            "select xmin::text, committed_at, position - lag(position, 1, 0::bigint)"
            " over (partition by region order by position) from engine.progress"
            " where stage = %s and topic = %s order by committed_at",
            [stage, topic],
        ).fetchall()
    if not rows:
        raise BenchFailed(f"{stage} committed nothing")
    first = rows[0][0]
    counted = sum(count for unit, _, count in rows if unit != first)
    return Pace(records=counted, seconds=(rows[-1][1] - rows[0][1]).total_seconds())
