"""A counting stage that some records harm, and a guarded worker process that runs it.

`python -m tests.support.deadly_stage STAGE SLOT TOPIC…`; database, broker, regions, the file that
holds the held record and the seconds after which a worker is stuck come from the environment.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hub.guardian import FormerEnd, guard
from hub.telemetry import start_logging
from hub.watchdog import Watchdog
from streams.engine import faust_transport, liveness  # noqa: F401 - imported before the fork
from streams.engine.faust_worker import create_app, run_app
from streams.engine.stage import Batch
from streams.engine.transaction import UnitTransaction
from tests.support.counting_stage import CountingStage, regions_of, worker_of

CRASHES = b"crashes the decoder"
RAISES = b"raises what nobody expects"
HELD = b"is worked on for as long as a file exists"


class DeadlyStage(CountingStage):
    """Counts as its parent does, where it lives long enough."""

    hold: Path | None = None

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        for batch in batches:
            for record in batch.records:
                self._meet(record.value or b"")
        super().handle(batches, tx)

    def _meet(self, value: bytes) -> None:
        if value == CRASHES:
            ctypes.string_at(0)
        if value == RAISES:
            raise KeyError("nobody expects this")
        while value == HELD and self.hold is not None and self.hold.exists():
            time.sleep(0.02)


def main() -> int:
    stage, slot, *topics = sys.argv[1:]
    start_logging(level="info", form="json", service=slot)
    liveness.STUCK_SECONDS = float(os.environ["TEST_STUCK_SECONDS"])
    liveness.LOOK_AFTER_SECONDS = liveness.STUCK_SECONDS / 4

    def work(former: FormerEnd) -> int:
        deadly = DeadlyStage(stage, tuple(topics))
        deadly.hold = Path(os.environ["TEST_HOLD"])
        core = worker_of(
            deadly,
            database=os.environ["RADAR_DATABASE_URL"],
            bootstrap=os.environ["RADAR_KAFKA_BOOTSTRAP"],
            regions=regions_of(*os.environ["TEST_REGIONS"].split(",")),
            slot=slot,
            blamed=former is FormerEnd.OWN_FAULT,
        )
        complaint = core.pulse.complaint
        Watchdog(slot, complaint, look_every_seconds=0.5, grace_seconds=1).start()
        app = create_app(
            core, bootstrap=os.environ["RADAR_KAFKA_BOOTSTRAP"], data_directory=tempfile.mkdtemp()
        )
        try:
            return run_app(app)
        finally:
            core.stop()

    return guard(work, before_next=lambda: None)


if __name__ == "__main__":
    sys.exit(main())
