"""Makes derived tables anew beside the live ones, compares, and puts them in their place.

Nothing that is live waits for it but for the swap: that holds the stage's head rows, brings the
new tables to exactly where the old ones stand, and ends the leases, so that a worker that goes on
starts from the swapped position without anything that it remembered of the old tables.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import IsolationLevel

from hub.rebuild_parts import Processes, cores, progress_bar
from hub.rebuild_rooms import LogDifference, Room
from streams.engine.beside import QUERIES
from streams.engine.comparing import checksum, differing_keys
from streams.engine.database import Connection
from streams.engine.errors import StopError, TransientError

# Any number will do as long as every rebuild takes the same one.
LOCK = 7_261_002
# The stage waits while the last rows are applied: about a second's worth, never a long catch-up.
SWAP_ROWS_MAX = 2_000
# Readers queue behind a swap that waits for a long reader, so it waits shortly and comes back.
SWAP_WAIT = "2s"
SWAP_ATTEMPTS_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A table of one region that is not what the logs say, with the first keys that differ."""

    table: str
    region: str
    keys: Sequence[str]


@dataclass(slots=True, kw_only=True)
class RoomReport:
    """What became of one room's tables."""

    room: str
    regions: Sequence[str]
    rows: int = 0
    seconds: float = 0.0
    rows_per_second: int = 0
    differences: Sequence[Difference] = ()
    histories_part: Mapping[str, Sequence[int]]
    """Finding log positions, by region, where it once said something else than would be now."""
    appended: int = 0
    swapped: bool = False

    @property
    def is_equal(self) -> bool:
        """Say whether the live tables were what the logs say."""
        return not self.differences

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        return {**asdict(self), "equal": self.is_equal}


def rebuild(
    database_url: str, wanted: Sequence[Room], *, check: bool, region: str | None
) -> list[RoomReport]:
    """Rebuild the rooms one after the other; with `check`, compare only.

    Raises StopError when another rebuild runs, or for a region that has no journal.
    """
    with _alone(database_url) as connection:
        regions = _regions(connection, region)
        return [
            _rebuild_room(
                database_url, connection, room, regions, check=check, is_whole=region is None
            )
            for room in wanted
        ]


@contextmanager
def _alone(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if row != (True,):
            raise StopError("another rebuild of this database is running; wait for it to end")
        yield connection


def _regions(connection: Connection, region: str | None) -> list[str]:
    rows = connection.execute(
        "select distinct region from engine.log_head order by region"
    ).fetchall()
    found = [name for (name,) in rows]
    if region is None:
        return found
    if region not in found:
        raise StopError("no log of this region in the database; see the regions file")
    return [region]


def _rebuild_room(
    database_url: str,
    connection: Connection,
    room: Room,
    regions: Sequence[str],
    *,
    check: bool,
    is_whole: bool,
) -> RoomReport:
    report = RoomReport(room=room.name, regions=regions, histories_part={})
    try:
        _fill(database_url, connection, room, regions, report)
        logs = _compare(database_url, connection, room, regions, report)
        if not check:
            report.appended = _swap(connection, room, regions, logs, is_whole)
            report.swapped = True
    finally:
        if not connection.broken:
            room.beside.drop(connection)
    return report


def _fill(
    database_url: str,
    connection: Connection,
    room: Room,
    regions: Sequence[str],
    report: RoomReport,
) -> None:
    started = time.monotonic()
    room.prepare(connection)
    waves = room.waves(connection, regions, cores())
    total = sum(part.rows for parts in waves for part in parts)
    with (
        Processes(database_url) as processes,
        progress_bar(f"rebuild {room.name}", total) as advanced,
    ):
        for parts in waves:
            processes.run(parts, advanced)
            room.finish_wave(connection)
    report.rows = round(total)
    report.seconds = round(time.monotonic() - started, 3)
    report.rows_per_second = round(total / max(report.seconds, 0.001))


def _compare(
    database_url: str,
    connection: Connection,
    room: Room,
    regions: Sequence[str],
    report: RoomReport,
) -> Mapping[str, LogDifference]:
    """Compare at one snapshot of the live tables, while they go on."""
    differences: list[Difference] = []
    logs: dict[str, LogDifference] = {}
    with psycopg.connect(database_url) as live:
        live.isolation_level = IsolationLevel.REPEATABLE_READ
        for region in regions:
            with connection.transaction():
                room.catch_up(connection, region, room.reached(live, region))
            with connection.transaction():
                differences += _differing_tables(live, connection, room, region)
                if room.log is None:
                    continue
                found = logs[region] = room.log.compare(live, connection, region)
            if found.keys:
                differences.append(Difference(table=found.table, region=region, keys=found.keys))
            if found.parts_at:
                report.histories_part = {**report.histories_part, region: found.parts_at}
    report.differences = differences
    return logs


def _differing_tables(
    live: Connection, connection: Connection, room: Room, region: str
) -> Iterator[Difference]:
    schema, beside = room.beside.schema, room.beside.next_schema
    for table in room.beside.tables:
        if checksum(live, schema, table, region) != checksum(connection, beside, table, region):
            keys = differing_keys((live, schema), (connection, beside), table, region)
            yield Difference(table=f"{schema}.{table}", region=region, keys=keys)


def _swap(
    connection: Connection,
    room: Room,
    regions: Sequence[str],
    logs: Mapping[str, LogDifference],
    is_whole: bool,
) -> int:
    """Put the new tables in place of the live ones and return the log rows appended."""
    for _ in range(SWAP_ATTEMPTS_MAX):
        for region in regions:
            with connection.transaction():
                room.catch_up(connection, region, room.reached(connection, region))
        try:
            appended = _swap_once(connection, room, regions, logs, is_whole)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            continue
        if appended is not None:
            return appended
    raise TransientError("the live tables are too busy to be replaced now; start again later")


def _swap_once(
    connection: Connection,
    room: Room,
    regions: Sequence[str],
    logs: Mapping[str, LogDifference],
    is_whole: bool,
) -> int | None:
    """Swap in one transaction; None, and nothing done, when too much has come in meanwhile."""
    stage, version = room.stage
    place: dict[str, Any] = {"stage": stage, "version": version, "regions": list(regions)}
    appended = 0
    with connection.transaction():
        connection.execute(f"set local lock_timeout = '{SWAP_WAIT}'".encode())
        connection.execute(QUERIES["lock_heads"], place)
        at = {region: room.reached(connection, region) for region in regions}
        if sum(room.behind(connection, region, to) for region, to in at.items()) > SWAP_ROWS_MAX:
            return None
        for region, to in at.items():
            room.catch_up(connection, region, to)
            if room.log is not None:
                appended += room.log.append(connection, region, logs[region], to)
        connection.execute(QUERIES["end_leases"], place)
        if is_whole:
            room.beside.take_place(connection)
        else:
            room.beside.replace_rows(connection, regions)
    return appended
