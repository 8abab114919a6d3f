"""The gateway's own memory: which event ids it was offered, with which content.

A receipt is reserved before anything is produced.  The same id with the same content then finds
its own receipt back at any age, and the same id with another content is refused at the door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
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

RESERVE_ATTEMPTS_MAX = 5  # each fails only when another offer of the same id slips in between
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


class Reserved(NamedTuple):
    """A reservation as it stands: ours, or that of an earlier offer of the same event."""

    receipt_id: UUID
    received_at: datetime
    is_same: bool
    is_acknowledged: bool


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
        nothing was written, unless the other content came in that same instant: then what is
        new in the batch stays reserved, unsent, and its retry completes it.
        """
        once = {r.receipt_id: r for r in reservations}
        twins = [r for r in reservations if once[r.receipt_id].digest != r.digest]
        columns = {
            "partner": partner,
            "regions": [r.region for r in once.values()],
            "sources": [r.source for r in once.values()],
            "event_ids": [r.event_id for r in once.values()],
            "receipt_ids": list(once),
            "digests": [r.digest for r in once.values()],
            "record_names": [r.record_name for r in once.values()],
            "topics": [r.topic for r in once.values()],
        }
        if twins:
            # One id, two contents, one request: neither can be the first.
            return [_clash(r, is_same=r not in twins) for r in reservations]
        for _ in range(RESERVE_ATTEMPTS_MAX):
            with database(self._pool) as connection:
                rows = connection.execute(self._sql["reserve"], columns).fetchall()
            found = {row[0]: Reserved(*row) for row in rows}
            if not all(reserved.is_same for reserved in found.values()):
                return [found.get(r.receipt_id) or _clash(r, is_same=True) for r in reservations]
            if len(found) == len(once):
                return [found[r.receipt_id] for r in reservations]
        raise Unavailable("http.overloaded", retry_after_seconds=1)

    def acknowledge(self, offsets: Mapping[UUID, int]) -> None:
        """Note the broker's confirmation and offset of each receipt."""
        columns = {"receipt_ids": list(offsets), "offsets": list(offsets.values())}
        with database(self._pool) as connection:
            connection.execute(self._sql["acknowledge"], columns)


def _clash(reservation: Reservation, *, is_same: bool) -> Reserved:
    """Return the place of a reservation that was not written because one beside it clashes."""
    return Reserved(
        receipt_id=reservation.receipt_id,
        received_at=datetime.now(UTC),
        is_same=is_same,
        is_acknowledged=False,
    )
