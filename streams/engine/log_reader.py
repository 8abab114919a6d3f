"""Reading a log topic as if it were the log's table: each position once, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streams.engine.errors import TransientError
from streams.engine.incarnations import LogHistory
from streams.engine.lease import InputPosition, Lease
from streams.engine.log import LOG_BY_TOPIC
from streams.engine.log_tables import LogTables
from streams.engine.stage import InputRecord

POSITION_HEADER = "radar-position"
INCARNATION_HEADER = "radar-incarnation"
FRAME_BYTES = 5
# One read of the table brings at most this many rows, so that a long gap stays in memory bounds.
GAP_ROWS_MAX = 5_000


def contiguous(
    tables: LogTables,
    region: str,
    at: InputPosition,
    records: Sequence[InputRecord],
    history: LogHistory,
) -> list[InputRecord]:
    """Turn what a poll brought of a log topic into positions that follow `at.position`.

    Positions read before are skipped, gaps are read from the table.  A record without a
    position is none of ours and says nothing: the table still has every row.  Neither does one of
    another incarnation than its table's row: it was written before a restore, and its position
    means another row now.  What the table does not have yet is waited for: a topic ahead of its
    table is one whose database was restored, and its writer is about to settle that.
    """
    log = LOG_BY_TOPIC[at.topic]
    expected = at.position + 1
    result: list[InputRecord] = []
    for record in records:
        place = place_of(record)
        if place is None or place[0] < expected:
            continue
        position, incarnation = place
        if history.is_superseded(position, incarnation):
            continue
        if position > history.head:
            raise TransientError(f"{at.topic}: position {position} is ahead of its table")
        if incarnation != history.incarnation_at(position):
            continue
        while expected < position:
            last = min(position - 1, expected + GAP_ROWS_MAX - 1)
            result += tables.rows(log, region, expected, last, offset=record.offset)
            expected = last + 1
        result.append(
            InputRecord(
                topic=record.topic,
                offset=record.offset,
                key=record.key,
                value=unframed(record),
                timestamp_ms=record.timestamp_ms,
                position=position,
                incarnation=incarnation,
            )
        )
        expected = position + 1
    return result


def not_brought(tables: LogTables, lease: Lease) -> Iterator[list[InputRecord]]:
    """Yield per log what its table has beyond the lease's position, at most `GAP_ROWS_MAX` rows."""
    for topic, at in lease.inputs.items():
        if topic not in LOG_BY_TOPIC:
            continue
        log = LOG_BY_TOPIC[topic]
        head = min(tables.head(log, lease.region), at.position + GAP_ROWS_MAX)
        if head > at.position:
            yield tables.rows(log, lease.region, at.position + 1, head, offset=at.offset)


def unframed(record: InputRecord) -> bytes:
    """Return the body of a log topic's record, as its table holds it."""
    return (record.value or b"")[FRAME_BYTES:]


def place_of(record: InputRecord) -> tuple[int, int] | None:
    """Return (position, incarnation) of a log topic's record; None for one that is none of ours."""
    if record.value is None or len(record.value) <= FRAME_BYTES:
        return None
    headers = dict(record.headers)
    try:
        return int(headers[POSITION_HEADER]), int(headers[INCARNATION_HEADER])
    except (KeyError, TypeError, ValueError):
        return None
