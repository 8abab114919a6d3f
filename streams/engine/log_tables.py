"""Reading the tables of logs: they are the authority, whatever their topics bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from psycopg import sql

from streams.engine.database import QUERIES, Connection
from streams.engine.errors import StopError
from streams.engine.incarnations import LogHistory
from streams.engine.log import Log
from streams.engine.stage import InputRecord

LogPlace = tuple[Log, str]
"""A log and the region whose part of it is meant."""

_ROWS = sql.SQL(
    "select position, incarnation, key, body from {table} "
    "where region = %(region)s and position between %(first)s and %(last)s order by position"
)


class LogTables(Protocol):
    """What a log reader and the relay ask of the tables."""

    def head(self, log: Log, region: str) -> int:
        """Return the last position committed to a log; 0 when it is empty."""
        ...

    def histories(self, places: Sequence[LogPlace]) -> Mapping[LogPlace, LogHistory]:
        """Return each log's head and where its incarnations began."""
        ...

    def rows(
        self, log: Log, region: str, first: int, last: int, *, offset: int
    ) -> list[InputRecord]:
        """Return the rows `first`…`last`, carrying `offset`; a missing one is a StopError.

        The table is the authority: if it lacks a row that the topic shows, something outside
        Radar has deleted it, and going on would lose it silently.
        """
        ...


class PostgresLogTables:
    """The tables themselves, read through one connection, in its transaction when it has one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self, log: Log, region: str) -> int:
        """Return the last position committed to a log; 0 when it is empty."""
        row = self._connection.execute(
            QUERIES["read_log_head"], {"log": log.name, "region": region}
        ).fetchone()
        return 0 if row is None else int(row[1])

    def histories(self, places: Sequence[LogPlace]) -> Mapping[LogPlace, LogHistory]:
        """Return each log's head and where its incarnations began, by one query."""
        if not places:
            return {}
        asked = {"logs": [log.name for log, _ in places], "regions": [r for _, r in places]}
        heads: dict[tuple[str, str], int] = {}
        openings: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        rows = self._connection.execute(QUERIES["read_log_histories"], asked)
        for name, region, head, first, number in rows:
            heads[name, region] = head
            if first is not None:
                openings[name, region].append((first, number))
        return {
            (log, region): LogHistory(
                head=heads.get((log.name, region), 0), openings=openings[log.name, region]
            )
            for log, region in places
        }

    def rows(
        self, log: Log, region: str, first: int, last: int, *, offset: int
    ) -> list[InputRecord]:
        """Return the rows `first`…`last`; see `LogTables`."""
        query = _ROWS.format(table=sql.Identifier(*log.table.split(".")))
        asked = {"region": region, "first": first, "last": last}
        rows = self._connection.execute(query, asked).fetchall()
        return checked(
            [
                InputRecord(
                    topic=log.topic,
                    offset=offset,
                    key=bytes(key),
                    value=bytes(body),
                    position=position,
                    incarnation=incarnation,
                )
                for position, incarnation, key, body in rows
            ],
            log,
            region,
            range(first, last + 1),
        )


def checked(
    records: list[InputRecord], log: Log, region: str, positions: range
) -> list[InputRecord]:
    """Return the records when they are exactly these positions; else raise StopError."""
    if [record.position for record in records] != list(positions):
        raise StopError(
            f"{log.table}, region {region}: rows {positions[0]} to {positions[-1]} are not all "
            "there; restore them from a backup"
        )
    return records
