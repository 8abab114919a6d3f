"""Records that workers die of in the simulation: what the statements mean, what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streams.engine import quarantine
from tests.simulator.database import Database, Handler, Transaction
from tests.simulator.fibers import Crashed
from tests.simulator.topics import Topics

Rows = list[tuple[Any, ...]]
CRASHES = b"crashes the decoder"
RAISES = b"raises what nobody expects"
FATAL_ROW = b"fatal"


class UnforeseenError(Exception):
    """What no rule of the engine expects."""


def harm(database: Database, region: str, topic: str, place: int, value: bytes) -> None:
    """Do to a process what this value does to whoever reads it."""
    at = (region, topic, place)
    database.deaths[at] = database.deaths.get(at, 0) + 1
    if value == RAISES:
        raise UnforeseenError
    database.count("crashed")
    raise Crashed


def set_marker(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    key = _mine(tx, p)
    if key is None:
        return []
    deaths = sum(row[1] for found, row in _markers(tx) if found[:5] == key[:5])
    for found, row in _markers(tx):
        if found[:2] == key[:2] and found[5] == key[5] and row[0] and found != key:
            _change(tx, found, in_hand=False)
    tx.lock("marker", *key)
    tx.write((True, (tx.read("marker", *key) or (False, 0))[1]), "marker", *key)
    tx.database.count("marked")
    return [(deaths,)]


def count_death(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    key = _mine(tx, p)
    if key is None:
        return []
    tx.lock("marker", *key)
    deaths = (tx.read("marker", *key) or (False, 0))[1] + 1
    tx.write((False, deaths), "marker", *key)
    return [(deaths,)]


def close_markers(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    for key, row in _markers(tx):
        if key[:2] == (p["stage"], p["version"]) and key[5] == p["worker"] and row[0]:
            _change(tx, key, in_hand=False, more=int(p["blamed"]))
            if p["blamed"]:
                tx.database.charged.add((key[2], key[3], key[4]))
    return []


def read_markers(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    return sorted({(key[3], key[4]) for key, _ in _markers(tx) if key[:3] == _place(p)})


def forget_marker(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    for key, _ in _markers(tx):
        if key[:5] == (*_place(p), p["topic"], p["place"]):
            tx.lock("marker", *key)
            tx.write(None, "marker", *key)
    return []


def count_quarantined(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    """Nothing was set aside lately: a schedule's clock jumps by hours."""
    return [(0,)]


HANDLERS: Mapping[str, tuple[str, Handler]] = {
    quarantine.QUERIES[call.__name__]: (call.__name__, call)
    for call in (set_marker, count_death, close_markers, forget_marker)
} | {
    quarantine.QUERIES[call.__name__]: (call.__name__, call)
    for call in (read_markers, count_quarantined)
}


def differences(database: Database, topics: Topics, regions: tuple[str, ...]) -> list[str]:
    """Compare what was set aside with what killed: each three times, and nothing else."""
    guilty = {
        (region, topic, record.offset)
        for (topic, partition), records in topics.logs.items()
        for region in (regions[partition],)
        for record in records
        if record.value in {CRASHES, RAISES}
    }
    aside = {
        (row[0], row[1], row[2])
        for (table, _), row in database.rows.items()
        if table == "dead_letter" and row[3] == quarantine.CODE
    }
    found = [f"{at}: set aside, and it harmed nobody" for at in sorted(aside - guilty)]
    found += [f"{at}: it kills, and was not set aside" for at in sorted(guilty - aside)]
    found += [
        f"{at}: set aside after {database.deaths.get(at, 0)} deaths"
        for at in sorted(aside & guilty)
        if database.deaths.get(at, 0) < quarantine.DEATHS_MAX
    ]
    charged = database.charged - database.deaths.keys()
    found += [f"{at}: a death was counted, and it harmed nobody" for at in sorted(charged)]
    left = sorted(key for (table, key), row in database.rows.items() if table == "marker" and row)
    return found + [f"{key}: its marker is left" for key in left]


def _mine(tx: Transaction, p: Mapping[str, Any]) -> tuple[Any, ...] | None:
    tx.lock("head", *_place(p))
    head = tx.read("head", *_place(p))
    if head is None or head[0] != p["epoch"]:
        return None
    return (*_place(p), p["topic"], p["place"], tx.read("head_worker", *_place(p)))


def _markers(tx: Transaction) -> list[tuple[tuple[Any, ...], tuple[bool, int]]]:
    rows = {**tx.database.rows, **tx.writes}
    return sorted((key, row) for (table, key), row in rows.items() if table == "marker" and row)


def _change(tx: Transaction, key: tuple[Any, ...], *, in_hand: bool, more: int = 0) -> None:
    tx.lock("marker", *key)
    row = tx.read("marker", *key)
    if row is not None:
        tx.write((in_hand, row[1] + more), "marker", *key)


def _place(p: Mapping[str, Any]) -> tuple[Any, ...]:
    return p["stage"], p["version"], p["region"]
