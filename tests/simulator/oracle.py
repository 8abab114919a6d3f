"""What must hold when everything has drained, worked out from the topics alone.

It asks the engine nothing: a record's outcome follows from what was sent before it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from tests.simulator import parking, quarantine
from tests.simulator.database import Database
from tests.simulator.topics import Partition, Stored, Topics

REGION_CODES = ("noord", "oost", "zuid")
INPUTS = ("in.police", "in.school")
LOG_TOPIC = "vt.findings.v1"
FRAME_BYTES = 5
NO_HEAD = (1, 0, 0, 0, -1)
SENT_ON = "radar-re-routed"


class Violation(Exception):
    """Something that must never happen did."""


def is_drained(database: Database, topics: Topics) -> bool:
    """Say whether every record was read, every log row relayed and every row read again."""
    rows = database.rows
    for partition, region in enumerate(REGION_CODES):
        for topic in INPUTS:
            at = rows.get(("input", ("counting", 1, region, topic)))
            if topics.end((topic, partition)) and (
                at is None or at[1] != topics.end((topic, partition)) - 1
            ):
                return False
        head = rows.get(("log_head", ("findings", region)), NO_HEAD)
        read = rows.get(("input", ("reading", 1, region, LOG_TOPIC)), ("", -1, 0, 0))
        if not head[1] == head[2] == read[3]:
            return False
    return not database.open and not any(table == "outbox" for table, _ in rows)


def misplaced(database: Database, at: Partition, record: Stored) -> str | None:
    """Say what is wrong with a record that lands in the log's topic; None when nothing is."""
    if at[0] != LOG_TOPIC:
        return None
    region = REGION_CODES[at[1]]
    position = int(dict(record.headers)["radar-position"])
    row = database.rows.get(("findings", (region, position)))
    if incarnation_at(database, region, position) > _incarnation(record):
        # What was on its way before a restore may land after it: readers pass over it.
        return None
    if row is None:
        return f"{region}: position {position} was relayed before it was committed"
    if row[2] != (record.value or b"")[FRAME_BYTES:]:
        return f"{region}: position {position} was relayed with another body"
    return None


def differences(database: Database, topics: Topics) -> list[str]:
    """Return every difference between what was sent and what became of it."""
    found: list[str] = []
    for partition, region in enumerate(REGION_CODES):
        outcomes = {
            (topic, record.offset): (outcome, record)
            for topic in INPUTS
            for record, outcome in _outcomes(topics.logs.get((topic, partition), []), partition)
        }
        found += _ledger(database, region, outcomes)
        found += _log(database, region, outcomes)
        found += _relayed(database, topics, partition)
    found += quarantine.differences(database, topics, REGION_CODES)
    return found + _sent_on(topics)


def _outcomes(records: list[Stored], partition: int) -> list[tuple[Stored, str]]:
    """Tell what each record of one partition must become, by what stands before it there.

    What belongs to another partition is sent on; there it takes its place in line.
    """
    first: dict[bytes, bytes] = {}
    result = []
    for record in records:
        parts = (record.value or b"").split(b"|")
        if len(parts) != 4:
            result.append((record, "dead_lettered"))
        elif int(parts[1].split(b".")[0]) != partition:
            result.append((record, "re_routed"))
        elif parts[1] not in first:
            first[parts[1]] = parts[3]
            result.append((record, "applied"))
        else:
            same = first[parts[1]] == parts[3]
            result.append((record, "duplicate" if same else "conflict"))
    return result


def _ledger(database: Database, region: str, outcomes: dict[tuple[str, int], Any]) -> list[str]:
    found = []
    written = {
        (key[1], key[2]): row[0]
        for (table, key), row in database.rows.items()
        if table == "ledger" and key[0] == region
    }
    for at, (outcome, _) in outcomes.items():
        if written.get(at) != outcome:
            found.append(f"{region} {at}: {outcome} expected, {written.get(at)} in the ledger")
    found += [f"{region} {at}: in the ledger, never sent" for at in written.keys() - outcomes]
    letters = sorted(
        (row[1], row[2])
        for (table, _), row in database.rows.items()
        if table == "dead_letter" and row[0] == region
    )
    expected = sorted(at for at, (outcome, _) in outcomes.items() if outcome == "dead_lettered")
    if letters != expected:
        found.append(f"{region}: dead letters of {letters}, expected {expected}")
    return found


def _log(database: Database, region: str, outcomes: dict[tuple[str, int], Any]) -> list[str]:
    """Compare the log, what was folded of it and what was read of it."""
    rows = database.rows
    applied = {at: r.value for at, (outcome, r) in outcomes.items() if outcome == "applied"}
    log = {
        key[1]: row[2]
        for (table, key), row in rows.items()
        if table == "findings" and key[0] == region
    }
    found = []
    if sorted(log) != list(range(1, len(applied) + 1)):
        found.append(f"{region}: positions {sorted(log)} for {len(applied)} accepted records")
    head = rows.get(("log_head", ("findings", region)), NO_HEAD)
    if head[1] != len(log):
        found.append(f"{region}: the head says {head[1]} of {len(log)} rows")
    if sorted(log.values()) != sorted(applied.values()):
        found.append(f"{region}: the log holds other records than those accepted")
    last: dict[str, int] = {}
    for at in sorted(applied):
        _, position = rows.get(("ledger", (region, *at)), ("", None))
        if log.get(position) != applied[at] or position <= last.get(at[0], 0):
            found.append(f"{region} {at}: at position {position}, not its own or out of order")
            continue
        last[at[0]] = position
    in_order = [log[position] for position in sorted(log)]
    found += _folded(database, region, in_order)
    return found + parking.differences(database, region, in_order)


def _folded(database: Database, region: str, bodies: list[bytes]) -> list[str]:
    expected: dict[str, tuple[int, frozenset[tuple[str, str]], str]] = {}
    for body in bodies:
        source, event_id, household, _ = body.decode().split("|")
        _, known, chain = expected.get(household, (0, frozenset(), ""))
        known |= {(source, event_id)}
        chain = hashlib.sha256(f"{chain}{source}{event_id}".encode()).hexdigest()
        expected[household] = (len(known), known, chain)
    stored = {
        key[1]: row
        for (table, key), row in database.rows.items()
        if table == "household" and key[0] == region
    }
    wrong = [name for name in expected | stored if expected.get(name) != stored.get(name)]
    return [f"{region}: {name} is not what its log rows fold to" for name in sorted(wrong)]


def _relayed(database: Database, topics: Topics, partition: int) -> list[str]:
    region = REGION_CODES[partition]
    head = database.rows.get(("log_head", ("findings", region)), NO_HEAD)[1]
    there = {
        int(dict(record.headers)["radar-position"])
        for record in topics.logs.get((LOG_TOPIC, partition), [])
        if _is_row(database, region, record)
    }
    missing = sorted(set(range(1, head + 1)) - there)
    return [f"{region}: positions {missing} never reached the topic"] if missing else []


def incarnation_at(database: Database, region: str, position: int) -> int:
    begun = [
        int(key[2])
        for (table, key), first in database.rows.items()
        if table == "incarnation" and key[:2] == ("findings", region) and first <= position
    ]
    return max([1, *begun])


def _incarnation(record: Stored) -> int:
    return int(dict(record.headers)["radar-incarnation"])


def _is_row(database: Database, region: str, record: Stored) -> bool:
    position = int(dict(record.headers)["radar-position"])
    return _incarnation(record) == incarnation_at(database, region, position)


def _sent_on(topics: Topics) -> list[str]:
    """Every misplaced record was sent on to where it belongs, and nothing else was."""
    due: set[tuple[str, int, bytes]] = set()
    there: set[tuple[str, int, bytes]] = set()
    for topic in INPUTS:
        for partition in range(len(REGION_CODES)):
            for record in topics.logs.get((topic, partition), []):
                value = record.value or b""
                home = int(value.split(b"|")[1].split(b".")[0]) if b"|" in value else partition
                if SENT_ON in dict(record.headers):
                    there.add((topic, partition, value))
                elif home != partition:
                    due.add((topic, home, value))
    return [f"{at[0]} {at[1]}: never sent on, or sent on by mistake" for at in sorted(due ^ there)]
