"""A thin parent that forks who does the work, and forks the next when a signal kills it.

Importing takes longer than all the rest of a start; a fork of a parent that has imported already
pays it once.  And nobody but a parent is told how a process died, which the engine must know
before it may blame a record for it (docs/decisions/0008-guardian.md).

The parent holds no thread, no connection and no client: all of those do not survive a fork.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import structlog

logger = structlog.get_logger()

PR_SET_PDEATHSIG = 1  # linux/prctl.h
# A child that lived this long did work; what killed it is not what it does at once when it starts.
YOUNG_SECONDS = 5.0
YOUNG_DEATHS_MAX = 10
DELAY_SECONDS_MIN = 0.25
DELAY_SECONDS_MAX = 5.0
EXIT_GAVE_UP = EXIT_NOT_CLEAN = 1
# What a process brings upon itself; the signals that only others send are not among them.
OWN_FAULTS = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGSYS}
)
PASSED_ON = frozenset({signal.SIGTERM, signal.SIGINT})
WATCHED = PASSED_ON | {signal.SIGCHLD}
CGROUPS = Path("/sys/fs/cgroup")


class FormerEnd(Enum):
    """How the child before this one ended, as far as its parent can know."""

    NONE = "none"
    """There was none, or it is not known: this is the guardian's first."""
    OUTSIDE = "outside"
    """Somebody sent it a signal; what it was doing then has nothing to do with it."""
    OWN_FAULT = "own_fault"
    """It crashed, or the kernel killed it because it took too much memory."""


class ManyThreads(Exception):
    """The process has more than one thread, so a fork of it would stand still on a lock."""


def guard(work: Callable[[FormerEnd], int], *, before_next: Callable[[], None]) -> int:
    """Run `work` in a child process, and the next when a signal kills it; return the exit code.

    Returns twice, so to say: in the child with what `work` returned, in the parent when a child
    ended by itself.  SIGTERM and SIGINT are passed on.  Returns 1 after ten children in a row that
    lived less than five seconds.  `before_next` is called before every fork but the first.
    """
    gc.collect()
    gc.freeze()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    former, young_deaths = FormerEnd.NONE, 0
    while True:
        kills, started_at = out_of_memory_kills(), time.monotonic()
        child = _fork()
        if child == 0:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            return work(former)
        status, told = _wait(child)
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status)
        number = signal.Signals(os.WTERMSIG(status))
        if told:
            # Told to end before it could listen, it died of the signal itself: that is an end.
            return 0 if number in told else EXIT_NOT_CLEAN
        former = _judge(number, kills)
        is_young = time.monotonic() - started_at < YOUNG_SECONDS
        young_deaths = young_deaths + 1 if is_young else 0
        logger.warning("worker_killed", signal=number.name, former_end=former.value)
        if young_deaths >= YOUNG_DEATHS_MAX:
            logger.error("guardian_gave_up", deaths=young_deaths)
            return EXIT_GAVE_UP
        if _is_told_to_end(_delay_seconds(young_deaths)):
            return 0
        before_next()


def out_of_memory_kills(control_groups: Path = CGROUPS) -> int | None:
    """Return how often the kernel killed in our control group for want of memory; None: unknown."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            places = [control_groups / "memory" / part / "memory.oom_control" for part in _at(path)]
        elif not controllers:
            places = [control_groups / part / "memory.events" for part in _at(path)]
        else:
            continue
        for place in places:
            found = count_in(place)
            if found is not None:
                return found
    return None


def _at(path: str) -> tuple[str, str]:
    """Return where a group's files may be: a container often sees its own group as the root."""
    return path.strip("/"), ""


def count_in(place: Path) -> int | None:
    """Return the number beside `oom_kill`; None where file or word are missing."""
    try:
        words = [line.split() for line in place.read_text(encoding="ascii").splitlines()]
    except OSError:
        return None
    return next((int(line[1]) for line in words if line[:1] == ["oom_kill"]), None)


def _judge(number: signal.Signals, kills: int | None) -> FormerEnd:
    if number in OWN_FAULTS:
        return FormerEnd.OWN_FAULT
    now = out_of_memory_kills()
    starved = kills is not None and now is not None and now > kills
    is_own = number is signal.SIGKILL and starved
    return FormerEnd.OWN_FAULT if is_own else FormerEnd.OUTSIDE


def _delay_seconds(young_deaths: int) -> float:
    """Return the pause before the next child: none at first, then doubling to five seconds."""
    if young_deaths <= 1:
        return 0.0
    return min(DELAY_SECONDS_MIN * 2.0 ** (young_deaths - 2), DELAY_SECONDS_MAX)


def _fork() -> int:
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads != 1:
        raise ManyThreads(f"{threads} threads before a fork")
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        # A group of its own: a signal to the whole group would reach it twice.
        os.setpgid(0, 0)
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
            sys.exit(f"prctl failed with errno {ctypes.get_errno()}")
        if os.getppid() != parent:
            sys.exit("the guardian ended before this process was tied to it")
    return child


def _wait(child: int) -> tuple[int, set[int]]:
    """Wait until the child has ended; return its wait status and the signals passed on to it."""
    told: set[int] = set()
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found == child:
            return status, told
        number = signal.sigwaitinfo(WATCHED).si_signo
        if number in PASSED_ON:
            told.add(number)
            os.kill(child, number)


def _is_told_to_end(seconds: float) -> bool:
    """Pause; True as soon as we are told to end ourselves."""
    return signal.sigtimedwait(PASSED_ON, seconds) is not None
