"""Dead letters: records that can never be applied as they are, and what people do with them.

A letter is put back by way of the outbox, in the transaction that marks it redriven, so that it is
neither lost nor put back twice by one request.  When its record is refused again it carries the
letter's id, and the same letter opens again with one attempt more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from schemas.codec import EVENT_BYTES_MAX
from schemas.events import EVENT_TYPES, derived_id
from streams.engine.database import Connection
from streams.engine.lease import Lease
from streams.engine.named_queries import load_queries
from streams.engine.sealed_record import RecordSeal, SealedRecord
from streams.engine.stage import InputRecord
from streams.engine.wire import CONTENT_TYPE

QUERIES = load_queries("streams.engine", "repair.sql")
LETTER_HEADER = "radar-dead-letter"
"""On a record that was put back: the letter it was."""

# CloudEvents attributes that may stand beside a dead letter, with the values that may: a header
# is the sender's own text, in which a name or bytes that are no text can stand as well.
SHOWN_HEADERS = frozenset({"ce_type", "ce_specversion", "ce_region", "content-type"})
SHOWN_VALUES = frozenset(
    {event_type.ce_type.encode() for event_type in EVENT_TYPES.values()} | {b"1.0", CONTENT_TYPE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for: these letters, for this reason; `ids` may hold anything."""

    ids: Sequence[str]
    reason_code: str
    requested_by: str


def record_id(stage: str, lease: Lease, record: InputRecord) -> UUID:
    """Return the id of a record as this stage read it: of its dead letter or outbox row."""
    return derived_id(stage, lease.region, record.topic, str(record.offset))


def letter_row(
    stage: str, lease: Lease, record: InputRecord, code: str, seal: RecordSeal | None
) -> Mapping[str, Any]:
    """Return what to store of a refused record; without a seal no more than its hash."""
    letter_id = record_id(stage, lease, record)
    sealed = None if seal is None else seal.seal(letter_id, record)
    body = record.value or b""
    values = SHOWN_VALUES | {lease.region.encode()}
    shown = {
        name: value.decode()
        for name, value in record.headers
        if name in SHOWN_HEADERS and value in values
    }
    return {
        "id": letter_id,
        "stage": stage,
        "region": lease.region,
        "topic": record.topic,
        "offset": record.offset,
        "code": code,
        "body_sealed": None if sealed is None else sealed.body,
        "envelope_sealed": None if sealed is None else sealed.envelope,
        "sha256": hashlib.sha256(body).digest(),
        "size_bytes": len(body),
        "headers": json.dumps(shown),
        "reopens": _uuid_or_none(dict(record.headers).get(LETTER_HEADER)),
    }


def write_letters(cursor: psycopg.Cursor[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Store refused records: as the letter that was put back when it is one, else as a new one.

    The header alone proves nothing: topic, region and bytes must be the letter's as well.
    """
    new = []
    for row in rows:
        if row["reopens"] is not None:
            cursor.execute(QUERIES["reopen_dead_letter"], row)
            if cursor.rowcount:
                continue
        new.append(row)
    if new:
        cursor.executemany(QUERIES["insert_dead_letter"], new)


def redrive(connection: Connection, stage: str, lease: Lease, request: Request) -> int:
    """Put the open letters among these in the outbox, oldest first; return how many.

    Everything else stays as it is: letters of other regions or stages, those that are not open,
    that have no bytes, or are larger than an event may be and would be refused again.
    """
    asked = {
        **_asked(lease, request),
        "stage": stage,
        "partition": lease.partition,
        "bytes_max": EVENT_BYTES_MAX,
    }
    return connection.execute(QUERIES["redrive"], asked).rowcount


def discard(connection: Connection, lease: Lease, request: Request) -> int:
    """Discard the open letters of the region among these, of any stage; return how many.

    Their bytes are erased: what is given up need not be kept.  Hash and history stay.
    """
    return connection.execute(QUERIES["discard"], _asked(lease, request)).rowcount


def reveal(
    connection: Connection, dead_letter_key: bytes, letter_id: UUID, *, reason: str, actor: str
) -> bytes | None:
    """Return a letter's original bytes and note who saw them why; None when none are kept.

    The note is committed with the caller's transaction, which must end before they are shown.
    """
    asked = {"id": letter_id, "reason": reason, "actor": actor}
    row = connection.execute(QUERIES["reveal"], asked).fetchone()
    if row is None:
        return None
    sealed = SealedRecord(id=letter_id, body=row[0], envelope=row[1])
    return RecordSeal(dead_letter_key).open(sealed).value


def _asked(lease: Lease, request: Request) -> dict[str, Any]:
    ids = [found for text in request.ids if (found := _uuid_or_none(text)) is not None]
    said = {"reason": request.reason_code, "actor": request.requested_by}
    return {"ids": ids, "region": lease.region, **said}


def _uuid_or_none(text: str | bytes | None) -> UUID | None:
    """Return an id that may be anything as the UUID it should be."""
    if text is None:
        return None
    try:
        return UUID(text if isinstance(text, str) else text.decode("ascii"))
    except ValueError:
        return None
