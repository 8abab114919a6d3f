"""The regions' public keys, kept for a minute: the gateway seals with them and can open nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from connectors.gateway.errors import Unavailable
from connectors.gateway.receipts import Pool, database
from streams.vault.sealing_keys import public_sealing_key

# Keys rotate monthly and an old one opens for 35 days more, so a minute late is never too late.
FRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    """A region's public key: `public` as its 32 bytes, `key` ready for use."""

    key_id: bytes
    public: bytes
    key: X25519PublicKey


class SealingKeys:
    """Looks up a region's active key; safe to use from many threads."""

    def __init__(self, pool: Pool, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, SealingKey]] = {}

    def of(self, region: str) -> SealingKey:
        """Return the region's key; raises Unavailable when it is not open or the database is away.

        A database that is away is an error even where a key is still kept: nothing can be
        reserved without it.
        """
        kept = self._kept.get(region)
        if kept is not None and self._monotonic() - kept[0] < FRESH_SECONDS:
            return kept[1]
        with database(self._pool) as connection:
            try:
                key_id, public = public_sealing_key(connection, region)
            except LookupError as error:
                raise Unavailable("http.region_not_open", retry_after_seconds=30) from error
        key = SealingKey(
            key_id=key_id, public=public, key=X25519PublicKey.from_public_bytes(public)
        )
        self._kept[region] = (self._monotonic(), key)
        return key
