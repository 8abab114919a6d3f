"""Named places where a process can be made to die, so that tests hit the moments that matter.

`RADAR_CRASH_POINT=after_fence` kills the process the first time it comes there, and
`after_fence:7` the seventh time; SIGKILL, so that nothing is tidied up.  `RADAR_CRASH_FILE` names
a file that may come to hold the same words while the process runs; whoever finds it takes it
away, so that one process dies of it and the next does not.  Unset, a place costs two comparisons.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

CRASH_POINTS = (
    "claimed",
    "after_fence",
    "mid_handle",
    "before_commit",
    "after_commit",
    "before_relay",
    "after_relay",
    "gateway_reserved",
    "gateway_acknowledged",
)
"""Every place there is, in the order of an event's road through one process."""


class CrashPoint:
    """The one place at which this process is to die, and how often it may pass there before."""

    __slots__ = ("_file", "_left", "_name")

    def __init__(self, told: str, file: str = "") -> None:
        self._name, self._left = _parse(told)
        self._file = Path(file) if file else None

    def reach(self, name: str) -> None:
        """Come to a place; the process ends here when it is the one, and its turn."""
        if self._file is not None:
            self._look(self._file)
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def disarm(self) -> None:
        """Kill no more: who was told to die once must not die again in its next incarnation."""
        self._name = ""

    def _look(self, file: Path) -> None:
        try:
            told = file.read_text(encoding="utf-8")
            file.unlink()
        except FileNotFoundError:
            return  # nobody has put it there, or another thread was faster
        self._name, self._left = _parse(told)


def _parse(told: str) -> tuple[str, int]:
    name, _, nth = told.partition(":")
    if name and name not in CRASH_POINTS:
        raise ValueError("what was told names no crash point")
    return name, int(nth or 1)


_POINT = CrashPoint(os.environ.get("RADAR_CRASH_POINT", ""), os.environ.get("RADAR_CRASH_FILE", ""))
reach, disarm = _POINT.reach, _POINT.disarm
