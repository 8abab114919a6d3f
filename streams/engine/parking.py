"""Parked households: of whom a log reader could not apply a row, so that their later rows wait.

What is parked is an interval of one log: from the row that failed to the position that the stage
had reached when somebody asked for it again and it worked.  Which rows wait at a position follows
from the intervals alone, so a rebuild leaves out what the live stage leaves out.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import structlog

from schemas.identity import derived_id
from streams.engine.database import Connection
from streams.engine.errors import ErrorKind, StopError, classify
from streams.engine.lease import Lease
from streams.engine.log import LOG_BY_TOPIC
from streams.engine.named_queries import load_queries
from streams.engine.stage import Batch, InputRecord

logger = structlog.get_logger()

QUERIES = load_queries("streams.engine", "parking.sql")
CACHE_KEY = "parked"
# What hits so many households of a region is a defect of everything: parking on would only hide
# it, and take as long to undo.  Then the stage stops, as for a row of no household.
HOUSEHOLDS_MAX = 1_000
FRAMES_KEPT = 3
# SQL states that say something about a value: data exceptions and broken constraints.
_VALUE_CLASSES = frozenset({"22", "23"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a row could not be applied: class and place of the error, never its text."""

    code: str
    place: str = ""


def failure_of(error: BaseException) -> Failure:
    """Return what may be told of an error; texts of libraries may quote values."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_KEPT:]
    place = " < ".join(f"{Path(at.filename).name}:{at.lineno}" for at in reversed(frames))
    return Failure(code=type(error).__name__, place=place)


def may_park(error: Exception) -> bool:
    """Say whether an error may be the fault of one row, so that its household can wait.

    What passes, what stops on purpose, and what says something about the machine or the schema
    is no row's fault: parking on it would park everybody, one after the other.
    """
    if classify(error) is not ErrorKind.STOP:
        return False
    if isinstance(error, psycopg.Error):
        return (error.sqlstate or "")[:2] in _VALUE_CLASSES
    return not isinstance(error, StopError | OSError | MemoryError | ImportError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Households that one unit parked at a row of a log."""

    region: str
    log: str
    position: int
    household_ids: tuple[str, ...]
    failure: Failure


class Parking:
    """Who waits in one region of a stage, by log: household to the first position that waits.

    Lives in the lease's cache: it says what is committed, or what this unit is about to commit.
    """

    def __init__(self, rows: Iterable[tuple[str, str, int]] = ()) -> None:
        self._waiting: dict[str, dict[str, int]] = {}
        for log, household_id, position in rows:
            self._waiting.setdefault(log, {})[household_id] = position

    @property
    def households(self) -> int:
        """Return how many households wait, each counted once."""
        return len({name for waiting in self._waiting.values() for name in waiting})

    def waiting(self, log: str) -> Mapping[str, int]:
        """Return who waits in a log, with the first position that waits."""
        return self._waiting.get(log, {})

    def add(self, log: str, household_ids: Iterable[str], position: int) -> None:
        """Note that these wait from a position on."""
        self._waiting.setdefault(log, {}).update(dict.fromkeys(household_ids, position))

    def remove(self, log: str, household_ids: Iterable[str]) -> None:
        """Note that these wait no longer."""
        for household_id in household_ids:
            self._waiting[log].pop(household_id, None)


class ParkingLot:
    """One lease's parked households in its unit's transaction."""

    def __init__(self, connection: Connection, lease: Lease) -> None:
        self._connection = connection
        self._lease = lease
        if CACHE_KEY not in lease.cache:
            lease.cache[CACHE_KEY] = load(connection, lease)
        self.now: Parking = lease.cache[CACHE_KEY]

    def park(
        self, log: str, position: int, household_ids: Iterable[str], failure: Failure
    ) -> tuple[str, ...]:
        """Let rows of these households wait from `position` on; return who did not wait yet.

        Raises StopError when more wait than a defect of single households explains.
        """
        new = tuple(sorted(set(household_ids) - self.now.waiting(log).keys()))
        if not new:
            return ()
        place = self._place()
        parts = (place["stage"], str(place["version"]), place["region"], log)
        ids = [derived_id(*parts, household_id, str(position)) for household_id in new]
        self._connection.execute(
            QUERIES["park"],
            {
                **place,
                "log": log,
                "position": position,
                "code": failure.code,
                "place": failure.place,
                "ids": ids,
                "household_ids": list(new),
            },
        )
        self.now.add(log, new, position)
        if self.now.households > HOUSEHOLDS_MAX:
            raise StopError(
                f"stage {self._lease.stage}, region {self._lease.region}: more than "
                f"{HOUSEHOLDS_MAX} households would be parked, last by {failure.code} at "
                f"{failure.place}; this is a defect of the program, not of one household"
            )
        return new

    def park_row(self, record: InputRecord, failure: Failure) -> Parked | None:
        """Park every household of a log row, without reading the row; None when it has none."""
        log = LOG_BY_TOPIC[record.topic].name
        households = _households(self._connection, self._lease, log, [record])
        if record.position is None or not households.get(record.position):
            return None
        new = self.park(log, record.position, households[record.position], failure)
        return Parked(
            region=self._lease.region,
            log=log,
            position=record.position,
            household_ids=new,
            failure=failure,
        )

    def marked(self, batch: Batch) -> Batch:
        """Return the batch with those records marked of which every household waits."""
        waits: set[tuple[str, int | None]] = set()
        for topic, log in LOG_BY_TOPIC.items():
            waiting = self.now.waiting(log.name)
            mine = [record for record in batch.records if record.topic == topic]
            if not waiting or not mine:
                continue
            households = _households(self._connection, self._lease, log.name, mine)
            waits |= {
                (topic, position)
                for position, names in households.items()
                if names and all(waiting.get(name, position + 1) <= position for name in names)
            }
        if not waits:
            return batch
        return Batch(
            lease=batch.lease,
            records=[
                replace(record, waits=True) if (record.topic, record.position) in waits else record
                for record in batch.records
            ],
        )

    def asked_for(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return whom a request names by the ids of their parking, by log; `ids` may be anything.

        Those of other stages and regions, and those that wait no longer, are left out.
        """
        if not self.now.households:
            return {}
        asked = {"ids": [found for text in ids if (found := _uuid(text))], **self._place()}
        named: dict[str, list[str]] = {}
        for log, household_id in self._connection.execute(QUERIES["asked_for"], asked):
            named.setdefault(log, []).append(household_id)
        return named

    def unpark(self, log: str, household_ids: Sequence[str], until: int) -> None:
        """Close the interval of these households: their rows up to `until` are applied."""
        asked = {"log": log, "household_ids": list(household_ids), "until": until}
        self._connection.execute(QUERIES["unpark"], {**self._place(), **asked})
        self.now.remove(log, household_ids)

    def failed_again(self, log: str, household_ids: Sequence[str], failure: Failure) -> None:
        """Count an attempt; the households wait as before."""
        asked = {
            "log": log,
            "household_ids": list(household_ids),
            "code": failure.code,
            "place": failure.place,
        }
        self._connection.execute(QUERIES["failed_again"], {**self._place(), **asked})

    def _place(self) -> dict[str, Any]:
        return place_of(self._lease)


def announce(stage: str, parked: Iterable[Parked]) -> None:
    """Log what a unit has parked, once it is committed."""
    for each in parked:
        logger.error(
            "household_parked",
            stage=stage,
            region=each.region,
            log=each.log,
            position=each.position,
            households=len(each.household_ids),
            code=each.failure.code,
            place=each.failure.place,
        )


def place_of(lease: Lease) -> dict[str, Any]:
    """Return what names a lease in a query."""
    return {"stage": lease.stage, "version": lease.version, "region": lease.region}


def load(connection: Connection, lease: Lease) -> Parking:
    """Return who waits now, as committed."""
    return Parking(connection.execute(QUERIES["load_parked"], place_of(lease)).fetchall())


def _households(
    connection: Connection, lease: Lease, log: str, records: Sequence[InputRecord]
) -> dict[int, list[str]]:
    """Return the households of log rows by position, from the table: a row may be unreadable."""
    query = QUERIES.get(f"households_of_{log}")
    if query is None:
        return {}
    asked = {"region": lease.region, "positions": [record.position for record in records]}
    return dict(connection.execute(query, asked).fetchall())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
