"""Parked households in the simulation: what the statements mean, and what must come of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streams.engine import parking
from tests.simulator.database import Database, Handler, Transaction
from tests.simulator.quarantine import FATAL_ROW

Rows = list[tuple[Any, ...]]
POISON = b"poison"


def is_poison(body: bytes) -> bool:
    """Say whether the reading stage cannot apply this log row."""
    return body.endswith((POISON, FATAL_ROW))


def household_of(body: bytes) -> str:
    return body.decode().split("|")[2]


def load_parked(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    place = (p["stage"], p["version"], p["region"])
    rows = {**tx.database.rows, **tx.writes}
    return sorted(
        (key[3], key[4], position)
        for (table, key), position in rows.items()
        if table == "parked" and key[:3] == place
    )


def park(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    for household in p["household_ids"]:
        key = (p["stage"], p["version"], p["region"], p["log"], household)
        tx.insert(p["position"], "parked", *key)
        tx.database.count("parked")
    return []


def households_of_findings(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    found = ((at, tx.read("findings", p["region"], at)) for at in p["positions"])
    return [(at, [household_of(row[2])]) for at, row in found if row is not None]


HANDLERS: Mapping[str, tuple[str, Handler]] = {
    parking.QUERIES[call.__name__]: (call.__name__, call)
    for call in (load_parked, park, households_of_findings)
}


def expected(bodies: list[bytes]) -> tuple[list[tuple[int, bytes | None]], dict[str, int]]:
    """Return what the reader must have kept per position, and who must be parked since when."""
    parked: dict[str, int] = {}
    seen: list[tuple[int, bytes | None]] = []
    for position, body in enumerate(bodies, 1):
        household = household_of(body)
        if is_poison(body):
            parked.setdefault(household, position)
        seen.append((position, None if household in parked else body))
    return seen, parked


def differences(database: Database, region: str, bodies: list[bytes]) -> list[str]:
    """Compare what the reader kept of a region's log, in order, with what it had to."""
    seen, parked = expected(bodies)
    kept = list(database.rows.get(("seen", (region,)), ()))
    found = []
    if kept != seen:
        found.append(f"{region}: the reader saw positions {[position for position, _ in kept]}")
    written = {
        key[4]: position
        for (table, key), position in database.rows.items()
        if table == "parked" and key[2] == region
    }
    if written != parked:
        found.append(f"{region}: parked are {written}, expected {parked}")
    return found
