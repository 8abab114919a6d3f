"""A database in memory: rows with locks, transactions, and connections that break.

As PostgreSQL in READ COMMITTED: a writer waits for the row's lock and then sees what is
committed; a unique key holds; a transaction lands whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, Self

import psycopg

from tests.simulator.fibers import Killed, Scheduler

Key = tuple[str, ...] | tuple[Any, ...]
Place = tuple[str, Key]
# As the engine's claim: a backend that holds the head row longer is ended.
BLOCKED_SECONDS_MAX = 2.0


@dataclass(slots=True, kw_only=True)
class Odds:
    """How often what goes wrong; all 0 while the schedule drains."""

    cut: float = 0.0
    commit: float = 0.0
    deliver: float = 0.0
    broker: float = 0.0
    lookup: float = 0.0
    reread: float = 0.0
    """Of a connection that breaks while an unknown outcome is looked up."""

    def become(self, other: Odds) -> None:
        """Take over another's: servers and clients share one."""
        for each in fields(Odds):
            setattr(self, each.name, getattr(other, each.name))


class Transaction:
    """Buffered writes and held locks; belongs to one connection, may outlive it in doubt."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.writes: dict[Place, Any] = {}
        self.locks: list[Place] = []
        self.is_over = False
        self.waits_for: Transaction | None = None

    def read(self, table: str, *key: Any) -> Any:
        place = (table, key)
        if place in self.writes:
            return self.writes[place]
        return self.database.rows.get(place)

    def rows_of(self, table: str) -> dict[Key, Any]:
        """Return a table as this transaction sees it."""
        seen = {**self.database.rows, **self.writes}
        return {key: row for (at, key), row in seen.items() if at == table and row is not None}

    def lock(self, table: str, *key: Any, frees: bool = False) -> None:
        """Wait for the row; `frees` ends who blocks it too long, as the engine's claim does."""
        place = (table, key)
        scheduler = self.database.scheduler
        since = scheduler.now
        while (owner := self.database.locks.get(place)) is not None and owner is not self:
            self.waits_for = owner
            if _waits_in_circle(self):
                self.waits_for = None
                raise psycopg.errors.DeadlockDetected("deadlock")
            if frees and scheduler.now - since > BLOCKED_SECONDS_MAX:
                self.database.count("backend_ended")
                owner.roll_back()
                continue
            scheduler.sleep(0.1)
            self.check()
        self.waits_for = None
        self.database.locks[place] = self
        self.locks.append(place)

    def write(self, value: Any, table: str, *key: Any) -> None:
        """Write a row; None deletes it."""
        self.lock(table, *key)
        self.writes[table, key] = value

    def insert(self, value: Any, table: str, *key: Any) -> None:
        self.lock(table, *key)
        if self.read(table, *key) is not None:
            raise psycopg.errors.UniqueViolation(f"{table}: this key is there already")
        self.writes[table, key] = value

    def check(self) -> None:
        if self.is_over:
            raise psycopg.errors.AdminShutdown("terminating connection")

    def commit(self) -> None:
        if not self.is_over:
            rows = self.database.rows
            rows.update(self.writes)
            for place in [place for place, value in self.writes.items() if value is None]:
                del rows[place]
            self._end()
            self.database.watch()

    def roll_back(self) -> None:
        if not self.is_over:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        for place in self.locks:
            if self.database.locks.get(place) is self:
                del self.database.locks[place]
        self.database.open.pop(self, None)


def _waits_in_circle(first: Transaction) -> bool:
    seen = first.waits_for
    while seen is not None and seen is not first:
        seen = seen.waits_for
    return seen is first


@dataclass(eq=False, slots=True)
class Database:
    """Committed rows, locks, and the transactions whose outcome nobody was told."""

    scheduler: Scheduler
    odds: Odds
    rows: dict[Place, Any] = field(default_factory=dict)
    locks: dict[Place, Transaction] = field(default_factory=dict)
    open: dict[Transaction, None] = field(default_factory=dict)
    in_doubt: list[Transaction] = field(default_factory=list)
    is_away: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    deaths: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """How often a record harmed a process, by region, topic and place; no process sees this."""
    charged: set[tuple[str, str, int]] = field(default_factory=set)
    """Records for which a death was counted after a crash."""
    identities: int = 0
    watch: Callable[[], None] = lambda: None

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
        self.scheduler.note(what)

    def next_identity(self) -> int:
        """Give out the next number of a column that counts by itself; no rollback takes it back."""
        self.identities += 1
        return self.identities

    def stop(self) -> None:
        """Stop at once: open transactions are gone, those in doubt too."""
        self.is_away = True
        for transaction in list(self.open):
            transaction.roll_back()
        self.in_doubt.clear()

    def settle_doubt(self) -> None:
        """Let one commit whose client is gone land, or not."""
        transaction = self.in_doubt.pop(0)
        if self.scheduler.chance(0.7):
            self.count("doubt_landed")
            transaction.commit()
        else:
            transaction.roll_back()


class Cursor:
    """What a statement answered; also where rows are copied to."""

    def __init__(self, connection: SimulatedConnection) -> None:
        self.rowcount = -1
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def execute(self, query: Any, parameters: Any = None, **_: Any) -> Cursor:
        self._rows = self._connection.run(query, parameters)
        self.rowcount = len(self._rows)
        return self

    def executemany(self, query: Any, rows: Any) -> None:
        for row in rows:
            self._connection.run(query, row)

    @contextmanager
    def copy(self, query: Any) -> Iterator[CopyIn]:
        copy = CopyIn()
        yield copy
        self._connection.run(query, copy.rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._rows)


class CopyIn:
    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def write_row(self, row: tuple[Any, ...]) -> None:
        self.rows.append(row)


Handler = Callable[[Transaction, Any], list[tuple[Any, ...]]]


class SimulatedConnection:
    """Stands where psycopg's connection stands; statements are looked up by their text."""

    def __init__(self, database: Database, handlers: Mapping[str, tuple[str, Handler]]) -> None:
        if database.is_away:
            raise psycopg.OperationalError("the database is away")
        self.closed = False
        self._database = database
        self._handlers = handlers
        self._transaction: Transaction | None = None

    def execute(self, query: Any, parameters: Any = None, **_: Any) -> Cursor:
        return Cursor(self).execute(query, parameters)

    def cursor(self) -> Cursor:
        return Cursor(self)

    def run(self, query: Any, parameters: Any) -> list[tuple[Any, ...]]:
        name, handler = self._find(query)
        database = self._database
        database.scheduler.point(name)
        self._check()
        odds = database.odds.reread if name == "read_inputs" else 0.0
        if database.scheduler.chance(max(odds, database.odds.cut)):
            database.count("connection_cut")
            self.close()
            raise psycopg.OperationalError("the connection is lost")
        if self._transaction is not None:
            return handler(self._transaction, parameters)
        alone = self._begin()
        try:
            rows = handler(alone, parameters)
        except BaseException:
            alone.roll_back()
            raise
        alone.check()
        alone.commit()
        return rows

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._check()
        transaction = self._transaction = self._begin()
        try:
            yield
            self._commit(transaction)
        except BaseException:
            if transaction not in self._database.in_doubt:
                transaction.roll_back()
            raise
        finally:
            self._transaction = None

    def close(self) -> None:
        self.closed = True
        if self._transaction is not None:
            self._transaction.roll_back()

    def _begin(self) -> Transaction:
        transaction = Transaction(self._database)
        self._database.open[transaction] = None
        return transaction

    def _commit(self, transaction: Transaction) -> None:
        """Commit, where the answer may be lost: before it, after it, or with no outcome yet."""
        database = self._database
        scheduler = database.scheduler
        scheduler.point("commit")
        self._check()
        if scheduler.chance(database.odds.commit):
            self.closed = True
            lot = scheduler.random.random()
            if lot < 0.3:
                database.count("commit_refused")
                transaction.roll_back()
            elif lot < 0.65:
                database.count("commit_unanswered")
                transaction.commit()
            else:
                database.count("commit_in_doubt")
                database.in_doubt.append(transaction)
            raise psycopg.OperationalError("the connection is lost during commit")
        transaction.commit()
        try:
            scheduler.point("committed")
        except Killed:
            database.count("killed_after_commit")
            raise

    def _check(self) -> None:
        if self.closed or self._database.is_away:
            raise psycopg.OperationalError("the connection is closed")
        if self._transaction is not None:
            self._transaction.check()

    def _find(self, query: Any) -> tuple[str, Handler]:
        """Return what a statement means; those that name a log's table are handed their text."""
        if isinstance(query, psycopg.sql.Composed):
            return self._told("log rows", query.as_string(None))
        found = self._handlers.get(query)
        if found is not None:
            return found
        if query.startswith("copy engine."):
            return self._told("copy log rows", query)
        raise NotImplementedError(f"tests/simulator/statements.py does not know: {query[:80]}")

    def _told(self, name: str, text: str) -> tuple[str, Handler]:
        handler = self._handlers[name][1]
        return name, lambda transaction, parameters: handler(transaction, (text, parameters))
