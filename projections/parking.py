"""Rows that wait for their household, and how they come to be applied after all.

What a table holds follows from the set of rows that it was given, so rows that waited are applied
when they can be, and the tables end as if they had come in their turn.  A row of several
households waits for all of them: it is one row in the tables, applied once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projections.entries import FindingEntry, LogEntry, finding_entry, log_entry
from projections.named_sql import query
from streams.engine.lease import Lease
from streams.engine.log import FINDINGS, JOURNAL, Log
from streams.engine.parking import Failure, failure_of, may_park
from streams.engine.stage import InputRecord
from streams.engine.transaction import UnitTransaction

REDRIVE_REQUESTED = "RedriveRequested"
# A household that failed at nothing itself: it shares a row with one that waits.
SHARES_A_ROW = Failure(code="SharesARow")

ApplyLate = Callable[[Log, Sequence[Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Records that come next in one region's log, and what was read of those that do not wait."""

    region: str
    records: Sequence[InputRecord]
    entries: Sequence[Any]

    @property
    def asks_for_redrive(self) -> bool:
        """Say whether its last entry does."""
        return bool(self.entries) and self.entries[-1].record_name == REDRIVE_REQUESTED


class WaitingRows:
    """One region's rows in a unit: which wait, and which have waited long enough."""

    def __init__(self, tx: UnitTransaction, lease: Lease) -> None:
        self._tx = tx
        self._lease = lease
        self._lot = tx.parking(lease)

    def journal(self, records: Sequence[InputRecord]) -> Iterator[Piece]:
        """Yield records with what was read of them, up to each row that asks for a redrive.

        Who reads on has carried that out before, so that the next rows know who waits no longer.
        """
        first, entries = 0, list[LogEntry]()
        for number, record in enumerate(records):
            entry = self._journal_entry(record)
            if entry is None:
                continue
            entries.append(entry)
            if entry.record_name == REDRIVE_REQUESTED:
                yield self._piece(records[first : number + 1], entries)
                first, entries = number + 1, []
        if first < len(records):
            yield self._piece(records[first:], entries)

    def findings(self, records: Sequence[InputRecord]) -> Piece:
        """Return the finding rows, and what was read of those that nobody holds back."""
        entries = []
        waiting = self._lot.now.waiting(FINDINGS.name)
        for record in records:
            if record.waits and waiting.keys() >= set(record.waits):
                continue
            entries.append(finding_entry(self._lease.region, record))
        return self._piece(records, entries)

    def redrive(self, entry: LogEntry, reached: Mapping[Log, int], apply_late: ApplyLate) -> None:
        """Apply what waits for the households that a row asks for; who fails again waits on.

        `reached` are the last positions read of each log.
        """
        named = self._lot.asked_for(entry.record["dead_letter_ids"])
        left = set(named.get(JOURNAL.name, ()))
        while left:
            together, positions = self._bound_to(min(left), reached[JOURNAL])
            left -= together
            read = self._journal_rows(positions)
            until, households = reached[JOURNAL], sorted(together)
            self._try(JOURNAL, households, read, apply_late, until=until, asked_at=entry.position)
        for household_id in named.get(FINDINGS.name, ()):
            late = self._finding_rows(household_id, reached[FINDINGS])
            until, households = reached[FINDINGS], [household_id]
            self._try(FINDINGS, households, late, apply_late, until=until, asked_at=entry.position)

    def _piece(self, records: Sequence[InputRecord], entries: Sequence[Any]) -> Piece:
        return Piece(region=self._lease.region, records=records, entries=entries)

    def _journal_entry(self, record: InputRecord) -> LogEntry | None:
        """Read a row unless it waits; whoever shares a row that waits is held back with it."""
        waiting = self._lot.now.waiting(JOURNAL.name)
        if record.waits and waiting.keys() >= set(record.waits):
            return None
        entry = log_entry(self._lease.region, record, JOURNAL.record_name)
        if not waiting.keys() & set(entry.household_ids):
            return entry
        self._tx.park(self._lease, JOURNAL, entry.position, entry.household_ids, SHARES_A_ROW)
        return None

    def _bound_to(self, household_id: str, last: int) -> tuple[set[str], list[int]]:
        """Return whoever shares waiting rows with a household, and those rows."""
        waiting = self._lot.now.waiting(JOURNAL.name)
        together, rows = {household_id}, dict[int, Collection[str]]()
        asked = 0
        while asked < len(together):
            asked = len(together)
            found = self._tx.connection.execute(
                query("parking.sql", "waiting_journal_rows"),
                {
                    "region": self._lease.region,
                    "household_ids": sorted(together),
                    "firsts": [waiting[name] for name in sorted(together)],
                    "last": last,
                },
            )
            rows = dict(found.fetchall())
            together |= {name for names in rows.values() for name in names}
        return together, sorted(rows)

    def _try(
        self,
        log: Log,
        household_ids: Sequence[str],
        read: Callable[[], Sequence[Any]],
        apply_late: ApplyLate,
        *,
        until: int,
        asked_at: int,
    ) -> None:
        try:
            with self._tx.connection.transaction():
                apply_late(log, read())
        except Exception as error:
            if not may_park(error):
                raise
            self._lot.failed_again(log.name, household_ids, failure_of(error))
        else:
            self._lot.unpark(log.name, household_ids, until=until, asked_at=asked_at)

    def _journal_rows(self, positions: Sequence[int]) -> Callable[[], Sequence[LogEntry]]:
        return lambda: [
            log_entry(self._lease.region, record, JOURNAL.record_name)
            for record in self._records(JOURNAL, "journal_rows", positions=list(positions))
        ]

    def _finding_rows(self, household_id: str, last: int) -> Callable[[], Sequence[FindingEntry]]:
        first = self._lot.now.waiting(FINDINGS.name)[household_id]
        asked = {"household_id": household_id, "first": first, "last": last}
        return lambda: [
            finding_entry(self._lease.region, record)
            for record in self._records(FINDINGS, "findings_rows", **asked)
        ]

    def _records(self, log: Log, name: str, **asked: Any) -> list[InputRecord]:
        rows = self._tx.connection.execute(
            query("parking.sql", name), {"region": self._lease.region, **asked}
        )
        return [
            InputRecord(
                topic=log.topic,
                offset=0,
                key=None,
                value=bytes(body),
                position=position,
                incarnation=incarnation,
            )
            for position, incarnation, body in rows
        ]
