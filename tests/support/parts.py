"""Parts for all cores that only wait, for a process of its own to be interrupted in."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from hub import rebuild_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPart:
    """A part that tells its process, waits, and gives its number back."""

    number: int
    seconds: float

    @property
    def rows(self) -> float:
        """Return one row: nothing is read."""
        return 1.0

    def run(self, database_url: str, advanced: Callable[[float], None]) -> int:
        """Say which process does this, and wait."""
        assert database_url == "unused"
        sys.stdout.write(f"{os.getpid()}\n")
        sys.stdout.flush()
        time.sleep(self.seconds)
        advanced(1.0)
        return self.number


def run(seconds: float, count: int = 2) -> list[int]:
    """Run some parts in processes of their own, however few rows there are."""
    rebuild_parts.POOL_ROWS_MIN = 0
    parts = [WaitingPart(number=number, seconds=seconds) for number in range(count)]
    return rebuild_parts.run_parts("unused", parts, lambda rows: None)


if __name__ == "__main__":
    # Whoever was started in the background has SIGINT ignored, and would pass that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run(float(sys.argv[1]))
