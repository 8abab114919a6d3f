"""Reading a log topic as if it were the log's table: each position once, in order."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from streams.engine.errors import StopError, TransientError
from streams.engine.lease import InputPosition
from streams.engine.log import LOGS, Log
from streams.engine.stage import InputRecord
from streams.engine.transaction import QUERIES, Connection

LOG_BY_TOPIC = {log.topic: log for log in LOGS}
POSITION_HEADER = "radar-position"
INCARNATION_HEADER = "radar-incarnation"
FRAME_BYTES = 5
# One read of the table brings at most this many rows, so that a long gap stays in memory bounds.
GAP_ROWS_MAX = 5_000

_ROWS = sql.SQL(
    "select position, incarnation, key, body from {table} "
    "where region = %(region)s and position between %(first)s and %(last)s order by position"
)


def read_table(
    connection: Connection, log: Log, region: str, first: int, last: int, *, offset: int
) -> list[InputRecord]:
    """Return the rows `first`…`last` of a log's table; a missing one is a StopError.

    The table is the authority: if it lacks a row that the topic shows, something outside
    Radar has deleted it, and going on would lose it silently.
    """
    query = _ROWS.format(table=sql.Identifier(*log.table.split(".")))
    rows = connection.execute(query, {"region": region, "first": first, "last": last}).fetchall()
    if [row[0] for row in rows] != list(range(first, last + 1)):
        raise StopError(f"{log.table}, region {region}: rows {first} to {last} are not all there")
    return [
        InputRecord(
            topic=log.topic,
            offset=offset,
            key=bytes(key),
            value=bytes(body),
            position=position,
            incarnation=incarnation,
        )
        for position, incarnation, key, body in rows
    ]


def head_of(connection: Connection, log: Log, region: str) -> int:
    """Return the last position committed to a log; 0 when it is empty."""
    row = connection.execute(
        QUERIES["read_log_head"], {"log": log.name, "region": region}
    ).fetchone()
    return 0 if row is None else int(row[1])


def contiguous(
    connection: Connection, region: str, at: InputPosition, records: Sequence[InputRecord]
) -> list[InputRecord]:
    """Turn what a poll brought of a log topic into positions that follow `at.position`.

    Positions read before are skipped, gaps are read from the table.  A record without a
    position is none of ours and says nothing: the table still has every row.
    """
    log = LOG_BY_TOPIC[at.topic]
    expected = at.position + 1
    result: list[InputRecord] = []
    for record in records:
        place = _place_of(record)
        if place is None or place[0] < expected:
            continue
        position, incarnation = place
        if position > expected:
            if position > head_of(connection, log, region):
                raise TransientError(f"{at.topic}: position {position} is ahead of its table")
            while expected < position:
                last = min(position - 1, expected + GAP_ROWS_MAX - 1)
                result += read_table(connection, log, region, expected, last, offset=record.offset)
                expected = last + 1
        result.append(
            InputRecord(
                topic=record.topic,
                offset=record.offset,
                key=record.key,
                value=(record.value or b"")[FRAME_BYTES:],
                timestamp_ms=record.timestamp_ms,
                position=position,
                incarnation=incarnation,
            )
        )
        expected = position + 1
    return result


def _place_of(record: InputRecord) -> tuple[int, int] | None:
    if record.value is None or len(record.value) <= FRAME_BYTES:
        return None
    headers = dict(record.headers)
    try:
        return int(headers[POSITION_HEADER]), int(headers[INCARNATION_HEADER])
    except (KeyError, ValueError):
        return None
