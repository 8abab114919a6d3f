"""`python -m tests.simulator --schedules 20000 --seed 1`: 1 when a schedule broke something."""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.simulator.plants import MENDED, PLANTS
from tests.simulator.process import PRODUCT
from tests.simulator.schedules import run_schedules

TRACE_LINES_SHOWN = 60
EVERY_PLANT = {**PLANTS, **MENDED}


def main() -> int:
    """Run the schedules; print progress, what was met on the way and the seed that failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--schedules", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--plant", choices=sorted(EVERY_PLANT), help="run with a planted bug")
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.schedules} schedules", flush=True)
    started = time.monotonic()

    def progress(done: int) -> None:
        if done % 1_000 == 0:
            print(f"{done} schedules, {time.monotonic() - started:.0f} s", flush=True)

    parts = EVERY_PLANT[asked.plant] if asked.plant else PRODUCT
    run = run_schedules(seed=asked.seed, schedules=asked.schedules, parts=parts, progress=progress)
    for what, count in sorted(run.counts.items()):
        print(f"{count:>9} {what}")
    print(f"history {run.history}")
    if run.failed is None:
        print(f"{run.schedules} schedules hold, {time.monotonic() - started:.1f} s")
        return 0
    for line in run.failed.trace[-TRACE_LINES_SHOWN:]:
        print(line)
    for violation in run.failed.violations:
        print(f"BROKEN: {violation}")
    again = f"python -m tests.simulator --schedules 1 --seed {run.failed.seed}"
    print(
        f"after {run.schedules} schedules: {again}"
        + (f" --plant {asked.plant}" * bool(asked.plant))
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
