"""Compares two tables of one shape: a checksum first, keys only where it differs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from psycopg import sql

from streams.engine.beside import QUERIES
from streams.engine.database import Connection

KEYS_SHOWN_MAX = 5
# A server-side cursor hands over this many rows at a time, whatever the table's size.
FETCHED_ROWS = 5_000

_IN_ORDER = sql.SQL("from {table} as t where region = {region} order by {key}")


def checksum(connection: Connection, schema: str, table: str, region: str) -> str:
    """Return the SHA-256 of a region's rows, all columns, in the order of the primary key."""
    rows = _rows(connection, schema, table, region)
    statement = sql.SQL("copy (select t.* {}) to stdout (format binary)").format(rows)
    total = hashlib.sha256()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            total.update(block)
    return total.hexdigest()


def differing_keys(
    live: tuple[Connection, str], beside: tuple[Connection, str], table: str, region: str
) -> list[str]:
    """Return the first keys, as JSON, whose rows are missing or other on one of two sides.

    Both connections must be in a transaction. Rows that are only out of step are held back until
    their other half comes, so memory grows with what differs, not with the table.
    """
    unmatched: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})
    for pair in zip_longest(*(_hashed(*side, table, region) for side in (live, beside))):
        if pair[0] == pair[1]:
            continue
        for one, mine, others in zip(pair, unmatched, reversed(unmatched), strict=True):
            if one is None:
                continue
            key, digest = one
            if others.get(key) == digest:
                del others[key]
            else:
                mine[key] = digest
    return sorted(set(unmatched[0]) | set(unmatched[1]))[:KEYS_SHOWN_MAX]


def _hashed(
    connection: Connection, schema: str, table: str, region: str
) -> Iterator[tuple[str, bytes]]:
    key = sql.SQL(", ").join(map(sql.Identifier, key_of(connection, schema, table)))
    statement = sql.SQL(
        "select jsonb_build_array({})::text, sha256(convert_to(t::text, 'UTF8')) {}"
    ).format(key, _rows(connection, schema, table, region))
    with connection.cursor(name=f"compare_{schema}") as cursor:
        cursor.itersize = FETCHED_ROWS
        for text, digest in cursor.execute(statement):
            yield json.dumps(json.loads(text)), bytes(digest)


def key_of(connection: Connection, schema: str, table: str) -> Sequence[str]:
    """Return the columns of a table's primary key, in its order."""
    rows = connection.execute(QUERIES["key_of"], {"table": f"{schema}.{table}"}).fetchall()
    return [name for (name,) in rows]


def _rows(connection: Connection, schema: str, table: str, region: str) -> sql.Composed:
    key = key_of(connection, schema, table)
    return _IN_ORDER.format(
        table=sql.Identifier(schema, table),
        region=sql.Literal(region),
        key=sql.SQL(", ").join(map(sql.Identifier, key)),
    )
