"""The gateway's own memory: which event ids it was offered, with which content.

A receipt is reserved before anything is produced.  The same id with the same content then finds
its own receipt back at any age, and the same id with another content is refused at the door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import kwargs_row
from psycopg_pool import ConnectionPool, PoolTimeout

from connectors.gateway.errors import Unavailable
from streams.admission.known_at import RegionClock
from streams.engine.errors import ErrorKind, classify
from streams.engine.named_queries import load_queries

Connection = psycopg.Connection[tuple[Any, ...]]
Pool = ConnectionPool[Connection]

CONNECTION_WAIT_SECONDS = 2.0  # a partner is better served by a quick 503 than by a slow one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What is kept of an offered event: its identity and the digest of its content."""

    receipt_id: UUID
    region: str
    source: str
    event_id: str
    digest: bytes
    record_name: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A reservation as it stands: ours, or that of an earlier offer of the same event."""

    receipt_id: UUID
    topic: str
    received_at: datetime
    is_acknowledged: bool
    is_same: bool


@contextmanager
def database(pool: Pool) -> Iterator[Connection]:
    """Lend a connection; a database that is away becomes Unavailable, a defect stays an error."""
    try:
        with pool.connection(timeout=CONNECTION_WAIT_SECONDS) as connection:
            yield connection
    except PoolTimeout as error:
        raise Unavailable("http.database_away") from error
    except psycopg.Error as error:
        if classify(error) is ErrorKind.TRANSIENT:
            raise Unavailable("http.database_away") from error
        raise


class Receipts:
    """Reads and writes receipts; every method is one short transaction."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = load_queries("connectors", "gateway.sql")

    def clocks(self, regions: Sequence[str]) -> Mapping[str, RegionClock]:
        """Return the clocks of those of the regions that are open."""
        with (
            database(self._pool) as connection,
            connection.cursor(row_factory=kwargs_row(RegionClock)) as cursor,
        ):
            rows = cursor.execute(self._sql["read_clocks"], {"regions": list(regions)})
            return {clock.region: clock for clock in rows}

    def topic_of_event(self, region: str, source: str, event_id: str) -> str | None:
        """Return the topic on which an earlier event of this source stands, when it is known."""
        with database(self._pool) as connection:
            row = connection.execute(
                self._sql["topic_of_event"],
                {"region": region, "source": source, "event_id": event_id},
            ).fetchone()
        return None if row is None else row[0]

    def reserve(self, partner: str, reservations: Sequence[Reservation]) -> list[Reserved]:
        """Reserve all of them or, when one has another content than before, none.

        The answer has the order of `reservations`; where `is_same` is false for any of them
        nothing was written.
        """
        # One order for everybody: two batches with the same ids can then not block each other.
        ordered = sorted(reservations, key=lambda r: (r.region, r.source, r.event_id))
        ids = [r.receipt_id for r in ordered]
        columns = {
            "partner": partner,
            "regions": [r.region for r in ordered],
            "sources": [r.source for r in ordered],
            "event_ids": [r.event_id for r in ordered],
            "receipt_ids": ids,
            "digests": [r.digest for r in ordered],
            "record_names": [r.record_name for r in ordered],
            "topics": [r.topic for r in ordered],
        }
        answer: list[Reserved] = []
        with database(self._pool) as connection, connection.transaction():
            with connection.pipeline():
                connection.execute(self._sql["reserve"], columns)
                standing = connection.execute(self._sql["read_reserved"], {"receipt_ids": ids})
                rows = {row[0]: row[1:] for row in standing}
            answer += [_reserved(r, rows[r.receipt_id]) for r in reservations]
            if not all(reserved.is_same for reserved in answer):
                raise psycopg.Rollback
        return answer

    def acknowledge(self, offsets: Mapping[UUID, int]) -> None:
        """Note the broker's confirmation and offset of each receipt.

        Not flushed to disk before it returns: losing it costs a second copy on the topic,
        which admission recognises, and nothing else.
        """
        columns = {"receipt_ids": list(offsets), "offsets": list(offsets.values())}
        with (
            database(self._pool) as connection,
            connection.pipeline(),
            connection.transaction(),
        ):
            connection.execute("set local synchronous_commit to off")
            connection.execute(self._sql["acknowledge"], columns)


def _reserved(offered: Reservation, row: tuple[Any, ...]) -> Reserved:
    digest, admitted_digest, topic, received_at, is_acknowledged = row
    return Reserved(
        receipt_id=offered.receipt_id,
        topic=topic,
        received_at=received_at,
        is_acknowledged=is_acknowledged,
        is_same=digest == offered.digest and admitted_digest == offered.digest,
    )
