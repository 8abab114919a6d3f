"""Tables beside the live ones: made like them, filled by somebody else, put in their place.

A rebuild fills `<schema>_next` while everybody goes on with `<schema>`; PostgreSQL's catalogue
tells what the live tables are like, so that a migration has to be written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from streams.engine.database import Connection
from streams.engine.named_queries import load_queries

QUERIES = load_queries("streams.engine", "beside.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideTables:
    """The derived tables of one schema, each with a column `region`."""

    schema: str
    tables: tuple[str, ...]

    @property
    def next_schema(self) -> str:
        """Return the schema in which they are made anew."""
        return f"{self.schema}_next"

    @property
    def old_schema(self) -> str:
        """Return the schema in which the replaced ones wait to be dropped."""
        return f"{self.schema}_old"

    def make(self, connection: Connection) -> None:
        """Make empty tables without indexes; what an earlier rebuild left behind goes first."""
        self.drop(connection)
        _run(connection, "create schema {}", sql.Identifier(self.next_schema))
        for name in self.tables:
            live, beside = self._live(name), self._next(name)
            _run(
                connection,
                "create table {} (like {} including defaults including comments "
                "including constraints including generated including storage)",
                beside,
                live,
            )
            row = connection.execute(QUERIES["options_of"], {"table": self._name(name)}).fetchone()
            options, comment = row if row is not None else (None, None)
            if options:
                _run(connection, "alter table {} set ({})", beside, sql.SQL(options))
            if comment:
                _run(connection, "comment on table {} is {}", beside, sql.Literal(comment))

    def index(self, connection: Connection) -> None:
        """Give them the live tables' indexes and keys, under the same names."""
        for name in self.tables:
            place = {"table": self._name(name)}
            for index, is_primary, text in connection.execute(QUERIES["indexes_of"], place):
                there = f" ON {self.next_schema}."
                connection.execute(text.replace(f" ON {self.schema}.", there, 1).encode())
                if is_primary:
                    _run(
                        connection,
                        "alter table {} add constraint {} primary key using index {}",
                        self._next(name),
                        sql.Identifier(index),
                        sql.Identifier(index),
                    )
        self.analyze(connection)

    def analyze(self, connection: Connection) -> None:
        """Tell the planner how large they are by now."""
        for name in self.tables:
            _run(connection, "analyze {}", self._next(name))

    def take_place(self, connection: Connection) -> None:
        """Put them in the place of the live tables, in the caller's transaction.

        Locks the live tables against readers until the caller commits, so it comes last. Views
        are told to read the new tables; their grants, comments and readers stay as they are.
        """
        # Without a search path, view definitions come with every name qualified.
        connection.execute("set local search_path = ''")
        names = [self._name(name) for name in self.tables]
        views = connection.execute(QUERIES["views_on"], {"tables": names}).fetchall()
        _run(connection, "create schema {}", sql.Identifier(self.old_schema))
        for name in self.tables:
            old, live = sql.Identifier(self.old_schema), sql.Identifier(self.schema)
            _run(connection, "alter table {} set schema {}", self._live(name), old)
            _run(connection, "alter table {} set schema {}", self._next(name), live)
        for schema, view, options, text in views:
            stored = sql.SQL("with ({})").format(sql.SQL(options)) if options else sql.SQL("")
            _run(
                connection,
                "create or replace view {} {} as {}",
                sql.Identifier(schema, view),
                stored,
                sql.SQL(text),
            )

    def replace_rows(self, connection: Connection, regions: Sequence[str]) -> None:
        """Replace the live rows of some regions by theirs, in the caller's transaction.

        Readers are not locked out and see the old rows until the commit.
        """
        named = sql.Literal(list(regions))
        for name in self.tables:
            live, beside = self._live(name), self._next(name)
            _run(connection, "delete from {} where region = any({})", live, named)
            _run(
                connection,
                "insert into {} select * from {} where region = any({})",
                live,
                beside,
                named,
            )

    def drop(self, connection: Connection) -> None:
        """Drop what is left beside the live tables, of this rebuild or of one that was killed.

        A replaced table that another room's view still reads is an error: no view is lost.
        """
        _run(connection, "drop schema if exists {} cascade", sql.Identifier(self.next_schema))
        rows = connection.execute(QUERIES["tables_in"], {"schema": self.old_schema}).fetchall()
        for (name,) in rows:
            _run(connection, "drop table {}", sql.Identifier(self.old_schema, name))
        _run(connection, "drop schema if exists {}", sql.Identifier(self.old_schema))

    def _name(self, name: str) -> str:
        return f"{self.schema}.{name}"

    def _live(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.schema, name)

    def _next(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.next_schema, name)


def _run(connection: Connection, text: str, *parts: sql.Composable) -> None:
    connection.execute(sql.SQL(text).format(*parts))
