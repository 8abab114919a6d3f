"""One consistent picture of the database, asked by named questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from hub.verify.report import SHOWN_MAX, Difference
from streams.engine.named_queries import load_queries

QUERIES: Mapping[str, str] = {
    **load_queries("hub", "verify.sql"),
    **load_queries("hub", "verify_tables.sql"),
}
Row = tuple[Any, ...]


class Snapshot:
    """A repeatable-read transaction: every answer is of the same instant, whatever is written."""

    def __init__(self, connection: psycopg.Connection[Row], regions: Sequence[str]) -> None:
        self._connection = connection
        self.regions = list(regions)

    def rows(self, name: str, tables: Mapping[str, str] | None = None, **asked: Any) -> list[Row]:
        """Return the rows of a question; `tables` fills the names in braces."""
        return self._connection.execute(_statement(name, tables), self._asked(asked)).fetchall()

    def count(self, name: str, tables: Mapping[str, str] | None = None, **asked: Any) -> int:
        """Return the one number that a question answers."""
        ((number,),) = self.rows(name, tables, **asked)
        return int(number)

    def differences(
        self, name: str, tables: Mapping[str, str] | None = None, **asked: Any
    ) -> list[Difference]:
        """Return the rows of a question as one difference called like it; none when it is empty.

        The question's last column counts all its rows; the others are the place.
        """
        cursor = self._connection.execute(_statement(name, tables), self._asked(asked))
        names = [column.name for column in cursor.description or ()][:-1]
        rows = cursor.fetchall()
        if not rows:
            return []
        table = (tables or {}).get("fact") or (tables or {}).get("event")
        told = {} if table is None else {"table": table}
        first = [told | dict(zip(names, row, strict=False)) for row in rows[:SHOWN_MAX]]
        return [Difference(kind=name, total=rows[0][-1], first=first)]

    @contextmanager
    def stream(self, name: str) -> Iterator[psycopg.ServerCursor[Row]]:
        """Read many rows without holding them all; the server keeps the place."""
        with self._connection.cursor(f"verify_{name}") as cursor:
            cursor.itersize = 2_000
            cursor.execute(_statement(name, None), self._asked({}))
            yield cursor

    def _asked(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"regions": self.regions, "limit": SHOWN_MAX, **asked}


@contextmanager
def open_snapshot(database_url: str, regions: Sequence[str]) -> Iterator[Snapshot]:
    """Open a picture of the database that stays as it is; nothing can be written through it."""
    with psycopg.connect(
        database_url, connect_timeout=5, application_name="radar-verify"
    ) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute(QUERIES["plan_for_whole_tables"])
        yield Snapshot(connection, regions)
        connection.rollback()


def _statement(name: str, tables: Mapping[str, str] | None) -> sql.Composed:
    named = {key: sql.Identifier(*table.split(".")) for key, table in (tables or {}).items()}
    return sql.SQL(QUERIES[name]).format(**named)
