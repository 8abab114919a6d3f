"""The hub's own secrets: four 32-byte keys in a directory outside the database."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from streams.engine.errors import StopError

KEY_BYTES = 32
_NAMES = ("kek", "identity", "digest", "dead_letter")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFiles:
    """Keys read once at start; their bytes never reach a log (`repr` is empty).

    `kek` wraps the keys of persons and sealing keys, `identity` makes the lookup index,
    `digest` tells sameness and is never retired, `dead_letter` encrypts refused bodies.
    """

    kek: bytes = field(repr=False)
    identity: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    dead_letter: bytes = field(repr=False)

    @classmethod
    def open(cls, directory: Path) -> KeyFiles:
        """Read the four files; a missing or short one is a StopError that names the file."""
        keys = {}
        for name in _NAMES:
            path = directory / f"{name}.key"
            try:
                keys[name] = path.read_bytes()
            except OSError as error:
                raise StopError(
                    f"key file {path.name} cannot be read; set RADAR_KEYS to the directory that "
                    "holds the hub's keys, or make new ones with 'radar migrate --new-keys'"
                ) from error
            if len(keys[name]) != KEY_BYTES:
                raise StopError(f"key file {path.name} must hold exactly {KEY_BYTES} bytes")
        return cls(**keys)

    @classmethod
    def create(cls, directory: Path) -> KeyFiles:
        """Make the files that are not there yet, readable by their owner only."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in _NAMES:
            path = directory / f"{name}.key"
            if path.exists():
                continue
            partial = path.with_suffix(f".{os.getpid()}.new")
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
            try:
                # A hard link fails when another process was first, so no key is ever replaced.
                os.link(partial, path)
            except FileExistsError:
                pass
            finally:
                partial.unlink()
        return cls.open(directory)
