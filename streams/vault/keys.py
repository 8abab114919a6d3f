"""Keys under keys: each person and address has one of its own, wrapped by the key outside."""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.engine.errors import StopError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEK_VERSION: Final = 1


class KeyWrapper:
    """Wraps data keys with the key-encryption key, which never stands in the database.

    Every value is bound to its place (`context`), so a row copied onto another person's place
    does not open there.
    """

    def __init__(self, kek: bytes) -> None:
        self._cipher = AESGCM(kek)

    def new_key(self, context: str) -> tuple[bytes, bytes]:
        """Return a new data key and the same key wrapped."""
        key = secrets.token_bytes(KEY_BYTES)
        return key, self.wrap(key, context)

    def wrap(self, key: bytes, context: str) -> bytes:
        """Encrypt a key for storage: nonce, then ciphertext."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Decrypt a stored key; a StopError says that the key directory is another hub's."""
        try:
            return self._cipher.decrypt(
                wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context.encode()
            )
        except InvalidTag as error:
            raise StopError(
                "a stored key does not open with the key-encryption key kek.key; the key "
                "directory does not belong to this database"
            ) from error


def seal_value(key: bytes, value: bytes, context: str) -> bytes:
    """Encrypt a value under a data key: nonce, then ciphertext."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, context.encode())


def open_value(key: bytes, sealed: bytes, context: str) -> bytes:
    """Decrypt a value; raises InvalidTag when key, bytes or context are not its own."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
