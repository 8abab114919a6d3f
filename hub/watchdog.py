"""Ends a process that no longer gets on, from a thread of its own: the one that hangs cannot."""

from __future__ import annotations

import faulthandler
import os
import threading
from collections.abc import Callable

import structlog

logger = structlog.get_logger()

LOOK_EVERY_SECONDS = 5.0
# For a minute `/health/live` says so first, and whoever probes it may act and keep what it sees.
GRACE_SECONDS = 60.0
# Longer than a complaint and its grace together: whoever can still complain does that first.
SILENT_SECONDS = 240.0
EXIT_STUCK = 1


class Watchdog:
    """Looks every five seconds; `end` ends the process at once, as a thread that hangs never would.

    `complaint` says why the process counts as dead, None while it gets on.  Code that keeps the
    interpreter to itself stops this thread too, so a timer below the interpreter stands behind it:
    after `silent_seconds` without a look it writes where every thread is, and ends the process.
    """

    def __init__(
        self,
        name: str,
        complaint: Callable[[], str | None],
        *,
        end: Callable[[int], object] = os._exit,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        self._name = name
        self._complaint = complaint
        self._end = end
        self._look_every_seconds = look_every_seconds
        self._silent_seconds = silent_seconds
        self._looks = max(1, round(grace_seconds / look_every_seconds))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Watch from a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer: what comes now is the end, and has its own time."""
        self._stopped.set()

    def _watch(self) -> None:
        seen = 0
        try:
            self._wind_up()
            while not self._stopped.wait(self._look_every_seconds):
                self._wind_up()
                reason = self._complaint()
                seen = 0 if reason is None else seen + 1
                if seen >= self._looks:
                    logger.error("worker_stuck", stage=self._name, reason=reason)
                    self._end(EXIT_STUCK)
                    return
        finally:
            faulthandler.cancel_dump_traceback_later()

    def _wind_up(self) -> None:
        """Start the timer anew.  What it writes names files and functions, never a value."""
        faulthandler.dump_traceback_later(self._silent_seconds, exit=True)
