"""The one live stage of this room: reads the three logs, fills every table in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from projections.copying import Connection
from projections.entries import UnreadableRow, log_entry
from projections.groups import PROJECTIONS, REGIONS, Projection
from projections.metrics import PROJECTED_ROWS, PROJECTION_SECONDS
from projections.parking import REDRIVE_REQUESTED, WaitingRows
from projections.positions import Moved, Positions, positions_of, store_positions
from streams.engine.lease import Lease
from streams.engine.log import ADVICE, FINDINGS, JOURNAL, Log
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction


class ProjectionsStage:
    """Reads journal, findings and advice; appends to no log."""

    name = "projections"
    version = 1
    topics: tuple[str, ...] = (JOURNAL.topic, FINDINGS.topic, ADVICE.topic)
    logs: tuple[Log, ...] = ()

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        """Bring every table of every region up to the unit's records; see `Stage.handle`."""
        positions = positions_of(tx.connection, [batch.lease for batch in batches])
        moved: Moved = {}
        for batch in batches:
            unit = _RegionUnit(
                tx.connection, batch.lease.region, positions[batch.lease.region], moved
            )
            _apply(unit, WaitingRows(tx, batch.lease), batch.records)
        store_positions(tx.connection, moved)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Do nothing: these tables change with the logs only."""


@dataclass(frozen=True, slots=True, kw_only=False)
class _RegionUnit:
    """One region's tables in one unit; `reached` and `moved` are brought on as it goes."""

    connection: Connection
    region: str
    reached: Positions
    moved: Moved

    def advance(self, log: Log, records: Sequence[InputRecord], entries: Sequence[Any]) -> None:
        """Apply what was read of records that come next in a log; all of them are passed."""
        if not records:
            return
        last = records[-1]
        if last.position is None or last.incarnation is None:
            raise UnreadableRow(f"{last.topic} offset {last.offset} is no row of a log")
        for projection in (one for one in PROJECTIONS if one.log is log):
            key = (projection.name, log.name)
            self._apply(projection, _after(entries, self.reached.get(key, 0)))
            if last.position > self.reached.get(key, 0):
                self.reached[key] = last.position
                self.moved[self.region, *key] = last.position, last.incarnation

    def apply_late(self, log: Log, entries: Sequence[Any]) -> None:
        """Apply rows that waited, to tables that have passed them."""
        for projection in (one for one in PROJECTIONS if one.log is log):
            reached = self.reached.get((projection.name, log.name), 0)
            # A region's row follows from rows of no household, which never wait.
            if projection.name != REGIONS:
                self._apply(projection, [one for one in entries if one.position <= reached])

    def last(self) -> dict[Log, int]:
        """Return the last position that every group has passed, by log."""
        return {
            log: min(
                self.reached.get((one.name, log.name), 0) for one in PROJECTIONS if one.log is log
            )
            for log in _READ_LOGS
        }

    def _apply(self, projection: Projection, entries: Sequence[Any]) -> None:
        if not entries:
            return
        started = time.perf_counter()
        projection.apply(self.connection, self.region, entries)
        PROJECTION_SECONDS.labels(projection.name).observe(time.perf_counter() - started)
        PROJECTED_ROWS.labels(projection.name).inc(len(entries))


def _apply(unit: _RegionUnit, waiting: WaitingRows, records: Sequence[InputRecord]) -> None:
    """Bring a region's tables up to its records; rows of parked households are passed over."""
    of = {log: [record for record in records if record.topic == log.topic] for log in _READ_LOGS}
    for passed, entries in waiting.journal(of[JOURNAL]):
        unit.advance(JOURNAL, passed, entries)
        if entries and entries[-1].record_name == REDRIVE_REQUESTED:
            waiting.redrive(entries[-1], unit.last(), unit.apply_late)
    unit.advance(FINDINGS, of[FINDINGS], waiting.findings(of[FINDINGS]))
    advice = [log_entry(unit.region, record, ADVICE.record_name) for record in of[ADVICE]]
    unit.advance(ADVICE, of[ADVICE], advice)


_READ_LOGS = (JOURNAL, FINDINGS, ADVICE)


def _after(entries: Sequence[Any], position: int) -> Sequence[Any]:
    """Drop what a group of tables has already; a log's positions only rise."""
    if not entries or entries[0].position > position:
        return entries
    return [entry for entry in entries if entry.position > position]
