"""The radar stage: journal rows in, household states and finding log rows out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from streams.engine.lease import Lease
from streams.engine.log import FINDINGS, JOURNAL, Log
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from streams.radar import metrics
from streams.radar.clock import Publish, ReadClocks, Ticker
from streams.radar.finding_rows import Record, finding_log_rows, what_it_is
from streams.radar.household_store import HouseholdStore, StateWrites, load
from streams.radar.redrive import redrive
from streams.radar.region_fold import RegionFold, Said, activation_day, last_tick, touched
from streams.radar.rows import (
    REDRIVE_REQUESTED,
    RULES_ACTIVATED,
    Row,
    decode_row,
)


def system_now() -> datetime:
    """Return the hub's own clock; only the ticks of live regions come from it."""
    return datetime.now(UTC)


class RadarStage:
    """Folds each region's journal strictly by position.

    `publish` produces an event of the hub; `clocks` reads the regions' clocks, without which the
    stage folds but never ticks, which is what a rebuild wants.
    """

    name = "radar"
    version = 1
    topics: tuple[str, ...] = (JOURNAL.topic,)
    logs: tuple[Log, ...] = (FINDINGS,)

    def __init__(
        self,
        *,
        publish: Publish,
        clocks: ReadClocks | None = None,
        now: Callable[[], datetime] = system_now,
    ) -> None:
        self._ticker = None if clocks is None else Ticker(publish=publish, read_clocks=clocks)
        self._now = now

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        """Write what the rows of each region change; a log reader settles no records.

        What small units cost is mostly statements, so the regions share them.
        """
        pieces = [
            _Piece.of(batch, tx)
            for batch in batches
            if any(not record.waits for record in batch.records)
        ]
        load(tx.connection, [(piece.store, touched(piece.known)) for piece in pieces])
        writes = StateWrites(tx.connection)
        for piece in pieces:
            _apply(piece, tx, writes)
        writes.flush()

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Publish the ticks that are due in regions that run live."""
        if self._ticker is not None:
            self._ticker.run(leases, self._now())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One region's part of a unit; a row is None where its record waits."""

    lease: Lease
    records: Sequence[InputRecord]
    rows: Sequence[Row | None]
    store: HouseholdStore

    @classmethod
    def of(cls, batch: Batch, tx: UnitTransaction) -> _Piece:
        """Read the rows that do not wait: perhaps others cannot be."""
        rows = [None if record.waits else _row_of(record) for record in batch.records]
        store = HouseholdStore(tx.connection, batch.lease)
        return cls(lease=batch.lease, records=batch.records, rows=rows, store=store)

    @property
    def known(self) -> list[Row]:
        """Return the rows that were read."""
        return [row for row in self.rows if row is not None]


def _apply(piece: _Piece, tx: UnitTransaction, writes: StateWrites) -> None:
    """Apply one region's rows in order to what was loaded, with one append."""
    lease, store = piece.lease, piece.store
    fold = RegionFold(
        region=lease.region,
        rule_set=store.rule_set(),
        households=store.households(last_tick(piece.known)),
        waiting=tx.parking(lease).now.waiting(JOURNAL.name),
        parks=True,
        rows_at=store.rows_at,
    )
    said: list[Said | Record] = []
    for record, known in zip(piece.records, piece.rows, strict=True):
        if known is None and fold.waiting.keys() >= set(record.waits):
            continue
        # If this very unit took one of its households up again, the row is read after all.
        row = known or _row_of(record)
        said += fold.apply(row)
        if row.event.record_name == RULES_ACTIVATED:
            store.save_rule_set(fold.rule_set, row.event.position, activation_day(row))
        elif row.event.record_name == REDRIVE_REQUESTED:
            _park_failed(tx, lease, fold)
            said += redrive(tx, lease, fold, row, said)
    _park_failed(tx, lease, fold)
    store.save(fold.households, fold.changed, writes)
    if said:
        first = tx.reserve(lease, FINDINGS, len(said))
        incarnation = lease.logs[FINDINGS.name].incarnation
        tx.append(
            lease,
            FINDINGS,
            finding_log_rows(said, region=lease.region, incarnation=incarnation, first=first),
        )
    for (rule, kind), number in Counter(map(what_it_is, said)).items():
        metrics.FINDINGS.labels(rule=rule, kind=kind).inc(number)


def _park_failed(tx: UnitTransaction, lease: Lease, fold: RegionFold) -> None:
    """Write down who could not take a row, in the order of the rows."""
    for failed in fold.failed:
        tx.park(lease, JOURNAL, failed.position, [failed.household_id], failed.failure)
    fold.failed = []


def _row_of(record: InputRecord) -> Row:
    if record.value is None:
        raise AssertionError("a journal row always has a body")
    return decode_row(record.value)
