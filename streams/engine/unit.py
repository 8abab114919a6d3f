"""A unit of work: what one poll brought, and where each input stands after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from streams.engine.incarnations import LogHistory
from streams.engine.lease import Lease
from streams.engine.log import LOG_BY_TOPIC, LOG_TOPICS
from streams.engine.log_reader import contiguous
from streams.engine.log_tables import LogPlace, LogTables
from streams.engine.parking import Failure
from streams.engine.stage import Batch, InputRecord


@dataclass(slots=True, kw_only=True)
class Unit:
    """What one poll brought, per lease; `done` once it was written or belongs to nobody.

    `suspect` is the one record of a unit that is taken with care, `is_marked` says that its
    marker is committed, `is_rest` that nothing but offsets is left, and `sets_aside` that the
    stage shall not see it (quarantine.py).
    `parks` is set on a unit of one log row that cannot be applied: its households are parked.
    """

    batches: Sequence[Batch]
    done: bool = False
    suspect: InputRecord | None = None
    is_marked: bool = False
    is_rest: bool = False
    sets_aside: bool = False
    parks: Failure | None = None


class RowError(Exception):
    """A stage that reads logs could not apply what it `saw`; its cause may be one row's fault."""

    def __init__(self, saw: Sequence[Batch], cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.saw = saw
        self.cause = cause

    def halves(self) -> list[Batch]:
        """Return what one region brought in two halves; one row alone cannot be halved."""
        (batch,) = self.saw
        middle = len(batch.records) // 2
        parts = (batch.records[:middle], batch.records[middle:])
        return [Batch(lease=batch.lease, records=part) for part in parts if part]


class PolledRecord(Protocol):
    """One record as the consumer's library hands it over."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp: int


def unit_of(
    leases: Mapping[tuple[str, int], Lease], polled: Mapping[Any, Sequence[PolledRecord]]
) -> Unit:
    """Group what a poll brought per (topic, partition) by lease.

    What was fetched before is left out, and so is what no lease covers.
    """
    found: dict[int, tuple[Lease, list[InputRecord]]] = {}
    for (topic, partition), records in sorted(polled.items()):
        lease = leases.get((topic, partition))
        if lease is None:
            continue
        at = lease.inputs[topic]
        kept = found.setdefault(id(lease), (lease, []))[1]
        for record in records:
            if record.offset <= at.fetched:
                continue
            at.fetched = record.offset
            kept.append(
                InputRecord(
                    topic=topic,
                    offset=record.offset,
                    key=record.key,
                    value=record.value,
                    headers=tuple(record.headers),
                    timestamp_ms=record.timestamp,
                )
            )
    batches = [Batch(lease=lease, records=kept) for lease, kept in found.values() if kept]
    return Unit(batches=batches)


def readable(tables: LogTables, batches: Sequence[Batch]) -> list[Batch]:
    """Return the batches as the stage may see them: log topics without gaps or repetitions."""
    polled = [
        (LOG_BY_TOPIC[topic], batch.lease.region)
        for batch in batches
        for topic in dict.fromkeys(r.topic for r in batch.records if r.position is None)
        if topic in LOG_TOPICS
    ]
    histories = tables.histories(polled)
    return [_readable(tables, batch, histories) for batch in batches]


def _readable(tables: LogTables, batch: Batch, histories: Mapping[LogPlace, LogHistory]) -> Batch:
    records: list[InputRecord] = []
    for topic, at in batch.lease.inputs.items():
        mine = [record for record in batch.records if record.topic == topic]
        if topic in LOG_TOPICS and mine and mine[0].position is None:
            history = histories[LOG_BY_TOPIC[topic], batch.lease.region]
            mine = contiguous(tables, batch.lease.region, at, mine, history)
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
