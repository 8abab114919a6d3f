"""The one live stage of this room: reads the three logs, fills every table in one transaction."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from projections.copying import Connection
from projections.entries import UnreadableRow, log_entry
from projections.groups import PROJECTIONS, REGIONS, Projection
from projections.metrics import PROJECTED_ROWS, PROJECTION_SECONDS
from projections.parking import Piece, WaitingRows
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
        leases = [batch.lease for batch in batches]
        tables = _Tables(tx.connection, positions_of(tx.connection, leases), {})
        waiting = [WaitingRows(tx, lease) for lease in leases]
        rounds = [
            each.journal(_of(JOURNAL, batch)) for each, batch in zip(waiting, batches, strict=True)
        ]
        # One region's second piece comes after everybody's first: after a redrive, so seldom.
        for pieces in zip_longest(*rounds):
            tables.advance(JOURNAL, [piece for piece in pieces if piece is not None])
            for each, piece in zip(waiting, pieces, strict=True):
                if piece is not None and piece.asks_for_redrive:
                    reached = tables.last(piece.region)
                    each.redrive(piece.entries[-1], reached, tables.apply_late)
        tables.advance(
            FINDINGS,
            [
                each.findings(_of(FINDINGS, batch))
                for each, batch in zip(waiting, batches, strict=True)
            ],
        )
        tables.advance(ADVICE, [_advice(batch) for batch in batches])
        store_positions(tx.connection, tables.moved)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Do nothing: these tables change with the logs only."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """All regions' tables in one unit; `reached` and `moved` are brought on as it goes.

    What a statement costs weighs more than its rows where units are small, so the regions share
    every statement.
    """

    connection: Connection
    reached: Mapping[str, Positions]
    moved: Moved

    def advance(self, log: Log, pieces: Sequence[Piece]) -> None:
        """Apply what was read of records that come next in a log; all of them are passed."""
        ends = {piece.region: _end(piece.records) for piece in pieces if piece.records}
        for projection in (one for one in PROJECTIONS if one.log is log):
            key = (projection.name, log.name)
            at = {region: self.reached[region].get(key, 0) for region in ends}
            entries = [e for p in pieces if p.records for e in _after(p.entries, at[p.region])]
            self._apply(projection, entries)
            for region, (position, incarnation) in ends.items():
                if position > at[region]:
                    self.reached[region][key] = position
                    self.moved[region, *key] = position, incarnation

    def apply_late(self, log: Log, entries: Sequence[Any]) -> None:
        """Apply rows that waited, to tables that have passed them."""
        for projection in (one for one in PROJECTIONS if one.log is log):
            key = (projection.name, log.name)
            # A region's row follows from rows of no household, which never wait.
            if projection.name != REGIONS:
                self._apply(
                    projection,
                    [e for e in entries if e.position <= self.reached[e.region].get(key, 0)],
                )

    def last(self, region: str) -> dict[Log, int]:
        """Return the last position of a region that every group has passed, by log."""
        reached = self.reached[region]
        return {
            log: min(reached.get((one.name, log.name), 0) for one in PROJECTIONS if one.log is log)
            for log in _READ_LOGS
        }

    def _apply(self, projection: Projection, entries: Sequence[Any]) -> None:
        if not entries:
            return
        started = time.perf_counter()
        projection.apply(self.connection, entries)
        PROJECTION_SECONDS.labels(projection.name).observe(time.perf_counter() - started)
        PROJECTED_ROWS.labels(projection.name).inc(len(entries))


_READ_LOGS = (JOURNAL, FINDINGS, ADVICE)


def _of(log: Log, batch: Batch) -> list[InputRecord]:
    return [record for record in batch.records if record.topic == log.topic]


def _advice(batch: Batch) -> Piece:
    region, records = batch.lease.region, _of(ADVICE, batch)
    entries = [log_entry(region, record, ADVICE.record_name) for record in records]
    return Piece(region=region, records=records, entries=entries)


def _end(records: Sequence[InputRecord]) -> tuple[int, int]:
    """Return position and incarnation of the last record."""
    last = records[-1]
    if last.position is None or last.incarnation is None:
        raise UnreadableRow(f"{last.topic} offset {last.offset} is no row of a log")
    return last.position, last.incarnation


def _after(entries: Sequence[Any], position: int) -> Sequence[Any]:
    """Drop what a group of tables has already; a log's positions only rise."""
    if not entries or entries[0].position > position:
        return entries
    return [entry for entry in entries if entry.position > position]
