"""Reads long stretches of a log's table in binary COPY: no topic, no unit, no lease."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from streams.engine.database import Connection
from streams.engine.log import Log
from streams.engine.stage import InputRecord

_COPY = sql.SQL(
    "copy (select position, incarnation, body from {table} where region = {region} "
    "and position between {first} and {last} and {condition} order by position) "
    "to stdout (format binary)"
)
EVERY_ROW = sql.SQL("true")
_SELECT = sql.SQL(
    "select position, record_name, body from {table} where region = {region} "
    "and position between {first} and {last} and {condition} order by position {direction}"
)
# A round trip for each so many rows, about 300 bytes each.
FETCHED_ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Positions `first` to `last` of one region's log, both included."""

    log: Log
    region: str
    first: int
    last: int

    def cut(self, rows: int) -> Iterator[Stretch]:
        """Cut it into pieces of at most so many positions, in order."""
        for first in range(self.first, self.last + 1, rows):
            last = min(first + rows - 1, self.last)
            yield Stretch(log=self.log, region=self.region, first=first, last=last)


def copied_rows(
    connection: Connection, stretch: Stretch, condition: sql.Composable = EVERY_ROW
) -> Iterator[InputRecord]:
    """Yield the rows of a stretch that meet an SQL condition on the log's columns, in order.

    The connection is busy until the last row was taken. Offsets are 0: nobody polled these rows.
    """
    statement = _COPY.format(
        table=sql.Identifier(*stretch.log.table.split(".")),
        region=sql.Literal(stretch.region),
        first=sql.Literal(stretch.first),
        last=sql.Literal(stretch.last),
        condition=condition,
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "int4", "bytea"])
        for position, incarnation, body in copy.rows():
            yield InputRecord(
                topic=stretch.log.topic,
                offset=0,
                key=None,
                value=body,
                position=position,
                incarnation=incarnation,
            )


def fetched_rows(
    connection: Connection,
    stretch: Stretch,
    condition: sql.Composable = EVERY_ROW,
    *,
    backwards: bool = False,
) -> Iterator[tuple[int, str, bytes]]:
    """Yield position, kind of event and body of rows of the journal or the advice log.

    For millions of rows: a server-side cursor hands them over for half of what COPY costs the
    reader, which gets each row by itself. The connection is in a transaction, and free meanwhile.
    """
    statement = _SELECT.format(
        table=sql.SQL(stretch.log.table),
        region=sql.Literal(stretch.region),
        first=sql.Literal(stretch.first),
        last=sql.Literal(stretch.last),
        condition=condition,
        direction=sql.SQL("desc" if backwards else "asc"),
    )
    with connection.cursor(name="fetched_rows") as cursor:
        cursor.itersize = FETCHED_ROWS
        yield from cursor.execute(statement, binary=True)
