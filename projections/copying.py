"""Write many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from projections.table_schema import table_schema

Connection = psycopg.Connection[tuple[Any, ...]]


def table(name: str) -> sql.Identifier:
    """Return the quoted name of a table of this room."""
    return sql.Identifier(table_schema(), name)


def columns(names: Sequence[str]) -> sql.Composed:
    """Return the quoted column names, separated by commas."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def copy_rows(
    connection: Connection,
    table_name: str,
    column_names: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """COPY the rows into a table of this room: one round trip however many there are."""
    statement = sql.SQL("copy {} ({}) from stdin").format(table(table_name), columns(column_names))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
