"""The radar stage: journal rows in, household states and finding log rows out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from streams.engine.lease import Lease
from streams.engine.log import FINDINGS, JOURNAL, Log
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from streams.radar import metrics
from streams.radar.clock import Publish, ReadClocks, Ticker
from streams.radar.finding_rows import finding_log_rows
from streams.radar.household_store import HouseholdStore
from streams.radar.region_fold import RegionFold, Said, activation_day
from streams.radar.rows import CLOCK_TICKED, READ_RECORDS, RULES_ACTIVATED, Row, decode_row


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
        """Write what the rows of each region change; a log reader settles no records."""
        for batch in batches:
            if batch.records:
                _apply(batch.lease, [_row_of(record) for record in batch.records], tx)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Publish the ticks that are due in regions that run live."""
        if self._ticker is not None:
            self._ticker.run(leases, self._now())


def _apply(lease: Lease, rows: Sequence[Row], tx: UnitTransaction) -> None:
    """Apply one region's rows in order, with one load, one save and one append."""
    store = HouseholdStore(tx.connection, lease)
    fold = RegionFold(
        region=lease.region,
        rule_set=store.rule_set(),
        households=store.load(touched(rows), last_tick(rows)),
        rows_at=store.rows_at,
    )
    said: list[Said] = []
    for row in rows:
        said += fold.apply(row)
        if row.event.record_name == RULES_ACTIVATED:
            store.save_rule_set(fold.rule_set, row.event.position, activation_day(row))
    store.save(fold.households, fold.changed)
    if said:
        first = tx.reserve(lease, FINDINGS, len(said))
        incarnation = lease.logs[FINDINGS.name].incarnation
        tx.append(
            lease,
            FINDINGS,
            finding_log_rows(said, region=lease.region, incarnation=incarnation, first=first),
        )
    for one in said:
        change = one.change
        metrics.FINDINGS.labels(rule=change.finding.rule_id, kind=change.kind.value).inc()


def touched(rows: Sequence[Row]) -> set[str]:
    """Return the households of the rows that the radar reads; others cannot change."""
    return {
        household_id
        for row in rows
        if row.event.record_name in READ_RECORDS
        for household_id in row.household_ids
    }


def last_tick(rows: Sequence[Row]) -> date | None:
    """Return the day of the last tick among the rows: ticks come in order of days.

    A tick after rules came into force wakes every household: then it is the end of all days.
    """
    day: date | None = None
    is_changed = False
    for row in rows:
        is_changed = is_changed or row.event.record_name == RULES_ACTIVATED
        if row.event.record_name == CLOCK_TICKED:
            said = row.event.payload["day"]
            if not isinstance(said, date):
                raise TypeError("a tick names the day that begins")
            day = date.max if is_changed else said
    return day


def _row_of(record: InputRecord) -> Row:
    if record.value is None:
        raise AssertionError("a journal row always has a body")
    return decode_row(record.value)
