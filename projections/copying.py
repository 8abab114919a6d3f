"""Write many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
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
    written = list(rows)
    if not written:
        return
    statement = _copy(table_schema(), table_name, tuple(column_names))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in written:
            copy.write_row(row)


@cache
def _copy(_schema: str, name: str, names: tuple[str, ...]) -> bytes:
    return sql.SQL("copy {} ({}) from stdin").format(table(name), columns(names)).as_bytes()
