"""A record's bytes under lock, so that it can be put back later just as it was sent."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.engine.errors import StopError
from streams.engine.stage import InputRecord

NONCE_BYTES = 12
# Error and trace headers of earlier tries have broken others' replication when they were replayed;
# only what names the event is put back.
EVENT_HEADERS = frozenset(
    {"content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_region"}
)
# No attribute of a well-formed event is longer; of a longer one this much tells it apart.
ATTRIBUTE_BYTES_MAX = 1_024
_ENVELOPE = b"envelope"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRecord:
    """Body and envelope (key and headers) under AES-GCM, bound to one id."""

    id: UUID
    body: bytes | None = field(repr=False)
    envelope: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRecord:
    """What to put on a topic again."""

    key: bytes | None = field(repr=False)
    value: bytes = field(repr=False)
    headers: tuple[tuple[str, bytes], ...] = field(repr=False)


class RecordSeal:
    """Locks records under the dead-letter key and opens them."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, record_id: UUID, record: InputRecord) -> SealedRecord:
        """Return the record under lock; of a tombstone there is nothing to keep."""
        if record.value is None:
            return SealedRecord(id=record_id, body=None, envelope=None)
        headers: dict[str, str] = {}
        for name, value in record.headers:
            # Of a name that stands twice the last counts, as everywhere in admission.
            if name in EVENT_HEADERS and value is not None:
                headers[name] = b64encode(value[:ATTRIBUTE_BYTES_MAX]).decode()
        key = None if record.key is None else b64encode(record.key[:ATTRIBUTE_BYTES_MAX]).decode()
        envelope = json.dumps({"key": key, "headers": headers}).encode()
        return SealedRecord(
            id=record_id,
            body=self._encrypt(record.value, record_id.bytes),
            envelope=self._encrypt(envelope, record_id.bytes + _ENVELOPE),
        )

    def open(self, sealed: SealedRecord) -> OpenedRecord:
        """Return the record as it was; letters of before the outbox lack key and headers.

        Raises StopError when the key or the id is another one.
        """
        if sealed.body is None:
            raise AssertionError("a record without bytes is never put back")
        value = self._decrypt(sealed.body, sealed.id.bytes)
        if sealed.envelope is None:
            return OpenedRecord(key=None, value=value, headers=())
        envelope = json.loads(self._decrypt(sealed.envelope, sealed.id.bytes + _ENVELOPE))
        key = envelope["key"]
        return OpenedRecord(
            key=None if key is None else b64decode(key),
            value=value,
            headers=tuple((name, b64decode(text)) for name, text in envelope["headers"].items()),
        )

    def _encrypt(self, data: bytes, bound_to: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, bound_to)

    def _decrypt(self, data: bytes, bound_to: bytes) -> bytes:
        try:
            return self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to)
        except InvalidTag as error:
            raise StopError(
                "a dead letter does not open: dead_letter.key is not the key it was locked with; "
                "put that one back, see the runbook 'dead letters come in'"
            ) from error
