"""Free ports on 127.0.0.1 that a stack keeps from one start to the next."""

from __future__ import annotations

import fcntl
import json
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

from hub.local.errors import NoFreePort

# Below Linux's ephemeral range (32768-60999), so that no outgoing connection takes our port
# between choosing it and listening on it.
PORT_MIN = 21_000
PORT_MAX = 32_000
ATTEMPTS_MAX = 500


class Ports:
    """The ports of one stack by name; chosen once, kept in a file, held while we live.

    A port that somebody else has taken since the last start is replaced. Two stacks that
    choose at the same moment cannot choose the same port: each holds a lock file per port.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._chosen: dict[str, int] = {}
        self._held: dict[int, IO[bytes]] = {}
        if path.exists():
            self._chosen = {
                str(name): int(port) for name, port in json.loads(path.read_text()).items()
            }

    def take(self, name: str) -> int:
        """Return the port of `name`: last time's when it is still free, else a new one."""
        port = self._chosen.get(name)
        if port is not None and (port in self._held or self._hold(port)):
            return port
        port = self._find()
        self._chosen[name] = port
        self._path.write_text(json.dumps(self._chosen, indent=2, sort_keys=True) + "\n")
        return port

    def release(self) -> None:
        """Let others have the ports; the file still remembers them for our next start."""
        for lock in self._held.values():
            lock.close()
        self._held.clear()

    def _find(self) -> int:
        chance = random.SystemRandom()
        for _ in range(ATTEMPTS_MAX):
            port = chance.randrange(PORT_MIN, PORT_MAX)
            if port not in self._chosen.values() and self._hold(port):
                return port
        raise NoFreePort(f"no free port between {PORT_MIN} and {PORT_MAX} on 127.0.0.1")

    def _hold(self, port: int) -> bool:
        """Lock the port among stacks, then see whether anybody else listens on it."""
        directory = Path(tempfile.gettempdir()) / f"radar-ports-{os.getuid()}"
        directory.mkdir(mode=0o700, exist_ok=True)
        lock = (directory / f"{port}.lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        if not is_free(port):
            lock.close()
            return False
        self._held[port] = lock
        return True


def is_free(port: int) -> bool:
    """Return whether nobody listens on 127.0.0.1:`port`; a port in TIME_WAIT counts as free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
