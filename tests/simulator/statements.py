"""What the engine's statements mean, in Python: the simulated database runs them by their text.

A statement that is changed in `streams/engine/sql` keeps its name and must keep this
meaning; one that is new and runs in a unit or a claim has to be told here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from streams.engine import dead_letters
from streams.engine.database import QUERIES
from streams.engine.log import LOGS
from tests.simulator import parking, quarantine
from tests.simulator.database import Handler, Transaction

Rows = list[tuple[Any, ...]]
TABLE = re.compile(r'(?:from|copy) "?engine"?\."?(\w+)"?')
LOG_OF_TABLE = {log.table.split(".")[1]: log.name for log in LOGS}


def _place(p: Mapping[str, Any]) -> tuple[str, int, str]:
    return p["stage"], p["version"], p["region"]


def claim_head(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    tx.lock("head", *_place(p), frees=True)
    epoch, sequence = tx.read("head", *_place(p)) or (0, 0)
    tx.write((epoch + 1, sequence), "head", *_place(p))
    tx.write(p["worker"], "head_worker", *_place(p))
    return [(epoch + 1, sequence)]


def claim_inputs(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    rows: Rows = []
    for topic, topic_id in zip(p["topics"], p["topic_ids"], strict=True):
        tx.lock("input", *_place(p), topic)
        at = tx.read("input", *_place(p), topic) or (topic_id, -1, 0, 0)
        tx.write(at, "input", *_place(p), topic)
        rows.append((topic, *at))
    return rows


def claim_log(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    key = (p["log"], p["region"])
    tx.lock("log_head", *key)
    head = tx.read("log_head", *key) or (1, 0, 0, 0, -1)
    tx.write(head, "log_head", *key)
    return [(*head[:3], head[4])]


def read_lease(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    head = tx.read("head", *_place(p))
    return [] if head is None else [head]


def read_inputs(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    stage, version, region = _place(p)
    return [
        (key[3], *at[1:])
        for key, at in tx.rows_of("input").items()
        if key[:3] == (stage, version, region)
    ]


def read_log_head(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    head = tx.read("log_head", p["log"], p["region"])
    return [] if head is None else [head[:2]]


def read_log_histories(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    found: Rows = []
    rows = {**tx.database.rows, **tx.writes}
    for place in sorted(zip(p["logs"], p["regions"], strict=True)):
        head = tx.read("log_head", *place)
        if head is None:
            continue
        begun = sorted(
            (key[2], first)
            for (table, key), first in rows.items()
            if table == "incarnation" and key[:2] == place
        )
        openings = [(first, number) for number, first in begun] or [(None, None)]
        found += [(*place, head[1], *opening) for opening in openings]
    return found


def raise_incarnation(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    key = (p["log"], p["region"])
    if tx.read("log_head", *key) is None:
        return []
    tx.lock("log_head", *key)
    incarnation, *at = tx.read("log_head", *key)
    tx.write((max(incarnation, p["incarnation"]), *at), "log_head", *key)
    return []


def note_incarnation(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    key = (p["log"], p["region"], p["incarnation"])
    tx.lock("incarnation", *key)
    if tx.read("incarnation", *key) is None:
        tx.write(p["first"], "incarnation", *key)
    return []


def fence(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    moved: Rows = []
    wanted = zip(p["regions"], p["epochs"], p["sequences"], strict=True)
    for region, epoch, sequence in wanted:
        key = (p["stage"], p["version"], region)
        if tx.read("head", *key) is None:
            continue
        tx.lock("head", *key)
        if tx.read("head", *key) == (epoch, sequence):
            tx.write((epoch, sequence + 1), "head", *key)
            moved.append((region,))
    return moved


def advance_inputs(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    columns = ("regions", "topics", "offsets", "incarnations", "positions")
    for region, topic, *at in zip(*(p[name] for name in columns), strict=True):
        key = (p["stage"], p["version"], region, topic)
        if tx.read("input", *key) is None:
            continue
        tx.lock("input", *key)
        topic_id = tx.read("input", *key)[0]
        tx.write((topic_id, *at), "input", *key)
    return []


def advance_logs(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    moved: Rows = []
    for *key, old, count in zip(p["logs"], p["regions"], p["olds"], p["counts"], strict=True):
        if tx.read("log_head", *key) is None:
            continue
        tx.lock("log_head", *key)
        incarnation, position, *relayed = tx.read("log_head", *key)
        if position == old:
            tx.write((incarnation, position + count, *relayed), "log_head", *key)
            moved.append((*key, incarnation))
    return moved


def copy_ledger(tx: Transaction, rows: Rows) -> Rows:
    for region, topic, offset, outcome, position, *_ in rows:
        tx.insert((outcome, position), "ledger", region, topic, offset)
    return []


def copy_log_rows(tx: Transaction, told: tuple[str, Rows]) -> Rows:
    log = LOG_OF_TABLE[_table(told[0])]
    for region, position, incarnation, _, key, body, *_ in told[1]:
        tx.insert((incarnation, key, body), log, region, position)
    return []


def log_rows(tx: Transaction, told: tuple[str, Mapping[str, Any]]) -> Rows:
    log, p = LOG_OF_TABLE[_table(told[0])], told[1]
    positions = range(p["first"], p["last"] + 1)
    found = ((position, tx.read(log, p["region"], position)) for position in positions)
    return [(position, *row) for position, row in found if row is not None]


def insert_dead_letter(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    tx.lock("dead_letter", p["id"])
    tx.write((p["region"], p["topic"], p["offset"], p["code"]), "dead_letter", p["id"])
    return []


def store_relayed(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    key = (p["log"], p["region"])
    if tx.read("log_head", *key) is None:
        return []
    tx.lock("log_head", *key)
    incarnation, position, relayed, epoch, offset = tx.read("log_head", *key)
    if epoch <= p["epoch"]:
        told = (max(relayed, p["relayed"]), p["epoch"], max(offset, p["offset"]))
        tx.write((incarnation, position, *told), "log_head", *key)
    return []


def post(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    seq = tx.database.next_identity()
    columns = ("id", "topic", "partition", "body_sealed", "envelope_sealed")
    row = (p["stage"], p["region"], *(p[name] for name in columns))
    tx.insert(row, "outbox", seq)
    return []


def waiting(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    found = sorted(
        (key[0], row)
        for key, row in tx.rows_of("outbox").items()
        if row[:2] == (p["stage"], p["region"])
    )
    return [
        (seq, record_id, "re_routed", topic, partition, body, envelope)
        for seq, (_, _, record_id, topic, partition, body, envelope) in found[: p["rows_max"]]
    ]


def forget_posted(tx: Transaction, p: Mapping[str, Any]) -> Rows:
    for seq in p["seqs"]:
        tx.write(None, "outbox", seq)
    return []


def nothing(tx: Transaction, p: object) -> Rows:
    """Progress times and query plans: they change no outcome."""
    return []


def read_row(tx: Transaction, p: tuple[Any, ...]) -> Rows:
    row = tx.read(*p)
    return [] if row is None else [(row,)]


def lock_row(tx: Transaction, p: tuple[Any, ...]) -> Rows:
    """Wait for a row as `select … for update` does, then read it."""
    tx.lock(*p)
    return read_row(tx, p)


def write_row(tx: Transaction, p: tuple[Any, ...]) -> Rows:
    value, table, *key = p
    tx.write(value, table, *key)
    return []


def insert_row(tx: Transaction, p: tuple[Any, ...]) -> Rows:
    value, table, *key = p
    tx.insert(value, table, *key)
    return []


def _table(text: str) -> str:
    found = TABLE.search(text)
    if found is None:
        raise NotImplementedError(f"no table of a log in: {text[:80]}")
    return found[1]


NAMED: tuple[Callable[..., Rows], ...] = (
    claim_head, claim_inputs, claim_log, read_lease, read_inputs, read_log_head,
    read_log_histories, raise_incarnation, note_incarnation, fence, advance_inputs,
    advance_logs, copy_ledger, store_relayed,
)  # fmt: skip
NAMED_IN_REPAIR: tuple[Callable[..., Rows], ...] = (
    insert_dead_letter, post, waiting, forget_posted,
)  # fmt: skip
WITHOUT_OUTCOME = ("note_progress", "forget_progress", "discard_plans")
# The stages of the simulator own their tables: these are all the statements they need.
READ, LOCK = "read one row", "lock one row"
WRITE, INSERT = "write one row", "insert one row"

HANDLERS: Mapping[str, tuple[str, Handler]] = MappingProxyType(
    {QUERIES[call.__name__]: (call.__name__, call) for call in NAMED}
    | {dead_letters.QUERIES[call.__name__]: (call.__name__, call) for call in NAMED_IN_REPAIR}
    | {QUERIES[name]: (name, nothing) for name in WITHOUT_OUTCOME}
    | dict(parking.HANDLERS)
    | dict(quarantine.HANDLERS)
    | {"log rows": ("log rows", log_rows), "copy log rows": ("copy log rows", copy_log_rows)}
    | {
        READ: (READ, read_row),
        LOCK: (LOCK, lock_row),
        WRITE: (WRITE, write_row),
        INSERT: (INSERT, insert_row),
    }
)
