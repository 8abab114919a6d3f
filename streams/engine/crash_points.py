"""Named places where a process can be made to die, so that tests hit the moments that matter.

`RADAR_CRASH_POINT=after_fence` kills the process the first time it comes there, and
`after_fence:7` the seventh time; SIGKILL, so that nothing is tidied up.  Unset, a place costs
one comparison.
"""

from __future__ import annotations

import os
import signal

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

    __slots__ = ("_left", "_name")

    def __init__(self, told: str) -> None:
        self._name, _, nth = told.partition(":")
        self._left = int(nth or 1)
        if self._name and self._name not in CRASH_POINTS:
            raise ValueError("RADAR_CRASH_POINT names no crash point")

    def reach(self, name: str) -> None:
        """Come to a place; the process ends here when it is the one, and its turn."""
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def disarm(self) -> None:
        """Kill no more: who was told to die once must not die again in its next incarnation."""
        self._name = ""


_POINT = CrashPoint(os.environ.get("RADAR_CRASH_POINT", ""))
reach, disarm = _POINT.reach, _POINT.disarm
