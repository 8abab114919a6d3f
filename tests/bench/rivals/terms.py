"""The terms on which everything in the pipeline bench runs: what it is told and what it answers.

Each runs in a process of its own and prints one line of JSON.  Nobody pays for starting: the clock
runs from the end of its first batch to the end of its last, or from its first record where it has
no batches or commits seconds apart.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self

from hub.telemetry import tune_garbage_collector

TOPIC = "vt.journal.v1"
FRAME_BYTES = 5
BATCH_RECORDS_MAX = 2_000
POLL_SECONDS = 0.5
# librdkafka's own waits between fetches would otherwise be most of a fast consumer's time.
CONSUMER = {
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "queued.min.messages": 100_000,
    "fetch.queue.backoff.ms": 20,
    "log_level": 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a rival is told: where to read, how much, and under which name."""

    name: str
    bootstrap: str
    events: int
    partitions: int
    directory: str

    @classmethod
    def read(cls) -> Self:
        """Read the order from the command line, and settle memory as our workers do."""
        order = cls(**json.loads(sys.argv[1]))
        tune_garbage_collector()
        return order

    @property
    def database(self) -> str:
        """Return the database's address; not on the command line, for it holds a password."""
        return os.environ["RADAR_DATABASE_URL"]

    def argument(self) -> str:
        """Return it as the command line carries it."""
        return json.dumps(asdict(self))


class Stopwatch:
    """Counts what is done, from the end of the first batch, or `begin`, to the end of the last."""

    def __init__(self) -> None:
        self.records = 0
        self._first: tuple[float, int] | None = None
        self._last = 0.0

    def begin(self) -> None:
        """Start the clock at the first record, unless it runs."""
        if self._first is None:
            self._first = (time.monotonic(), 0)

    def done(self, records: int) -> None:
        """Note that so many more are done now."""
        self._last = time.monotonic()
        self.records += records
        if self._first is None:
            self._first = (self._last, self.records)

    def answer(self, *, digest: str = "", findings: int = 0) -> None:
        """Print the answer: the rate, and what shows that the work was done."""
        if self._first is None:
            raise RuntimeError("nothing was processed")
        since, left_out = self._first
        document = {
            "processed": self.records,
            "counted": self.records - left_out,
            "seconds": self._last - since,
            "cpu_seconds": time.process_time(),
            "digest": digest,
            "findings": findings,
        }
        print(json.dumps(document), flush=True)


def digest_of(states: Iterable[tuple[str, bytes]]) -> str:
    """Return one digest of all households' states, whatever their order."""
    whole = hashlib.sha256()
    for household_id, state in sorted(states):
        whole.update(household_id.encode() + b"\x00" + state + b"\x00")
    return whole.hexdigest()
