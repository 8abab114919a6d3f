"""Queries of this room by name, with the table names that a query leaves open filled in."""

from __future__ import annotations

from psycopg import sql

from projections.table_schema import in_schema
from streams.engine.named_queries import load_queries


def query(file: str, name: str, package: str = "projections") -> sql.SQL:
    """Return one section of `sql/<file>` of a package; raises KeyError when there is none."""
    return sql.SQL(in_schema(load_queries(package, file)[name]))
