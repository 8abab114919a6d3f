"""When commits become visible: PostgreSQL tells a listener at each commit that notes progress."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from types import TracebackType
from typing import Self

import psycopg

CHANNEL = "bench"
WAIT_SECONDS = 0.2
# In the bench's own database only: the product has no trigger.
_TELL = """
create function bench_tell() returns trigger language plpgsql as $$
begin
  perform pg_notify('bench', concat_ws('|', new.stage, new.region, new.topic, new.position));
  return null;
end $$;
create trigger bench_tell after insert on engine.progress
  for each row execute function bench_tell();
"""

Place = tuple[str, str, str]
"""Stage, region and topic."""


class Arrivals:
    """Listens, in a thread of its own, to who committed which position, and when that was seen."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="arrivals", daemon=True)
        self._listening = threading.Event()
        self._lock = threading.Lock()
        self._positions: dict[Place, list[int]] = defaultdict(list)
        self._times: dict[Place, list[float]] = defaultdict(list)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_TELL)

    def __enter__(self) -> Self:
        """Return once it listens."""
        self._thread.start()
        self._listening.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._stopping.set()
        self._thread.join()

    def seen_at(self, place: Place, position: int) -> float | None:
        """Return when a position, or a later one, was first seen committed; None: not yet."""
        with self._lock:
            positions = self._positions[place]
            at = bisect_left(positions, position)
            return self._times[place][at] if at < len(positions) else None

    def latest(self, stage: str) -> float:
        """Return when a stage was last seen to commit anything; 0 when it never was."""
        with self._lock:
            return max((t[-1] for place, t in self._times.items() if place[0] == stage), default=0)

    def _listen(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"listen {CHANNEL}".encode())
            self._listening.set()
            while not self._stopping.is_set():
                for told in connection.notifies(timeout=WAIT_SECONDS):
                    self._note(told.payload, time.monotonic())

    def _note(self, payload: str, at: float) -> None:
        stage, region, topic, position = payload.split("|")
        place = (stage, region, topic)
        with self._lock:
            self._positions[place].append(int(position))
            self._times[place].append(at)
