"""Threads with a baton: product code runs in greenlets and gives way at every outside call.

Only the scheduler decides who goes on, so one seed gives one history.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import greenlet

TRACE_LINES_MAX = 400
# A step that nobody is waiting for takes at most this long; sleepers make the clock jump.
STEP_SECONDS_MAX = 0.02


class Killed(BaseException):
    """The process of this fiber was killed; nothing it still does has an effect."""


class Crashed(BaseException):
    """The process of this fiber ends by its own fault, as by a segmentation fault."""


class Fiber:
    """One thread of a simulated process."""

    def __init__(self, scheduler: Scheduler, name: str, run: Callable[[], None]) -> None:
        self.name = name
        self.wakes_at = 0.0
        self.is_frozen = False
        self.is_killed = False
        self.has_crashed = False
        self.failure: Exception | None = None
        self._scheduler = scheduler
        self._run = run
        self._greenlet = greenlet.greenlet(self._start)

    def _start(self) -> None:
        try:
            self._run()
        except Killed:
            pass
        except Crashed:
            self.has_crashed = True
        except Exception as error:  # noqa: BLE001 - a process ends with it; the world looks
            self.failure = error

    @property
    def is_over(self) -> bool:
        return self.is_killed or self._greenlet.dead

    def resume(self) -> None:
        self._greenlet.switch()

    def kill(self) -> None:
        """Unwind at once; every outside call on the way raises Killed again."""
        self.is_killed = True
        if self._greenlet:  # true between its first step and its end
            self._greenlet.throw(Killed())


@dataclass(slots=True)
class Scheduler:
    """Chance, clock and baton of one schedule."""

    seed: int
    random: random.Random = field(init=False)
    now: float = 1_000.0
    fibers: list[Fiber] = field(default_factory=list)
    current: Fiber | None = None
    trace: deque[str] = field(default_factory=lambda: deque(maxlen=TRACE_LINES_MAX))
    _root: greenlet.greenlet = field(default_factory=greenlet.getcurrent)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def start(self, name: str, run: Callable[[], None]) -> Fiber:
        fiber = Fiber(self, name, run)
        self.fibers.append(fiber)
        return fiber

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def point(self, what: str) -> None:
        """Give way: anything may happen elsewhere before this call returns, or it never does."""
        fiber = self.current
        if fiber is None:
            return
        if fiber.is_killed:
            raise Killed
        self.trace.append(f"{self.now:9.2f} {fiber.name}: {what}")
        self._root.switch()
        if fiber.is_killed:
            raise Killed

    def sleep(self, seconds: float) -> None:
        """Give way for so many simulated seconds."""
        fiber = self.current
        if fiber is not None:
            fiber.wakes_at = self.now + seconds
            self.point("sleeps")

    def note(self, what: str) -> None:
        self.trace.append(f"{self.now:9.2f} * {what}")

    def clock(self) -> float:
        return self.now

    def run_one(self) -> Fiber | None:
        """Let one fiber that can go on take one step and return it; None when there is none."""
        alive = [fiber for fiber in self.fibers if not fiber.is_frozen]
        if not alive:
            return None
        ready = [fiber for fiber in alive if fiber.wakes_at <= self.now]
        if not ready:
            self.now = min(fiber.wakes_at for fiber in alive)
            ready = [fiber for fiber in alive if fiber.wakes_at <= self.now]
        self.now += self.random.random() * STEP_SECONDS_MAX
        fiber = ready[int(self.random.random() * len(ready))]
        self.current = fiber
        fiber.resume()
        self.current = None
        if fiber.is_over:
            self.fibers.remove(fiber)
        return fiber

    def kill(self, fiber: Fiber) -> None:
        before, self.current = self.current, fiber
        fiber.kill()
        self.current = before
        if fiber in self.fibers:
            self.fibers.remove(fiber)
