"""The `radar` command as an operator types it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended, and what it said to machines and to people."""

    code: int
    output: str
    said: str

    def json(self) -> Any:
        """Return its one document."""
        return json.loads(self.output)


def radar_command(
    *arguments: str,
    data: Path,
    environment: Mapping[str, str] | None = None,
    seconds_max: float = 60,
) -> Ended:
    """Run `radar` on a data directory and wait for its end."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", *arguments, "--data", str(data)],
        env={**os.environ, "COLUMNS": "2000", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=seconds_max,
        check=False,
    )
    return Ended(code=done.returncode, output=done.stdout, said=done.stderr)
