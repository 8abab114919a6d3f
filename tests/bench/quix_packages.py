"""Quix Streams in a directory of its own: it pins an older confluent-kafka than Radar needs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from hub.local.stack import StackSettings
from tests.bench.figures import BenchFailed

LOCK = Path(__file__).parent / "quix.lock"
INSTALL_SECONDS_MAX = 600


def quix_packages() -> Path:
    """Return the directory to put before all others on the path; installed on first use.

    By hash, below the cache directory of the local stack.
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    cache = StackSettings.from_environment(Path()).cache.expanduser().absolute()
    wanted = cache / f"quix-{sys.version_info[0]}{sys.version_info[1]}-{digest}"
    if wanted.exists():
        return wanted
    making = wanted.with_name(f"{wanted.name}.{os.getpid()}")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--no-deps", "--require-hashes", "--target", str(making)]
    done = subprocess.run(
        [*install, "--requirement", str(LOCK)], check=False, timeout=INSTALL_SECONDS_MAX
    )
    if done.returncode != 0:
        raise BenchFailed("Quix Streams could not be installed; see pip's message")
    making.rename(wanted)
    return wanted
