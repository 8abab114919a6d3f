"""After a restore of an older database: takes back the rows that a log's topic still holds.

A topic holds committed rows only, so one that is ahead of its table says that the table was put
back to an earlier day.  See docs/decisions/0010-restored-database.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import structlog

from streams.engine import metrics
from streams.engine.broker import Bounds, Broker
from streams.engine.errors import StopError
from streams.engine.incarnations import LogHistory
from streams.engine.lease import Lease
from streams.engine.log import Log
from streams.engine.log_reader import place_of, unframed
from streams.engine.stage import InputRecord, Stage
from streams.engine.store import Store
from streams.engine.transaction import UnitTransaction

logger = structlog.get_logger()

# One transaction takes back at most so many rows, so that its locks and memory stay small.
ADOPTED_ROWS_MAX = 500
RUNBOOK = "see the runbook 'restored database'"
Origin = tuple[str, int]
"""Topic and offset at which a row's event was received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedRows:
    """Rows that the topic has and the table lost, with the records that they came from.

    `rows` have position and incarnation and follow the log's head without a gap; `heard` holds
    what the inbound topics still have of their origins.  `is_last` says that the topic holds no
    more, and that what the stage appends from here on opens a new incarnation.
    """

    lease: Lease
    rows: Sequence[InputRecord]
    heard: Mapping[Origin, InputRecord]
    is_last: bool


@runtime_checkable
class AdoptingStage(Stage, Protocol):
    """A stage whose rows rest on what cannot be decided again in the same way.

    Tokens are random and clocks go on, so its rows come back from their topic.  A stage whose rows
    follow from its input alone needs none of this: it writes them again.
    """

    def origin(self, row: InputRecord) -> Origin | None:
        """Return where a row's event was received; None for one that follows from another."""
        ...

    def adopt(self, adopted: AdoptedRows, tx: UnitTransaction) -> None:
        """Write the rows back with `tx.adopt`, and all that the stage derives from its own rows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What a topic holds of a log beyond its table: the offset of each position's newest record.

    `newest` is the highest incarnation on the topic; `places` are (position, incarnation, offset).
    """

    log: Log
    head: int
    newest: int
    places: Sequence[tuple[int, int, int]]
    last_offset: int


def settle_restored(
    stage: Stage, store: Store, broker: Broker, lease: Lease, bounds: Bounds
) -> None:
    """Bring the stage's logs in step with topics that are ahead of them; nearly always nothing.

    Every step is one fenced transaction, so this may be killed anywhere and started again.
    Raises StopError when the topic no longer holds everything between its table and its end.
    """
    for log in stage.logs:
        ahead = find_ahead(store, broker, lease, log, bounds[log.topic, lease.partition])
        if ahead is None:
            continue
        if isinstance(stage, AdoptingStage):
            _adopt(stage, store, broker, lease, ahead)
        else:
            _write_again(stage, store, lease, ahead)


def find_ahead(
    store: Store, broker: Broker, lease: Lease, log: Log, bounds: tuple[int, int]
) -> Ahead | None:
    """Return what the topic holds beyond the table, or None when it holds nothing more.

    Only what was sent after the last acknowledged row that the table knows of can be news.
    """
    start, end = bounds
    known = lease.logs[log.name].relayed_offset
    # A topic that ends before what it acknowledged has lost records: look at all of it.
    first = max(start, known + 1) if known < end else start
    if first >= end:
        return None
    place = (log, lease.region)
    history = store.tables().histories([place])[place]
    found = _scan(broker, lease, log, history, (first, end))
    if found is not None and first > start and found.places and _holes(found):
        found = _scan(broker, lease, log, history, (start, end))
    return found


def _scan(
    broker: Broker, lease: Lease, log: Log, history: LogHistory, between: tuple[int, int]
) -> Ahead | None:
    newest: dict[int, tuple[int, int]] = {}
    highest = 0
    for record in broker.read(log.topic, lease.partition, between[0], between[1] - 1):
        place = place_of(record)
        if place is None or history.is_superseded(*place):
            continue
        position, incarnation = place
        highest = max(highest, incarnation)
        if position > history.head and incarnation >= newest.get(position, (0, 0))[0]:
            newest[position] = (incarnation, record.offset)
        elif incarnation > history.incarnation_at(position) and position <= history.head:
            # A row that this table never had stands where it has one: other decisions were made.
            newest.setdefault(position, (incarnation, record.offset))
    if not newest:
        return None
    return Ahead(
        log=log,
        head=history.head,
        newest=max(highest, history.incarnation),
        places=list(_one_history(newest)),
        last_offset=between[1] - 1,
    )


def _one_history(newest: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield the places of the newest history: incarnations never decrease with position."""
    current = 0
    for position in sorted(newest):
        incarnation, offset = newest[position]
        if incarnation < current:
            return
        current = incarnation
        yield position, incarnation, offset


def _holes(ahead: Ahead) -> list[tuple[int, int]]:
    """Return the stretches of positions that neither table nor topic has."""
    holes = []
    expected = ahead.head + 1
    for position, _, _ in ahead.places:
        if position > expected:
            holes.append((expected, position - 1))
        expected = position + 1
    return holes


def _write_again(stage: Stage, store: Store, lease: Lease, ahead: Ahead) -> None:
    """Open an incarnation: readers then know the topic's old records from the rows to come."""
    at = lease.logs[ahead.log.name]
    with store.unit(stage) as tx:
        tx.fence([lease])
        tx.open_incarnation(lease, ahead.log, ahead.newest + 1, at.position + 1)
    lease.sequence += 1
    logger.warning(
        "log_incarnation_opened",
        log=ahead.log.name,
        region=lease.region,
        after=ahead.head,
        incarnation=at.incarnation,
    )


def _adopt(stage: AdoptingStage, store: Store, broker: Broker, lease: Lease, ahead: Ahead) -> None:
    _refuse_what_cannot_be_adopted(lease, ahead)
    for rows in _chunks(stage, _rows(broker, lease, ahead)):
        origins = [origin for row in rows if (origin := stage.origin(row)) is not None]
        adopted = AdoptedRows(
            lease=lease,
            rows=rows,
            heard=_origins(broker, lease, origins),
            is_last=rows[-1].position == ahead.places[-1][0],
        )
        _write(stage, store, ahead, adopted)
        metrics.ADOPTED_ROWS.labels(log=ahead.log.name).inc(len(rows))
    logger.warning(
        "log_rows_adopted",
        log=ahead.log.name,
        region=lease.region,
        rows=len(ahead.places),
        after=ahead.head,
        incarnation=lease.logs[ahead.log.name].incarnation,
    )


def _chunks(stage: AdoptingStage, rows: Iterable[InputRecord]) -> Iterator[list[InputRecord]]:
    """Cut rows into transactions; a row that follows from the one before stays with it."""
    chunk: list[InputRecord] = []
    for row in rows:
        if len(chunk) >= ADOPTED_ROWS_MAX and stage.origin(row) is not None:
            yield chunk
            chunk = []
        chunk.append(row)
    yield chunk


def _write(stage: AdoptingStage, store: Store, ahead: Ahead, adopted: AdoptedRows) -> None:
    lease, log = adopted.lease, ahead.log
    with store.unit(stage) as tx:
        tx.fence([lease])
        if adopted.is_last:
            tx.open_incarnation(lease, log, ahead.newest + 1, ahead.places[-1][0] + 1)
        stage.adopt(adopted, tx)
        tx.flush()
        if adopted.is_last:
            tx.note_adopted(lease, log, ahead.places[-1][0], ahead.last_offset)
    lease.sequence += 1
    for name, at in lease.logs.items():
        appended = tx.appended.get((lease.region, name), [])
        at.position = appended[-1].position if appended else at.position


def _refuse_what_cannot_be_adopted(lease: Lease, ahead: Ahead) -> None:
    where = f"{ahead.log.topic}, region {lease.region}"
    others = [position for position, *_ in ahead.places if position <= ahead.head]
    if others:
        raise StopError(
            f"{where}: positions {others[0]} to {others[-1]} stand on the topic under a newer "
            "incarnation than in the table; this database was kept beside another that went on. "
            f"Restore a backup of that one; {RUNBOOK}"
        )
    holes = _holes(ahead)
    if holes:
        missing = ", ".join(f"{first} to {last}" for first, last in holes)
        raise StopError(
            f"{where}: the restored table ends at {ahead.head} and the topic goes on to "
            f"{ahead.places[-1][0]}, but neither has positions {missing}. Restore a backup that "
            f"ends at {holes[-1][1]} or later; {RUNBOOK}"
        )


def _rows(broker: Broker, lease: Lease, ahead: Ahead) -> Iterator[InputRecord]:
    for first in range(0, len(ahead.places), ADOPTED_ROWS_MAX):
        yield from _some(broker, lease, ahead.log, ahead.places[first : first + ADOPTED_ROWS_MAX])


def _some(
    broker: Broker, lease: Lease, log: Log, places: Sequence[tuple[int, int, int]]
) -> list[InputRecord]:
    wanted = {offset: (position, incarnation) for position, incarnation, offset in places}
    found = {
        record.offset: InputRecord(
            topic=log.topic,
            offset=record.offset,
            key=record.key,
            value=unframed(record),
            position=wanted[record.offset][0],
            incarnation=wanted[record.offset][1],
        )
        for record in broker.read(log.topic, lease.partition, min(wanted), max(wanted))
        if record.offset in wanted
    }
    _refuse_missing(lease, log.topic, wanted.keys() - found.keys())
    return [found[offset] for _, _, offset in places]


def _origins(
    broker: Broker, lease: Lease, origins: Collection[Origin]
) -> Mapping[Origin, InputRecord]:
    """Read the records that the rows came from; those read before the backup are known."""
    wanted: dict[str, set[int]] = {}
    for topic, offset in origins:
        at = lease.inputs.get(topic)
        if at is not None and offset > at.offset:
            wanted.setdefault(topic, set()).add(offset)
    found: dict[Origin, InputRecord] = {}
    for topic, offsets in wanted.items():
        for record in broker.read(topic, lease.partition, min(offsets), max(offsets)):
            if record.offset in offsets:
                found[topic, record.offset] = record
        _refuse_missing(lease, topic, offsets - {at for name, at in found if name == topic})
    return found


def _refuse_missing(lease: Lease, topic: str, offsets: Collection[int]) -> None:
    if offsets:
        raise StopError(
            f"{topic}, region {lease.region}: offsets {min(offsets)} to {max(offsets)} are needed "
            f"to take rows back ({len(offsets)} of them) and the topic has them no more; {RUNBOOK}"
        )
