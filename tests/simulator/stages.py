"""The stages under test: one that counts what it is sent, one that reads the first one's log."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from schemas.events import derived_id
from streams.engine.database import Connection
from streams.engine.errors import TransientError
from streams.engine.lease import Lease
from streams.engine.ledger import Outcome
from streams.engine.log import FINDINGS, Log, LogRow
from streams.engine.parking import Failure
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from tests.simulator.database import Database
from tests.simulator.fibers import Scheduler
from tests.simulator.parking import Request, household_of, is_poison
from tests.simulator.quarantine import CRASHES, FATAL_ROW, RAISES, harm
from tests.simulator.statements import INSERT, READ, WRITE

COUNTED_TOPICS = ("in.police", "in.school")
FINDING_ID = derived_id("simulated")
EMPTY_STATE = (0, frozenset[tuple[str, str]](), "")
State = tuple[int, frozenset[tuple[str, str]], str]
Late = tuple[int, int, bytes]


def parse(value: bytes) -> tuple[str, str, str, str]:
    """Return source, id, household and body; ValueError for what can never be read."""
    source, event_id, household, body = value.decode().split("|")
    return source, event_id, household, body


def home_of(event_id: str) -> int:
    """Return the partition where an event belongs: its id begins with it."""
    return int(event_id.partition(".")[0])


def evolve(state: State, row: bytes) -> State:
    """Fold one log row: how many, which, and in which order."""
    source, event_id, _, _ = parse(row)
    known = state[1] | {(source, event_id)}
    return len(known), known, hashlib.sha256(f"{state[2]}{source}{event_id}".encode()).hexdigest()


class CountingStage:
    """Counts events per household, once per (region, source, id), in the order they came.

    `lookup` stands for a service that a stage may need, such as keys: it may be away.
    """

    version = 1
    logs: tuple[Log, ...] = (FINDINGS,)
    name = "counting"
    topics = COUNTED_TOPICS

    def __init__(self, scheduler: Scheduler, database: Database) -> None:
        self.scheduler = scheduler
        self.database = database

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        for batch in batches:
            rows: list[tuple[InputRecord, bytes]] = []
            for record in batch.records:
                self.judge(batch.lease, record, tx, rows)
            if not rows:
                continue
            first = tx.reserve(batch.lease, FINDINGS, len(rows))
            made = [self.row(position, *read) for position, read in enumerate(rows, first)]
            tx.append(batch.lease, FINDINGS, made)
            for position, (record, _) in enumerate(rows, first):
                tx.settle(batch.lease, record, Outcome.APPLIED, position=position)

    def judge(
        self, lease: Lease, record: InputRecord, tx: UnitTransaction, rows: list[Any]
    ) -> None:
        value = record.value
        if value is None:
            tx.dead_letter(lease, record, "size.empty")
            return
        if value in {CRASHES, RAISES}:
            harm(self.database, lease.region, record.topic, record.offset, value)
        self.lookup()
        try:
            source, event_id, household, body = parse(value)
        except ValueError:
            tx.dead_letter(lease, record, "avro.decode")
            return
        home = home_of(event_id)
        if home != lease.partition:
            tx.re_route(lease, record, partition=home, source=source, event_id=event_id)
            return
        key = self.identity(lease, source, event_id)
        known = self.known(lease, tx, key, record)
        if known is not None:
            tx.settle(lease, record, Outcome.DUPLICATE if known == body else Outcome.CONFLICT)
            return
        tx.connection.execute(INSERT, ((body, record.timestamp_ms), "event", *key))
        lease.cache[key] = (body, record.timestamp_ms)
        self.count(lease, tx, household, value)
        rows.append((record, value))

    def row(self, position: int, record: InputRecord, value: bytes) -> LogRow:
        """Return the log row of a record."""
        values = ("household", FINDING_ID, 0)
        return LogRow(position=position, key=b"household", body=value, values=values)

    def identity(self, lease: Lease, source: str, event_id: str) -> tuple[str, ...]:
        return lease.region, source, event_id

    def known(
        self, lease: Lease, tx: UnitTransaction, key: tuple[str, ...], record: InputRecord
    ) -> str | None:
        """Return the body first said under this identity, for ever."""
        if key not in lease.cache:
            row = tx.connection.execute(READ, ("event", *key)).fetchone()
            if row is None:
                return None
            lease.cache[key] = row[0]
        return str(lease.cache[key][0])

    def count(self, lease: Lease, tx: UnitTransaction, household: str, value: bytes) -> None:
        state = evolve(self.state(lease, tx, household), value)
        self.store(lease, tx, household, state)

    def state(self, lease: Lease, tx: UnitTransaction, household: str) -> State:
        key = ("state", household)
        if key not in lease.cache:
            row = tx.connection.execute(READ, ("household", lease.region, household)).fetchone()
            lease.cache[key] = EMPTY_STATE if row is None else row[0]
        found: State = lease.cache[key]
        return found

    def store(self, lease: Lease, tx: UnitTransaction, household: str, state: State) -> None:
        lease.cache["state", household] = state
        tx.connection.execute(WRITE, (state, "household", lease.region, household))

    def lookup(self) -> None:
        if self.scheduler.chance(self.database.odds.lookup):
            self.database.count("lookup_away")
            raise TransientError("the key service is away")

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Nothing is due."""


class ReadingStage:
    """Reads the log and keeps, in its transaction, every position it was handed.

    Of a row that waits it keeps the position only; a poisonous one it cannot apply.  A row that
    asks for it has it apply what waited, once more or with the defect mended.
    """

    version = 1
    logs: tuple[Log, ...] = ()
    name = "reading"
    topics = (FINDINGS.topic,)

    def __init__(self, scheduler: Scheduler, database: Database) -> None:
        self.scheduler = scheduler
        self.database = database

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        for batch in batches:
            lease = batch.lease
            row = tx.connection.execute(READ, ("seen", lease.region)).fetchone()
            seen = [] if row is None else list(row[0])
            for record in batch.records:
                waits = self.waits(lease, record, tx)
                seen.append((record.position, None if waits else self.read(lease.region, record)))
                request = None if waits else Request.read(record.value or b"")
                if request is not None:
                    self.redrive(lease, record.position or 0, request, tx)
            tx.connection.execute(WRITE, (tuple(seen), "seen", lease.region))

    def waits(self, lease: Lease, record: InputRecord, tx: UnitTransaction) -> bool:
        """Say whether a row still waits: this unit may have taken its household up before it."""
        waiting = tx.parking(lease).now.waiting(FINDINGS.name).keys()
        return bool(record.waits) and waiting >= set(record.waits)

    def read(self, region: str, record: InputRecord) -> bytes | None:
        value, position = record.value or b"", record.position or 0
        if value.endswith(FATAL_ROW):
            harm(self.database, region, record.topic, position, value)
        if is_poison(value):
            raise ValueError("this row cannot be applied")
        return record.value

    def redrive(self, lease: Lease, at: int, request: Request, tx: UnitTransaction) -> None:
        """Apply what waits up to a request's position; whoever fails again waits on."""
        lot = tx.parking(lease)
        for household in lot.asked_for(request.ids).get(FINDINGS.name, []):
            first = lot.now.waiting(FINDINGS.name)[household]
            late = self.waiting_rows(lease, household, first, at, tx)
            if not request.is_mended and any(is_poison(body) for _, _, body in late):
                lot.failed_again(FINDINGS.name, [household], Failure(code="ValueError"))
                continue
            self.apply_late(lease, late, tx.connection)
            lot.unpark(FINDINGS.name, [household], until=at, asked_at=at)

    def waiting_rows(
        self, lease: Lease, household: str, first: int, at: int, tx: UnitTransaction
    ) -> list[Late]:
        """Return a household's rows that wait, from the table, as applied at a position."""
        rows = tx.tables().rows(FINDINGS, lease.region, first, at, offset=-1)
        mine = ((row.position or 0, row.value or b"") for row in rows)
        return [(at, position, body) for position, body in mine if household_of(body) == household]

    def apply_late(self, lease: Lease, late: Sequence[Late], connection: Connection) -> None:
        row = connection.execute(READ, ("late", lease.region)).fetchone()
        before = () if row is None else row[0]
        connection.execute(WRITE, (before + tuple(late), "late", lease.region))

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Nothing is due."""


Stage = CountingStage | ReadingStage
StageMaker = Callable[[Scheduler, Database], Stage]
