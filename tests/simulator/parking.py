"""Parked households in the simulation: what the statements mean, and what must come of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from streams.engine import parking
from tests.simulator.database import Database, Handler, Transaction
from tests.simulator.quarantine import FATAL_ROW

Rows = list[tuple[Any, ...]]
POISON = b"poison"
MENDED, STILL_BROKEN = "mended", "still broken"
# Of a row that asks for others: it belongs to nobody who could be parked.
NOBODY = "nobody"
COLUMNS = ("stage", "version", "region", "log", "household_id", "position")
# Behind these: until, asked_at and attempts.
UNTIL, ATTEMPTS = 6, 8


def is_poison(body: bytes) -> bool:
    """Say whether the reading stage cannot apply this log row."""
    return body.endswith((POISON, FATAL_ROW))


def household_of(body: bytes) -> str:
    return body.decode().split("|")[2]


@dataclass(frozen=True, slots=True)
class Request:
    """What a log row asks for: to try parked households again, with the defect mended or not.

    Which it is stands in the row, so that what must come of it follows from the log alone.
    """

    is_mended: bool
    ids: tuple[str, ...]

    @classmethod
    def read(cls, body: bytes) -> Request | None:
        """Return the request of a log row; None for any other row."""
        _, _, household, told = body.decode().split("|")
        if household != NOBODY:
            return None
        kind, _, ids = told.partition(":")
        return cls(kind == MENDED, tuple(ids.split()))

    def body(self) -> str:
        """Return household and body of the event that asks for it."""
        return f"{NOBODY}|{MENDED if self.is_mended else STILL_BROKEN}:{' '.join(self.ids)}"


def load_parked(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    place = (p["stage"], p["version"], p["region"])
    return sorted(row[3:UNTIL] for _, row in _open(tx) if row[:3] == place)


def park(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    for parking_id, household in zip(p["ids"], p["household_ids"], strict=True):
        row = (*(p[name] for name in COLUMNS[:4]), household, p["position"], None, None, 1)
        tx.lock("open interval", *row[:5])
        if any(other[:5] == row[:5] for _, other in _open(tx)):
            raise psycopg.errors.UniqueViolation("parked: this household waits already")
        tx.insert(row, "parked", parking_id)
        tx.database.count("parked")
    return []


def asked_for(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    place = (p["stage"], p["version"], p["region"])
    found = {(parking_id, tx.read("parked", parking_id)) for parking_id in set(p["ids"])}
    return sorted(
        row[3:5] for _, row in found if row is not None and row[:3] == place and row[UNTIL] is None
    )


def unpark(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    for parking_id, row in _named(tx, p):
        tx.write((*row[:UNTIL], p["until"], p["asked_at"], row[ATTEMPTS]), "parked", parking_id)
        tx.database.count("redriven")
    return []


def failed_again(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    for parking_id, row in _named(tx, p):
        tx.write((*row[:ATTEMPTS], row[ATTEMPTS] + 1), "parked", parking_id)
        tx.database.count("redriven_in_vain")
    return []


def households_of_findings(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    found = ((at, tx.read("findings", p["region"], at)) for at in p["positions"])
    return [(at, [household_of(row[2])]) for at, row in found if row is not None]


def _open(tx: Transaction) -> list[tuple[Any, tuple[Any, ...]]]:
    """Return the intervals that are not over, each with its id."""
    rows = tx.rows_of("parked").items()
    return [(parking_id, row) for (parking_id,), row in rows if row[UNTIL] is None]


def _named(tx: Transaction, p: Mapping[str, Any]) -> list[tuple[Any, tuple[Any, ...]]]:
    place = tuple(p[name] for name in COLUMNS[:4])
    mine = (at for at in _open(tx) if at[1][:4] == place and at[1][4] in p["household_ids"])
    return sorted(mine)


HANDLERS: Mapping[str, tuple[str, Handler]] = {
    parking.QUERIES[call.__name__]: (call.__name__, call)
    for call in (load_parked, park, asked_for, unpark, failed_again, households_of_findings)
}


def parked_ids(database: Database, region: str, *, waiting: bool) -> list[str]:
    """Return the ids of a region's intervals, without `waiting` of those that are over as well."""
    return sorted(
        str(key[0])
        for (table, key), row in database.rows.items()
        if table == "parked" and row[2] == region and not (waiting and row[UNTIL] is not None)
    )


@dataclass(slots=True)
class Reader:
    """What a stage that reads a log from its first row on must have kept of it.

    `ids` are those of the intervals by household and first position.
    """

    ids: Mapping[tuple[str, int], str]
    seen: list[tuple[int, bytes | None]] = field(default_factory=list)
    late: list[tuple[int, int, bytes]] = field(default_factory=list)
    """Rows applied at a request: its position, theirs, and what they say."""
    intervals: dict[tuple[str, int], tuple[int | None, int]] = field(default_factory=dict)
    """Until when and how many attempts, by household and first position."""
    _since: dict[str, int] = field(default_factory=dict)
    _rows: dict[str, list[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, position: int, body: bytes) -> None:
        """Go on by one row."""
        household = household_of(body)
        if is_poison(body) and household not in self._since:
            self._since[household] = position
            self.intervals[household, position] = None, 1
        waits = household in self._since
        self.seen.append((position, None if waits else body))
        if waits:
            self._rows[household].append((position, body))
        request = Request.read(body)
        if request is not None:
            self._answer(position, request)

    def _answer(self, at: int, request: Request) -> None:
        for household, first in sorted(self._since.items()):
            if self.ids.get((household, first)) not in request.ids:
                continue
            _, attempts = self.intervals[household, first]
            if not request.is_mended:
                self.intervals[household, first] = None, attempts + 1
                continue
            self.intervals[household, first] = at, attempts
            self.late += [(at, *row) for row in self._rows.pop(household)]
            del self._since[household]


def differences(database: Database, region: str, bodies: list[bytes]) -> list[str]:
    """Compare what the reader kept of a region's log, in order, with what it had to."""
    parked = {
        (row[4], row[5]): (str(key[0]), (row[UNTIL], row[ATTEMPTS]))
        for (table, key), row in database.rows.items()
        if table == "parked" and row[2] == region
    }
    reader = Reader({at: parking_id for at, (parking_id, _) in parked.items()})
    for position, body in enumerate(bodies, 1):
        reader.take(position, body)
    seen = list(database.rows.get(("seen", (region,)), ()))
    late = list(database.rows.get(("late", (region,)), ()))
    found = _applied(region, seen, late, reader)
    if seen != reader.seen:
        found.append(f"{region}: the reader saw positions {[position for position, _ in seen]}")
    if late != reader.late:
        found.append(f"{region}: late are {[row[:2] for row in late]}, not as asked for")
    written = {at: told for at, (_, told) in parked.items()}
    if written != reader.intervals:
        found.append(f"{region}: parked are {written}, expected {reader.intervals}")
    return found


def _applied(region: str, seen: Sequence[Any], late: Sequence[Any], reader: Reader) -> list[str]:
    """Say which rows were applied more than once, and which that no longer wait never."""
    applied = [position for position, body in seen if body is not None]
    applied += [position for _, position, _ in late]
    due = {position for position, body in reader.seen if body is not None}
    due |= {position for _, position, _ in reader.late}
    lost = sorted(due - set(applied))
    twice = sorted({position for position in applied if applied.count(position) > 1})
    found = [f"{region}: positions {lost} wait no longer and were never applied"] if lost else []
    return found + ([f"{region}: positions {twice} were applied twice"] if twice else [])
