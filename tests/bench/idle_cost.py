"""What a running local Radar costs while nothing happens: processor and memory, per process.

    radar up --data DIR          # in another terminal
    python -m tests.bench.idle_cost --data DIR --seconds 20

Memory is the proportional set size: pages that processes share are counted once.
"""

from __future__ import annotations

import argparse
import re
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from hub.local.endpoints import read_endpoints

CPU_PERCENT_MAX = 10.0
MEMORY_MIB_MAX = 1_500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One service with its child processes: percent of one core, and MiB."""

    name: str
    cpu_percent: float
    memory_mib: float


def measure(data: Path, seconds: float) -> list[Cost]:
    """Measure every process of the stack on a data directory, its supervisor included."""
    trees = _trees(data)
    before = {name: _cpu_seconds(tree) for name, tree in trees.items()}
    started = time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - started
    return [
        Cost(
            name=name,
            cpu_percent=100 * (_cpu_seconds(tree) - before[name]) / took,
            memory_mib=sum(_pss_mib(process.pid) for process in tree),
        )
        for name, tree in trees.items()
    ]


def _trees(data: Path) -> dict[str, list[psutil.Process]]:
    pids = read_endpoints(data).pids
    trees = {}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        trees[name] = [process, *process.children(recursive=True)]
    supervisor = psutil.Process(next(iter(pids.values()))).parent()
    if supervisor is not None:
        trees["radar up"] = [supervisor]
    return trees


def _cpu_seconds(tree: list[psutil.Process]) -> float:
    total = 0.0
    for process in tree:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # a backend of PostgreSQL that ended meanwhile
        total += times.user + times.system
    return total


def _pss_mib(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def main() -> int:
    """Print the table; return 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    costs = measure(arguments.data, arguments.seconds)
    for cost in sorted(costs, key=lambda cost: -cost.memory_mib):
        print(f"{cost.name:<14}{cost.cpu_percent:7.2f} %{cost.memory_mib:9.0f} MiB")
    cpu = sum(cost.cpu_percent for cost in costs)
    memory = sum(cost.memory_mib for cost in costs)
    print(f"{'together':<14}{cpu:7.2f} %{memory:9.0f} MiB")
    return int(cpu > CPU_PERCENT_MAX or memory > MEMORY_MIB_MAX)


if __name__ == "__main__":
    raise SystemExit(main())
