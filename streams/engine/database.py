"""PostgreSQL as the engine sees it: the connection type and the engine's own queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from streams.engine.named_queries import load_queries

Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]

QUERIES = load_queries("streams.engine")


def copy_in(cursor: Cursor, statement: str, rows: Sequence[Sequence[object]]) -> None:
    """Run a COPY of rows into a table; without rows nothing is asked of the database."""
    if rows:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def one_row(connection: Connection, name: str, parameters: Mapping[str, object]) -> tuple[Any, ...]:
    """Run a named query of the engine that always answers with one row."""
    row = connection.execute(QUERIES[name], parameters).fetchone()
    if row is None:
        raise AssertionError(f"query {name} must return a row")
    return row
