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
    found = _mine(tx, p)
    if found is None:
        return []
    key, worker, (_, deaths) = found
    tx.write((worker, deaths), "marker", *key)
    tx.database.count("marked")
    return [(deaths,)]


def count_death(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    found = _mine(tx, p)
    if found is None:
        return []
    key, _, (_, deaths) = found
    tx.write(("", deaths + 1), "marker", *key)
    return [(deaths + 1,)]


def close_markers(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    rows = {**tx.database.rows, **tx.writes}
    mine = [key for table, key in rows if table == "marker" and key[:3] == _place(p)]
    closed: Rows = []
    for key in sorted(mine):
        tx.lock("marker", *key)
        row = tx.read("marker", *key)
        if row is None:
            continue
        worker, deaths = row
        counts = p["blamed"] and worker == p["worker"]
        tx.write(("", deaths + counts), "marker", *key)
        closed.append((key[3], key[4]))
    return closed


def forget_marker(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    key = (*_place(p), p["topic"], p["place"])
    tx.lock("marker", *key)
    tx.write(None, "marker", *key)
    return []


def count_quarantined(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    """Nothing was set aside lately: a schedule's clock jumps by hours."""
    return [(0,)]


HANDLERS: Mapping[str, tuple[str, Handler]] = {
    quarantine.QUERIES[call.__name__]: (call.__name__, call)
    for call in (set_marker, count_death, close_markers, forget_marker, count_quarantined)
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
    left = sorted(key for (table, key), row in database.rows.items() if table == "marker" and row)
    return found + [f"{key}: its marker is left" for key in left]


def _mine(tx: Transaction, p: Mapping[str, Any]) -> tuple[Any, str, tuple[str, int]] | None:
    tx.lock("head", *_place(p))
    head = tx.read("head", *_place(p))
    if head is None or head[0] != p["epoch"]:
        return None
    key = (*_place(p), p["topic"], p["place"])
    tx.lock("marker", *key)
    return key, tx.read("head_worker", *_place(p)), tx.read("marker", *key) or ("", 0)


def _place(p: Mapping[str, Any]) -> tuple[Any, ...]:
    return p["stage"], p["version"], p["region"]
