"""The keys to which a region's persons are sealed on their way in (architecture.md §6.3)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.engine.named_queries import load_queries
from streams.vault.keys import KEK_VERSION, KeyWrapper

QUERIES = load_queries("streams.vault")
KEY_ID_BYTES = 16

PrivateKeys = Callable[[bytes], X25519PrivateKey | None]


def ensure_sealing_key(connection: Connection, keys: KeyFiles, region: str) -> bytes:
    """Make the region's sealing key when it has none, and return the active key's id.

    Safe to call from several processes at once: the database keeps one active key per region.
    """
    if _active_key(connection, region) is None:
        private = X25519PrivateKey.generate()
        key_id = secrets.token_bytes(KEY_ID_BYTES)
        wrapper = KeyWrapper(keys.kek)
        connection.execute(
            QUERIES["insert_sealing_key"],
            {
                "region": region,
                "key_id": key_id,
                "public_key": private.public_key().public_bytes_raw(),
                "wrapped": wrapper.wrap(private.private_bytes_raw(), _context(region, key_id)),
                "kek_version": KEK_VERSION,
            },
        )
    return public_sealing_key(connection, region)[0]


def public_sealing_key(connection: Connection, region: str) -> tuple[bytes, bytes]:
    """Return (key id, X25519 public key of 32 bytes) to seal to.

    Raises LookupError when the region has no active key: `ensure_sealing_key` makes one when the
    region is opened.
    """
    active = _active_key(connection, region)
    if active is None:
        raise LookupError("the region has no active sealing key")
    return active


def private_sealing_keys(connection: Connection, keys: KeyFiles, region: str) -> PrivateKeys:
    """Return a lookup of private keys by key id, holding all that still open.

    The keys are unwrapped here, once: a unit opens hundreds of blocks with the same one.
    Raises StopError when the key directory is another hub's.
    """
    wrapper = KeyWrapper(keys.kek)
    rows = connection.execute(QUERIES["private_sealing_keys"], {"region": region}).fetchall()
    opened: dict[bytes, X25519PrivateKey] = {}
    for key_id, wrapped in rows:
        raw = wrapper.unwrap(bytes(wrapped), _context(region, bytes(key_id)))
        opened[bytes(key_id)] = X25519PrivateKey.from_private_bytes(raw)
    return opened.get


def _nothing_opened(_: bytes) -> X25519PrivateKey | None:
    return None


class SealingKeyRing:
    """The private keys of one region, kept between units."""

    __slots__ = ("_keys", "_opened", "_region")

    def __init__(self, region: str, keys: KeyFiles) -> None:
        self._region = region
        self._keys = keys
        self._opened: PrivateKeys = _nothing_opened

    def look_up(self, connection: Connection) -> PrivateKeys:
        """Return a lookup for one unit.

        A key id that is not in the ring makes it read the table once: after a rotation the gateway
        may have sealed to a newer key. Once only, so a flood of invented ids costs one query.
        """
        has_read = False

        def find(key_id: bytes) -> X25519PrivateKey | None:
            nonlocal has_read
            found = self._opened(key_id)
            if found is None and not has_read:
                has_read = True
                self._opened = private_sealing_keys(connection, self._keys, self._region)
                found = self._opened(key_id)
            return found

        return find


def _active_key(connection: Connection, region: str) -> tuple[bytes, bytes] | None:
    row = connection.execute(QUERIES["public_sealing_key"], {"region": region}).fetchone()
    return None if row is None else (bytes(row[0]), bytes(row[1]))


def _context(region: str, key_id: bytes) -> str:
    return f"sealing|{region}|{key_id.hex()}"
