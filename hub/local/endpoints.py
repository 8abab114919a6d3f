"""Where a running stack can be reached: `DATA/endpoints.json`."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from hub.local.errors import DataInUse, StackNotRunning

ENDPOINTS_FILE = "endpoints.json"
LOCK_FILE = "lock"
# `is_running` holds the lock for an instant to look at it; that is not another stack.
LOCK_ATTEMPTS_MAX = 5
LOCK_ATTEMPT_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Addresses of one running stack; only on 127.0.0.1.

    `registry_url` is the Confluent-compatible API, ready for a client. `database_url` holds a
    password: never print it. `web_url` is empty until the pages are served; `metrics_ports`
    and `pids` are by service name.
    """

    kafka_bootstrap: str
    registry_url: str
    database_url: str = field(repr=False)
    web_url: str = ""
    metrics_ports: Mapping[str, int] = field(default_factory=dict)
    pids: Mapping[str, int] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Return the settings that point one of our services at this stack."""
        return {
            "RADAR_KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            "RADAR_REGISTRY_URL": self.registry_url,
            "RADAR_DATABASE_URL": self.database_url,
        }


def lock_data(data: Path) -> IO[bytes]:
    """Claim a data directory for this process; the claim ends with the process.

    Raises `DataInUse` when another process holds it.
    """
    lock = (data / LOCK_FILE).open("ab")
    for _ in range(LOCK_ATTEMPTS_MAX):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_ATTEMPT_SECONDS)
        else:
            return lock
    lock.close()
    raise DataInUse(f"another process runs a stack on {data}; stop it, or choose another --data")


def is_running(data: Path) -> bool:
    """Return whether some process holds the data directory; a stale file proves nothing."""
    path = data / LOCK_FILE
    if not path.exists():
        return False
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def write_endpoints(data: Path, endpoints: Endpoints) -> None:
    """Publish the addresses in one step, readable by this user only: there is a password in it."""
    partial = data / f".{ENDPOINTS_FILE}.{os.getpid()}"
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(endpoints), file, indent=2)
        file.write("\n")
    partial.replace(data / ENDPOINTS_FILE)


def remove_endpoints(data: Path) -> None:
    """Withdraw the addresses, so that no command tries a stack that has stopped."""
    (data / ENDPOINTS_FILE).unlink(missing_ok=True)


def read_endpoints(data: Path) -> Endpoints:
    """Return where the stack of this data directory is reached.

    Raises `StackNotRunning` when it does not run, also when a killed run left its file.
    """
    path = data / ENDPOINTS_FILE
    if not path.exists() or not is_running(data):
        raise StackNotRunning(f"no stack runs on {data}; start one: radar up --data {data}")
    return Endpoints(**json.loads(path.read_text(encoding="utf-8")))
