"""Runs the parts of a rebuild or a back-test on all cores, and says how fast they come on."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hub.cli.speaking import console
from hub.telemetry import tune_garbage_collector
from streams.engine.errors import ErrorKind, StopError, TransientError, classify

PR_SET_PDEATHSIG = 1  # linux/prctl.h
POLL_SECONDS = 0.2
# Starting processes costs about a second; fewer rows than this are done sooner without.
POOL_ROWS_MIN = 5_000

Advanced = Callable[[float], None]


Result_co = TypeVar("Result_co", covariant=True)


class Part(Protocol[Result_co]):
    """What one process does in one go; its fields are plain values, for it travels there.

    So does what it returns, back again.
    """

    @property
    def rows(self) -> float:
        """Return how many rows of a log it stands for."""
        ...

    def run(self, database_url: str, advanced: Advanced) -> Result_co:
        """Do it, and tell now and then how many rows were done since."""
        ...


def cores() -> int:
    """Return how many processes may run at once on this machine."""
    return len(os.sched_getaffinity(0))


Result = TypeVar("Result")


def run_parts(database_url: str, parts: Sequence[Part[Result]], advanced: Advanced) -> list[Result]:
    """Run all parts on all cores; return their results in their order."""
    with Processes(database_url) as processes:
        return processes.run(parts, advanced)


class Processes:
    """As many processes as there are cores, started at the first parts that are worth it.

    Children end with this process, however it ends: one that went on alone would write into the
    tables of the next rebuild.
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        # Fresh interpreters: a fork would take this process's connections along.
        self._context = multiprocessing.get_context("spawn")
        self._done = self._context.Value("d", 0.0)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes; at an error those that are at work are killed."""
        if self._pool is None:
            return
        if kind is not None:
            for child in multiprocessing.active_children():
                child.kill()
        self._pool.shutdown(cancel_futures=True)

    def run(self, parts: Sequence[Part[Result]], advanced: Advanced) -> list[Result]:
        """Run parts, as many at a time as there are cores; return their results in their order.

        The first error is raised; leaving the context then ends the others.
        """
        if self._pool is None and sum(part.rows for part in parts) < POOL_ROWS_MIN:
            return [part.run(self._database_url, advanced) for part in parts]
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                cores(), self._context, _become_a_child, (self._done, os.getpid())
            )
        told = self._done.value
        try:
            running = [self._pool.submit(_run, part, self._database_url) for part in parts]
            waiting: set[Future[Result]] = set(running)
            while waiting:
                finished, waiting = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
                for each in finished:
                    each.result()
                reached = self._done.value
                advanced(reached - told)
                told = reached
        except BrokenProcessPool:
            raise TransientError(
                "a process that did a part was killed; start the command again"
            ) from None
        return [each.result() for each in running]


@contextmanager
def progress_bar(what: str, total: float) -> Iterator[Advanced]:
    """Show rows, rate and time left on standard error."""
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(bar_width=40),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} rows"),
        TextColumn("{task.fields[rate]:,.0f} rows/s"),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=total, rate=0.0)

        def advanced(rows: float) -> None:
            bar.advance(task, rows)
            seconds = max(time.monotonic() - started, 0.001)
            bar.update(task, rate=bar.tasks[0].completed / seconds)

        yield advanced


_done: Synchronized[float] | None = None


def _become_a_child(done: Synchronized[float], parent: int) -> None:
    global _done  # noqa: PLW0603 - a process of the pool gets what it shares once, here
    _done = done
    # Ctrl-C reaches the whole group; the parent decides, and ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        sys.exit("prctl refused to tie a part's process to its parent")
    if os.getppid() != parent:
        sys.exit("the command ended before this part of it started")
    # A part keeps what it folds: looking for garbage among it all took a tenth of the time.
    tune_garbage_collector()


def _run(part: Part[Result], database_url: str) -> Result:
    try:
        return part.run(database_url, _advanced)
    except Exception as error:
        # Named by its class and place: texts of libraries may quote values.
        if isinstance(error, StopError | TransientError):
            raise
        if classify(error) is ErrorKind.TRANSIENT:
            raise TransientError("the database went away; start the command again") from None
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        place = " < ".join(f"{Path(at.filename).name}:{at.lineno}" for at in reversed(frames))
        raise StopError(f"a part failed: {type(error).__name__} at {place}") from None


def _advanced(rows: float) -> None:
    if _done is not None:
        with _done.get_lock():
            _done.value += rows
