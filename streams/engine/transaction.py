"""One unit of work, one PostgreSQL transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from streams.engine import dead_letters
from streams.engine.database import QUERIES, Connection, Cursor, copy_in
from streams.engine.errors import Fenced, StopError
from streams.engine.lease import Lease
from streams.engine.ledger import Outcome
from streams.engine.log import LOG_TOPICS, Log, LogRow
from streams.engine.log_tables import LogTables, PostgresLogTables
from streams.engine.parking import Failure, Parked, ParkingLot
from streams.engine.quarantine import CODE, check_room, forget_marker, keeps_body
from streams.engine.sealed_record import RecordSeal
from streams.engine.stage import InputRecord, Stage


class UnitTransaction:
    """What a stage may do while its unit is written; the engine owns begin, head row and commit.

    Ledger rows, dead letters and log rows are kept until `flush`, so that each table is written
    once per unit, whatever the number of records.
    """

    def __init__(self, connection: Connection, stage: Stage, dead_letter_key: bytes) -> None:
        self.connection = connection
        self.appended: dict[tuple[str, str], list[LogRow]] = defaultdict(list)
        self.outcomes: dict[Outcome, int] = defaultdict(int)
        self.posted: set[str] = set()
        """Regions for which this unit put something in the outbox."""
        self.parked: list[Parked] = []
        self._stage = stage
        self._place = {"stage": stage.name, "version": stage.version}
        self._seal = RecordSeal(dead_letter_key)
        self._heads: dict[tuple[str, str], int] = {}
        self._ledger: list[tuple[object, ...]] = []
        self._dead: list[Mapping[str, Any]] = []
        self._logs: dict[str, Log] = {}

    def fence(self, leases: Sequence[Lease]) -> None:
        """Move the head rows on, first of all; raises Fenced when one is no longer ours."""
        cursor = self.connection.execute(
            QUERIES["fence"],
            {
                **self._place,
                "regions": [lease.region for lease in leases],
                "epochs": [lease.epoch for lease in leases],
                "sequences": [lease.sequence for lease in leases],
            },
        )
        if cursor.rowcount != len(leases):
            raise Fenced(f"{cursor.rowcount} of {len(leases)} regions are still held")

    def advance(self, ends: Sequence[tuple[str, str, int, int, int, float | None]]) -> None:
        """Move the inputs on: rows of region, topic, offset, incarnation, position, broker ms."""
        names = ("regions", "topics", "offsets", "incarnations", "positions", "record_ms")
        columns = [list(column) for column in zip(*ends, strict=True)]
        values = {**self._place, **dict(zip(names, columns, strict=True))}
        self.connection.execute(QUERIES["advance_inputs"], values)
        if any(topic in LOG_TOPICS for _, topic, *_ in ends):
            self.connection.execute(QUERIES["note_progress"], values)

    def tables(self) -> LogTables:
        """Return the logs' tables as this transaction sees them."""
        return PostgresLogTables(self.connection)

    def reserve(self, lease: Lease, log: Log, count: int) -> int:
        """Reserve `count` positions of `log` and return the first."""
        at = (lease.region, log.name)
        first = self._heads.get(at, lease.logs[log.name].position) + 1
        self._heads[at] = first + count - 1
        return first

    def append(self, lease: Lease, log: Log, rows: Sequence[LogRow]) -> None:
        """Append rows with the positions just reserved, in order."""
        kept = self.appended[lease.region, log.name]
        expected = kept[-1].position + 1 if kept else lease.logs[log.name].position + 1
        for row in rows:
            if row.position != expected:
                raise AssertionError(f"{log.name}: position {row.position} after {expected - 1}")
            expected += 1
        kept.extend(rows)
        self._logs[log.name] = log

    def open_incarnation(self, lease: Lease, log: Log, incarnation: int, first: int) -> None:
        """Let the log go on under a higher incarnation from position `first` on."""
        told = {"log": log.name, "region": lease.region, "incarnation": incarnation}
        self.connection.execute(QUERIES["raise_incarnation"], told)
        self.connection.execute(QUERIES["note_incarnation"], {**told, "first": first})
        lease.logs[log.name].incarnation = incarnation

    def adopt(self, lease: Lease, log: Log, rows: Sequence[tuple[int, LogRow]]) -> None:
        """Write rows back, each with its own incarnation, right behind the log's head."""
        at = lease.logs[log.name]
        began: dict[int, int] = {}
        for incarnation, row in rows:
            began.setdefault(incarnation, row.position)
        place = (log, lease.region)
        history = self.tables().histories([place])[place]
        for incarnation, first in began.items():
            if incarnation > history.incarnation_at(first):
                # Another restore had opened it, and this database is older than that one.
                told = {"log": log.name, "region": lease.region, "incarnation": incarnation}
                self.connection.execute(QUERIES["note_incarnation"], {**told, "first": first})
        with self.connection.cursor() as cursor:
            self._advance_logs(cursor, {(lease.region, log.name): [row for _, row in rows]})
            self._copy_log_rows(cursor, log, [(lease.region, number, row) for number, row in rows])
        at.position = rows[-1][1].position

    def note_adopted(self, lease: Lease, log: Log, position: int, offset: int) -> None:
        """Store that the topic has all rows up to `position`, and nothing else up to `offset`."""
        told = {"log": log.name, "region": lease.region, "epoch": lease.epoch}
        self.connection.execute(
            QUERIES["store_relayed"], {**told, "relayed": position, "offset": offset}
        )
        at = lease.logs[log.name]
        at.relayed, at.relayed_offset = position, offset

    def settle(
        self,
        lease: Lease,
        record: InputRecord,
        outcome: Outcome,
        *,
        position: int | None = None,
        code: str | None = None,
        source: str | None = None,
        event_id: str | None = None,
    ) -> None:
        """Write what became of one input record in the ledger; once per record of a unit."""
        self.outcomes[outcome] += 1
        at = (lease.region, record.topic, record.offset)
        self._ledger.append((*at, outcome.value, position, code, source, event_id))

    def dead_letter(
        self,
        lease: Lease,
        record: InputRecord,
        code: str,
        *,
        keep_body: bool = True,
        source: str | None = None,
        event_id: str | None = None,
    ) -> None:
        """Keep a record that can never be applied and settle it as dead-lettered.

        `keep_body=False` keeps a hash only: for advice, where the bytes would be the breach.
        """
        seal = self._seal if keep_body else None
        self._dead.append(dead_letters.letter_row(self._stage.name, lease, record, code, seal))
        self.settle(
            lease, record, Outcome.DEAD_LETTERED, code=code, source=source, event_id=event_id
        )

    def set_aside(self, lease: Lease, record: InputRecord) -> None:
        """Keep a record that workers died of as a dead letter, without looking into it.

        Raises StopError when more were set aside lately than records explain.
        """
        check_room(self.connection, lease)
        self.dead_letter(lease, record, CODE, keep_body=keeps_body(record.topic))

    def forget_marker(self, lease: Lease, record: InputRecord) -> None:
        """Remove the marker that was committed before this record was taken in hand."""
        forget_marker(self.connection, lease, record)

    def re_route(
        self, lease: Lease, record: InputRecord, *, partition: int, source: str, event_id: str
    ) -> None:
        """Send a record on to the partition of its region, by way of the outbox; settle it."""
        sealed = self._seal.seal(dead_letters.record_id(self._stage.name, lease, record), record)
        self.connection.execute(
            dead_letters.QUERIES["post"],
            {
                "id": sealed.id,
                "stage": self._stage.name,
                "region": lease.region,
                "topic": record.topic,
                "partition": partition,
                "body_sealed": sealed.body,
                "envelope_sealed": sealed.envelope,
            },
        )
        self.posted.add(lease.region)
        self.settle(lease, record, Outcome.RE_ROUTED, source=source, event_id=event_id)

    def redrive(self, lease: Lease, request: dead_letters.Request) -> None:
        """Try dead letters of this stage and region again; see `dead_letters.redrive`."""
        if dead_letters.redrive(self.connection, self._stage.name, lease, request):
            self.posted.add(lease.region)

    def discard(self, lease: Lease, request: dead_letters.Request) -> None:
        """Give dead letters of this region up; see `dead_letters.discard`."""
        dead_letters.discard(self.connection, lease, request)

    def parking(self, lease: Lease) -> ParkingLot:
        """Return who is parked in the lease's region, to read and to change in this unit."""
        return ParkingLot(self.connection, lease)

    def park(
        self, lease: Lease, log: Log, position: int, household_ids: Sequence[str], failure: Failure
    ) -> None:
        """Let rows of these households in `log` wait from `position` on; see `parking`."""
        new = self.parking(lease).park(log.name, position, household_ids, failure)
        if new:
            self.parked.append(
                Parked(
                    region=lease.region,
                    log=log.name,
                    position=position,
                    household_ids=new,
                    failure=failure,
                )
            )

    def park_row(self, lease: Lease, record: InputRecord, failure: Failure) -> None:
        """Park all households of a log row that cannot be applied, undecoded.

        Raises StopError when it belongs to none: then nobody can wait, and nothing may be skipped.
        """
        parked = self.parking(lease).park_row(record, failure)
        if parked is None:
            raise StopError(
                f"{record.topic}, region {lease.region}: position {record.position} cannot be "
                f"applied ({failure.code} at {failure.place}) and belongs to no household"
            )
        self.parked.append(parked)

    def flush(self) -> None:
        """Write everything kept; called by the engine once, right before the commit."""
        for (region, name), head in self._heads.items():
            rows = self.appended.get((region, name), [])
            if not rows or rows[-1].position != head:
                raise AssertionError(f"{name}: reserved up to {head}, appended fewer rows")
        with self.connection.cursor() as cursor:
            incarnations = self._advance_logs(cursor, self.appended)
            for name, log in self._logs.items():
                self._copy_log_rows(
                    cursor,
                    log,
                    [
                        (region, incarnations[region, name], row)
                        for (region, of), rows in self.appended.items()
                        if of == name
                        for row in rows
                    ],
                )
            copy_in(cursor, QUERIES["copy_ledger"], self._ledger)
            if self._dead:
                dead_letters.write_letters(cursor, self._dead)

    def _advance_logs(
        self, cursor: Cursor, appended: Mapping[tuple[str, str], Sequence[LogRow]]
    ) -> Mapping[tuple[str, str], int]:
        """Move the heads of logs, by (region, log), over their new rows; return incarnations."""
        moves = [(at, rows) for at, rows in appended.items() if rows]
        if not moves:
            return {}
        moved = cursor.execute(
            QUERIES["advance_logs"],
            {
                "logs": [name for (_, name), _ in moves],
                "regions": [region for (region, _), _ in moves],
                "olds": [rows[0].position - 1 for _, rows in moves],
                "counts": [len(rows) for _, rows in moves],
            },
        )
        found = {(region, name): incarnation for name, region, incarnation in moved}
        for (region, name), rows in moves:
            if (region, name) not in found:
                raise AssertionError(f"{name}: head does not stand before {rows[0].position}")
        return found

    def _copy_log_rows(
        self, cursor: Cursor, log: Log, rows: Sequence[tuple[str, int, LogRow]]
    ) -> None:
        """Copy rows in, each with its region and incarnation."""
        if not rows:
            return
        columns = ", ".join(
            ("region", "position", "incarnation", "row_version", "key", "body", *log.columns)
        )
        with cursor.copy(f"copy {log.table} ({columns}) from stdin") as copy:
            for region, incarnation, row in rows:
                head = (region, row.position, incarnation, row.row_version)
                copy.write_row((*head, row.key, row.body, *row.values))
