"""Queries of this room by name, with the table names that a query leaves open filled in."""

from __future__ import annotations

from functools import cache

from psycopg import sql

from projections.copying import columns, table
from projections.table_schema import in_schema, table_schema
from streams.engine.named_queries import load_queries


def query(file: str, name: str, package: str = "projections") -> sql.SQL:
    """Return one section of `sql/<file>` of a package; raises KeyError when there is none."""
    return sql.SQL(in_schema(load_queries(package, file)[name]))


def statement(file: str, name: str, **names: str | tuple[str, ...]) -> bytes:
    """Return a section as the server gets it, with the names of a table, or columns, filled in."""
    return _put_together(table_schema(), file, name, **names)


# As much work as running one that few rows are for; there are some forty of them.
@cache
def _put_together(_schema: str, file: str, name: str, **names: str | tuple[str, ...]) -> bytes:
    filled = {
        hole: table(filling) if isinstance(filling, str) else columns(filling)
        for hole, filling in names.items()
    }
    return query(file, name).format(**filled).as_bytes()
