"""A worker process for crash tests: `python -m tests.support.engine_process STAGE SLOT TOPIC…`.

Database, broker and regions come from the environment.
"""

from __future__ import annotations

import os
import sys
import tempfile

from hub.telemetry import start_logging
from streams.engine.faust_worker import create_app, run_app
from tests.support.counting_stage import CountingStage, regions_of, worker_of


def main() -> int:
    stage, slot, *topics = sys.argv[1:]
    start_logging(level="info", form="json", service=slot)
    core = worker_of(
        CountingStage(stage, tuple(topics)),
        database=os.environ["RADAR_DATABASE_URL"],
        bootstrap=os.environ["RADAR_KAFKA_BOOTSTRAP"],
        regions=regions_of(*os.environ["TEST_REGIONS"].split(",")),
        slot=slot,
    )
    app = create_app(
        core, bootstrap=os.environ["RADAR_KAFKA_BOOTSTRAP"], data_directory=tempfile.mkdtemp()
    )
    try:
        return run_app(app)
    finally:
        core.stop()


if __name__ == "__main__":
    sys.exit(main())
