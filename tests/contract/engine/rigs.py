"""Two places where the engine's statements run: PostgreSQL, and the simulator's database."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import psycopg
from psycopg import sql

from streams.engine.database import Connection
from streams.engine.outbox import PostgresOutbox
from streams.engine.store import PostgresStore
from tests.simulator import parking
from tests.simulator.database import Database, Odds, SimulatedConnection
from tests.simulator.fibers import Scheduler
from tests.simulator.process import DEAD_LETTER_KEY, SimulatedOutbox, SimulatedStore
from tests.simulator.statements import HANDLERS

REGIONS = ("noord", "zuid")
Tables = Mapping[str, Mapping[Any, Any]]

# What the simulator keeps of each table: its key, and the columns that decide an outcome.
KEPT: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "head": (("stage", "version", "region"), ("epoch", "sequence")),
    "input": (
        ("stage", "version", "region", "topic"),
        ("topic_id", "last_offset", "incarnation", "position"),
    ),
    "log_head": (
        ("log", "region"),
        ("incarnation", "position", "relayed", "relay_epoch", "relayed_offset"),
    ),
    "incarnation": (("log", "region", "incarnation"), ("first_position",)),
    "ledger": (("region", "topic", "offset"), ("outcome", "position")),
    "journal": (("region", "position"), ("incarnation", "key", "body")),
    "findings": (("region", "position"), ("incarnation", "key", "body")),
    "advice": (("region", "position"), ("incarnation", "key", "body")),
    "dead_letter": (("id",), ("region", "topic", "offset", "code")),
    "parked": (("id",), (*parking.COLUMNS, "until", "asked_at", "attempts")),
    "head_worker": (("stage", "version", "region"), ("worker",)),
    "marker": (
        ("stage", "version", "region", "topic", "place", "worker"),
        ("in_hand", "deaths"),
    ),
    "outbox": (
        ("seq",),
        ("stage", "region", "id", "topic", "partition", "body_sealed", "envelope_sealed"),
    ),
}
# What the simulator keeps apart.
PART_OF = {"head_worker": "head"}


class Rig(Protocol):
    """One of the two places."""

    def connect(self) -> Connection:
        """Return a new connection."""
        ...

    def store(self, slot: str) -> PostgresStore:
        """Return a worker's store with a connection of its own."""
        ...

    def outbox(self) -> PostgresOutbox:
        """Return an outbox with a connection of its own."""
        ...

    def together(self, *runs: Callable[[], None]) -> None:
        """Run these at the same time; raise what the first of them raised."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass, for everybody."""
        ...

    def cut(self) -> None:
        """End every connection from the server's side."""
        ...

    def tables(self) -> Tables:
        """Return what is committed: per table its rows by key."""
        ...


class SimulatedRig:
    """The simulator's database, with nothing going wrong by chance."""

    def __init__(self) -> None:
        self._scheduler = Scheduler(1)
        self._database = Database(self._scheduler, Odds())

    def connect(self) -> Connection:
        return cast(Connection, SimulatedConnection(self._database, HANDLERS))

    def store(self, slot: str) -> PostgresStore:
        return SimulatedStore(self._database, slot=slot)

    def outbox(self) -> PostgresOutbox:
        return SimulatedOutbox(self._database, slot="outbox")

    def together(self, *runs: Callable[[], None]) -> None:
        fibers = [self._scheduler.start(f"fiber {n}", run) for n, run in enumerate(runs)]
        while self._scheduler.run_one() is not None:
            pass
        for fiber in fibers:
            if fiber.failure is not None:
                raise fiber.failure

    def sleep(self, seconds: float) -> None:
        self._scheduler.sleep(seconds)

    def cut(self) -> None:
        for transaction in list(self._database.open):
            transaction.roll_back()

    def tables(self) -> Tables:
        found: dict[str, dict[Any, Any]] = {name: {} for name in KEPT}
        for (table, key), row in self._database.rows.items():
            found[table][key] = row if isinstance(row, tuple) else (row,)
        return found


@dataclass(frozen=True, slots=True)
class PostgresRig:
    """A migrated database of one test."""

    url: str
    _undo: ExitStack = field(default_factory=ExitStack)

    def connect(self) -> Connection:
        made = psycopg.connect(self.url, autocommit=True, application_name="radar-contract")
        self._undo.callback(made.close)
        return made

    def store(self, slot: str) -> PostgresStore:
        made = PostgresStore(self.url, slot=slot, dead_letter_key=DEAD_LETTER_KEY)
        self._undo.callback(made.drop)
        return made

    def outbox(self) -> PostgresOutbox:
        made = PostgresOutbox(self.url, slot="outbox", dead_letter_key=DEAD_LETTER_KEY)
        self._undo.callback(made.drop)
        return made

    def close(self) -> None:
        """Close everything that was handed out."""
        self._undo.close()

    def together(self, *runs: Callable[[], None]) -> None:
        with ThreadPoolExecutor(len(runs)) as threads:
            for future in [threads.submit(run) for run in runs]:
                future.result()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def cut(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )

    def tables(self) -> Tables:
        found: dict[str, dict[Any, Any]] = {}
        with psycopg.connect(self.url) as connection:
            for name, (key, columns) in KEPT.items():
                rows = connection.execute(
                    sql.SQL("select {} from {}").format(
                        sql.SQL(", ").join(map(sql.Identifier, (*key, *columns))),
                        sql.Identifier("engine", PART_OF.get(name, name)),
                    )
                ).fetchall()
                found[name] = {row[: len(key)]: row[len(key) :] for row in rows}
        return found
