"""A unit of work: what one poll brought, and where each input stands after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streams.engine.log import LOG_TOPICS
from streams.engine.log_reader import contiguous
from streams.engine.log_tables import LogTables
from streams.engine.stage import Batch, InputRecord


@dataclass(slots=True, kw_only=True)
class Unit:
    """What one poll brought, per lease; `done` once it was written or belongs to nobody."""

    batches: Sequence[Batch]
    done: bool = False


def readable(tables: LogTables, batch: Batch) -> Batch:
    """Return the batch as the stage may see it: log topics without gaps or repetitions."""
    records: list[InputRecord] = []
    for topic, at in batch.lease.inputs.items():
        mine = [record for record in batch.records if record.topic == topic]
        if topic in LOG_TOPICS and mine and mine[0].position is None:
            mine = contiguous(tables, batch.lease.region, at, mine)
        records += mine
    return Batch(lease=batch.lease, records=records)


End = tuple[int, int, int, float | None]


def ends_of(batch: Batch, seen: Batch) -> dict[str, End]:
    """Return per topic the offset, incarnation, position and broker time after this batch."""
    ends: dict[str, End] = {}
    for record in batch.records:
        at = batch.lease.inputs[record.topic]
        ends[record.topic] = (
            record.offset,
            at.incarnation,
            at.position,
            float(record.timestamp_ms) if record.timestamp_ms else None,
        )
    for record in seen.records:
        if record.position is not None:
            offset, _, _, record_ms = ends[record.topic]
            ends[record.topic] = (offset, record.incarnation or 0, record.position, record_ms)
    return ends
