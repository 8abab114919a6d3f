"""Finds the one record that workers die of, and sets it aside undecoded.

After a death that a record may have caused, what was on its way is taken record by record, and a
marker is committed before each.  Only the record whose own marker was set at three such deaths is
set aside (docs/decisions/0012-quarantine.md).  While all is well none of this runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from schemas.topics import TOPICS
from streams.engine import metrics
from streams.engine.database import Connection
from streams.engine.errors import Fenced, StopError
from streams.engine.lease import Lease
from streams.engine.log import LOG_BY_TOPIC, LOG_TOPICS
from streams.engine.log_reader import contiguous
from streams.engine.log_tables import LogTables
from streams.engine.named_queries import load_queries
from streams.engine.parking import Failure
from streams.engine.stage import Batch, InputRecord, Stage
from streams.engine.unit import Unit

logger = structlog.get_logger()

QUERIES = load_queries("streams.engine", "quarantine.sql")
CODE = "stage.quarantined"
DEATHS_MAX = 3
# As many as one poll may bring (faust_worker.POLL_RECORDS_MAX): the guilty one was among them.
CAREFUL_RECORDS = 2_000
# A defect of ours that every record meets must not set all of them aside, one after the other.
QUARANTINED_PER_HOUR_MAX = 20
# What a parked row's `code` says when no exception could: its workers died.
DIED = Failure(code="ProcessDeath")


def key_of(record: InputRecord) -> tuple[str, int]:
    """Return what names a record in its region: topic, and position or else offset."""
    return record.topic, record.offset if record.position is None else record.position


def is_careful(unit: Unit) -> bool:
    """Say whether the unit must be taken record by record; False for its parts."""
    if unit.suspect is not None or unit.is_rest:
        return False
    return any(batch.lease.careful > 0 or batch.lease.suspects for batch in unit.batches)


def parts_of(unit: Unit, tables: Callable[[], LogTables]) -> Sequence[Unit]:
    """Return a unit per record, in order.

    Of log topics a unit per row, gaps filled from the table, and one at the end that moves the
    topics' offsets behind whatever was none of ours.  May raise what reading a table raises.
    """
    parts: list[Unit] = []
    for batch in unit.batches:
        lease, has_logs = batch.lease, False
        for topic, at in lease.inputs.items():
            mine = [record for record in batch.records if record.topic == topic]
            if topic in LOG_TOPICS and mine and mine[0].position is None:
                place = (LOG_BY_TOPIC[topic], lease.region)
                history = tables().histories([place])[place]
                mine, has_logs = contiguous(tables(), lease.region, at, mine, history), True
            parts += [
                Unit(batches=[Batch(lease=lease, records=[record])], suspect=record)
                for record in mine
            ]
        if has_logs:
            parts.append(Unit(batches=[batch], is_rest=True))
    return parts


def condemn(unit: Unit, deaths: int, *, parks: bool) -> None:
    """Let a part's record be set aside, or its households be parked, once enough died of it.

    Its marker stands now; one set again after a COMMIT whose answer was lost would be left behind.
    """
    unit.is_marked = True
    if deaths >= DEATHS_MAX and parks:
        unit.parks = unit.parks or DIED
    unit.sets_aside = deaths >= DEATHS_MAX and not parks


def clear(unit: Unit) -> None:
    """Note that a part is committed: its record did no harm, or is out of the way."""
    if unit.is_rest:
        # Its records are as the topic has them, named by offsets that say nothing of positions.
        return
    for batch in unit.batches:
        batch.lease.careful = max(0, batch.lease.careful - len(batch.records))
        batch.lease.suspects.difference_update(key_of(record) for record in batch.records)


def set_marker(connection: Connection, lease: Lease, record: InputRecord) -> int:
    """Commit that a record is taken in hand; return how many workers died of it before."""
    return _told(connection, "set_marker", lease, record)


def count_death(connection: Connection, lease: Lease, record: InputRecord) -> int:
    """Commit that this worker ends because of a record; return how often it has by now."""
    return _told(connection, "count_death", lease, record)


def forget_marker(connection: Connection, lease: Lease, record: InputRecord) -> None:
    """Remove a record's marker, in the transaction of its unit."""
    connection.execute(QUERIES["forget_marker"], _named(lease, record))


def close_markers(connection: Connection, stage: Stage, *, worker: str, blamed: bool) -> None:
    """Settle what the former process of this worker had in hand, in whatever region.

    That has one death more when the process died by its own fault (`blamed`).  Called once in a
    process, in the transaction of its first claim.
    """
    told = {"stage": stage.name, "version": stage.version, "worker": worker, "blamed": blamed}
    connection.execute(QUERIES["close_markers"], told)


def read_markers(connection: Connection, lease: Lease, *, blamed: bool) -> None:
    """Tell a lease that is being claimed what to be careful with; see `close_markers`."""
    for topic, place in connection.execute(QUERIES["read_markers"], _place(lease)).fetchall():
        at = lease.inputs.get(topic)
        if at is not None and place > (at.position if topic in LOG_TOPICS else at.offset):
            lease.suspects.add((topic, place))
        else:
            # Read meanwhile, by a table that was made anew: nobody will meet it again.
            gone = {**_place(lease), "topic": topic, "place": place}
            connection.execute(QUERIES["forget_marker"], gone)
    if blamed:
        lease.careful = CAREFUL_RECORDS


def check_room(connection: Connection, lease: Lease) -> None:
    """Raise StopError when so much was set aside that it cannot be the records' fault."""
    row = connection.execute(QUERIES["count_quarantined"], {**_place(lease), "code": CODE})
    ((count,),) = row.fetchall()
    if count >= QUARANTINED_PER_HOUR_MAX:
        raise StopError(
            f"stage {lease.stage}, region {lease.region}: {QUARANTINED_PER_HOUR_MAX} records were "
            "quarantined within an hour; this is a defect of the program, not of one record"
        )


def keeps_body(topic: str) -> bool:
    """Say whether the bytes of a record may be kept; those of an advice would be the breach."""
    known = TOPICS.get(topic)
    return known is None or not known.is_advice


def announce(lease: Lease, record: InputRecord) -> None:
    """Log and count what was set aside, once that is committed."""
    metrics.QUARANTINED.labels(stage=lease.stage).inc()
    logger.error(
        "record_quarantined",
        stage=lease.stage,
        region=lease.region,
        topic=record.topic,
        offset=record.offset,
    )


def _told(connection: Connection, query: str, lease: Lease, record: InputRecord) -> int:
    told = {**_named(lease, record), "epoch": lease.epoch}
    row = connection.execute(QUERIES[query], told).fetchone()
    if row is None:
        raise Fenced(f"region {lease.region} was claimed by another worker")
    return int(row[0])


def _named(lease: Lease, record: InputRecord) -> Mapping[str, Any]:
    topic, place = key_of(record)
    return {**_place(lease), "topic": topic, "place": place}


def _place(lease: Lease) -> dict[str, Any]:
    return {"stage": lease.stage, "version": lease.version, "region": lease.region}
