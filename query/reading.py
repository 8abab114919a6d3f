"""The one way in which a page reads: a read-only snapshot on a pooled connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from psycopg import Connection
from psycopg_pool import ConnectionPool

from query.limits import CONNECTION_WAIT_SECONDS_MAX
from streams.engine.named_queries import load_queries

QUERIES = load_queries(__package__)

ReadConnection: TypeAlias = Connection[Any]


@contextmanager
def read_snapshot(pool: ConnectionPool[ReadConnection]) -> Iterator[ReadConnection]:
    """Yield a connection in which every query sees the same moment and nothing can be written.

    Raises psycopg.OperationalError (PoolTimeout is one) when the database is away or too slow.
    """
    with (
        pool.connection(timeout=CONNECTION_WAIT_SECONDS_MAX) as connection,
        connection.transaction(),
    ):
        connection.execute(QUERIES["begin_snapshot"])
        yield connection
