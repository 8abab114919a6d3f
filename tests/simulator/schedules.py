"""Runs many schedules, one after the other, and stops at the first that breaks something."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from tests.simulator.database import Odds
from tests.simulator.process import PRODUCT, Parts
from tests.simulator.world import Result, World


@dataclass(slots=True, kw_only=True)
class Run:
    """What a run of schedules came to; `failed` is the schedule that broke something.

    `history` is a checksum of every step taken: equal seeds must give equal ones everywhere.
    """

    schedules: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    failed: Result | None = None
    history: str = ""


def run_schedules(
    *,
    seed: int,
    schedules: int,
    parts: Parts = PRODUCT,
    odds: Odds | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Run schedules with the seeds `seed`, `seed + 1`, …; each can be run alone by its seed.

    With `odds` what goes wrong goes wrong so often in all of them, instead of by lot.
    """
    run = Run()
    with quiet():
        for number in range(schedules):
            result = World(seed + number, parts, odds).run()
            run.schedules += 1
            run.counts.update(result.counts)
            told = "\n".join((run.history, *result.trace))
            run.history = hashlib.sha256(told.encode()).hexdigest()
            if result.violations:
                run.failed = result
                return run
            progress(run.schedules)
    return run


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the engine's own log lines out of the way: there are thousands, all expected."""
    before = structlog.get_config()
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        structlog.configure(**before)


def _drop(*_: object) -> structlog.typing.EventDict:
    raise structlog.DropEvent
