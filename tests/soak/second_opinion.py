"""Asks Radar itself, with the commands that operators have, whether it lost or doubled anything.

The oracle shares no code with Radar and has the first word; a Radar that finds nothing wrong
where the oracle does, or the other way round, would be a defect of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from tests.soak.crew import Crew

VERIFY = "verify"
REBUILD = "rebuild all --check"
SECONDS_MAX = 900
LINES_SHOWN = 8


def ask(crew: Crew) -> Iterator[tuple[str, str]]:
    """Start the commands at once; yield each that does not agree, with the end of what it said."""
    environment = {
        **os.environ,
        **crew.stack.endpoints.environment(),
        "RADAR_DATA": str(crew.stack.data),
    }
    running = [
        (
            command,
            subprocess.Popen(
                [sys.executable, "-m", "hub.cli", *command.split()],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ),
        )
        for command in (VERIFY, REBUILD)
    ]
    for command, process in running:
        said, _ = process.communicate(timeout=SECONDS_MAX)
        if process.returncode != 0:
            yield command, "\n".join(said.splitlines()[-LINES_SHOWN:])
