"""Each statement that the simulator tells in Python means what PostgreSQL makes of it.

One long random walk over few keys runs on both: transactions of a few statements, committed or
rolled back.  Every answer, every error and all that is committed must be the same.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from schemas.events import derived_id
from streams.engine import dead_letters, parking, quarantine
from streams.engine.database import QUERIES, Connection
from streams.engine.errors import StopError
from streams.engine.log import LOGS, Log
from streams.engine.log_tables import PostgresLogTables
from tests.contract.engine.rigs import REGIONS, PostgresRig, SimulatedRig
from tests.simulator.statements import HANDLERS, INSERT, LOCK, READ, WRITE

SEED = int(os.environ.get("RADAR_TEST_SEED", "20"))
TRANSACTIONS = 1950
RUNS_MIN = 100
STAGES = ("counting", "reading")
TOPICS = ("in.police", "in.school")
AT = datetime(2026, 1, 1, tzinfo=UTC)
ID = UUID(int=7)
# Further columns of each log's table, which the engine only passes on.
FURTHER: Mapping[str, tuple[Any, ...]] = {
    "journal": (AT, "source", "id", "Record", ["household"]),
    "findings": ("household", ID, 0),
    "advice": (AT, "source", "id", "Record"),
}

EVERY_QUERY = {**QUERIES, **dead_letters.QUERIES, **parking.QUERIES, **quarantine.QUERIES}

Step = Callable[[Connection], object]
Draw = Callable[[random.Random], Step]


def place(draw: random.Random) -> dict[str, Any]:
    return {"stage": draw.choice(STAGES), "version": 1, "region": draw.choice(REGIONS)}


def answered(name: str, parameters: Mapping[str, Any]) -> Step:
    """Compare the rows that a statement answers with, in any order."""
    query = EVERY_QUERY[name]

    def step(connection: Connection) -> object:
        return sorted(connection.execute(query, parameters).fetchall())

    return step


def done(name: str, parameters: Mapping[str, Any] | None = None) -> Step:
    """Run a statement of which the engine asks no answer: what it did is seen in the tables."""
    query = EVERY_QUERY[name]

    def step(connection: Connection) -> object:
        connection.execute(query, parameters, prepare=False)
        return None

    return step


def claim_inputs(draw: random.Random) -> Step:
    topics = draw.sample(TOPICS, draw.randint(1, 2))
    ids = [draw.choice(("one", "two")) for _ in topics]
    return answered("claim_inputs", place(draw) | {"topics": topics, "topic_ids": ids})


def log_place(draw: random.Random) -> dict[str, Any]:
    return {"log": draw.choice(LOGS).name, "region": draw.choice(REGIONS)}


def log_places(draw: random.Random) -> dict[str, Any]:
    places = draw.sample([(log.name, region) for log in LOGS for region in REGIONS], 2)
    return {"logs": [log for log, _ in places], "regions": [region for _, region in places]}


def fence(draw: random.Random) -> Step:
    regions = draw.sample(REGIONS, draw.randint(1, 2))
    asked = {
        **place(draw),
        "regions": regions,
        "epochs": [draw.randint(1, 4) for _ in regions],
        "sequences": [draw.randint(0, 3) for _ in regions],
    }
    return lambda connection: connection.execute(QUERIES["fence"], asked).rowcount


def advance(name: str) -> Draw:
    def drawn(draw: random.Random) -> Step:
        places = draw.sample([(r, t) for r in REGIONS for t in TOPICS], draw.randint(1, 3))
        asked = {
            **place(draw),
            "regions": [region for region, _ in places],
            "topics": [topic for _, topic in places],
            "offsets": [draw.randrange(100) for _ in places],
            "incarnations": [draw.randint(0, 2) for _ in places],
            "positions": [draw.randrange(100) for _ in places],
            "record_ms": [draw.choice((None, 1_000.0)) for _ in places],
        }
        return done(name, asked)

    return drawn


def advance_logs(draw: random.Random) -> Step:
    asked = log_places(draw)
    olds = [draw.randrange(4) for _ in asked["logs"]]
    counts = [draw.randint(1, 2) for _ in asked["logs"]]
    return answered("advance_logs", {**asked, "olds": olds, "counts": counts})


def incarnation(name: str) -> Draw:
    def drawn(draw: random.Random) -> Step:
        told = {"incarnation": draw.randint(1, 5), "first": draw.randrange(20)}
        return done(name, log_place(draw) | told)

    return drawn


def store_relayed(draw: random.Random) -> Step:
    told = {"relayed": draw.randrange(20), "epoch": draw.randrange(6), "offset": draw.randrange(9)}
    return done("store_relayed", log_place(draw) | told)


def copy_ledger(draw: random.Random) -> Step:
    offsets = [draw.randrange(200) for _ in range(draw.randint(1, 2))]
    region, topic = draw.choice(REGIONS), draw.choice(TOPICS)
    rows = [
        (region, topic, offset, "applied", draw.choice((None, 5)), None, "source", "id")
        for offset in offsets
    ]
    return copied(QUERIES["copy_ledger"], rows)


def copy_log_rows(draw: random.Random) -> Step:
    log, region = draw.choice(LOGS), draw.choice(REGIONS)
    columns = ("region", "position", "incarnation", "row_version", "key", "body", *log.columns)
    rows = [
        (
            region,
            position,
            1,
            1,
            b"key",
            b"a|b|household|%d" % draw.randrange(9),
            *FURTHER[log.name],
        )
        for position in [draw.randrange(40) for _ in range(draw.randint(1, 2))]
    ]
    return copied(f"copy {log.table} ({', '.join(columns)}) from stdin", rows)


def copied(statement: str, rows: list[tuple[Any, ...]]) -> Step:
    def step(connection: Connection) -> object:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        return None

    return step


def log_rows(draw: random.Random) -> Step:
    log: Log = draw.choice(LOGS)
    region, first = draw.choice(REGIONS), draw.randrange(40)
    last = first + draw.randint(0, 1)
    return lambda connection: PostgresLogTables(connection).rows(
        log, region, first, last, offset=-1
    )


def insert_dead_letter(draw: random.Random) -> Step:
    at = (draw.choice(STAGES), draw.choice(REGIONS), draw.choice(TOPICS), draw.randrange(40))
    names = ("stage", "region", "topic", "offset")
    letter = dict(zip(names, at, strict=True)) | {
        "id": derived_id(*at[:3], str(at[3])),
        "code": draw.choice(("avro.decode", "size.empty")),
        "body_sealed": b"sealed", "envelope_sealed": None, "sha256": b"hash", "size_bytes": 6,
        "headers": "{}",
    }  # fmt: skip
    return done("insert_dead_letter", letter)


def post(draw: random.Random) -> Step:
    row = {
        "id": UUID(int=draw.getrandbits(64)), "topic": draw.choice(TOPICS), "partition": 1,
        "body_sealed": draw.randbytes(4), "envelope_sealed": draw.choice((None, b"envelope")),
    }  # fmt: skip
    return done("post", place(draw) | row)


def waiting(draw: random.Random) -> Step:
    asked = place(draw) | {"rows_max": draw.randint(1, 5)}
    query = dead_letters.QUERIES["waiting"]
    # In order: it is the order of sending.
    return lambda connection: connection.execute(query, asked).fetchall()


def forget_posted(draw: random.Random) -> Step:
    seqs = [draw.randrange(1, 400) for _ in range(draw.randint(1, 30))]
    return done("forget_posted", {"seqs": seqs})


def parking_place(draw: random.Random) -> dict[str, Any]:
    households = [f"household {draw.randrange(30)}" for _ in range(draw.randint(1, 2))]
    return place(draw) | log_place(draw) | {"household_ids": households}


def parking_ids(at: Mapping[str, Any], position: int) -> list[UUID]:
    parts = (at["stage"], at["region"], at["log"])
    return [derived_id(*parts, household, str(position)) for household in at["household_ids"]]


def park(draw: random.Random) -> Step:
    at, position = parking_place(draw), draw.randrange(40)
    told = {"code": "ValueError", "place": "", "ids": parking_ids(at, position)}
    return done("park", at | told | {"position": position})


def asked_for(draw: random.Random) -> Step:
    at = parking_place(draw)
    ids = [name for position in range(40) for name in parking_ids(at, position)]
    return answered("asked_for", at | {"ids": ids})


def unpark(draw: random.Random) -> Step:
    told = {"until": draw.randrange(40, 100), "asked_at": draw.randrange(100)}
    return done("unpark", parking_place(draw) | told)


def failed_again(draw: random.Random) -> Step:
    return done("failed_again", parking_place(draw) | {"code": "KeyError", "place": ""})


def households_of_findings(draw: random.Random) -> Step:
    positions = draw.sample(range(40), 3)
    asked = {"region": draw.choice(REGIONS), "positions": positions}
    return answered("households_of_findings", asked)


def of_marker(name: str) -> Draw:
    def drawn(draw: random.Random) -> Step:
        at = place(draw) | {"topic": draw.choice(TOPICS), "place": draw.randrange(3)}
        is_late = draw.random() < 0.2

        def step(connection: Connection) -> object:
            head = connection.execute(QUERIES["read_lease"], at).fetchone()
            told = at | {"epoch": 0 if head is None else head[0] - is_late}
            return connection.execute(EVERY_QUERY[name], told).fetchall()

        return step

    return drawn


def forget_marker(draw: random.Random) -> Step:
    at = {"topic": draw.choice(TOPICS), "place": draw.randrange(3)}
    return done("forget_marker", place(draw) | at)


def close_markers(draw: random.Random) -> Step:
    told = {"worker": draw.choice("ab"), "blamed": draw.random() < 0.5}
    return done("close_markers", place(draw) | told)


def count_quarantined(draw: random.Random) -> Step:
    return answered("count_quarantined", place(draw) | {"code": "stage.quarantined"})


# How to call each statement that the simulator knows; one that is missing here fails a test.
DRAWS: Mapping[str, Draw] = {
    "claim_head": lambda draw: answered("claim_head", place(draw) | {"worker": draw.choice("ab")}),
    "claim_inputs": claim_inputs,
    "claim_log": lambda draw: answered("claim_log", log_place(draw)),
    "read_lease": lambda draw: answered("read_lease", place(draw)),
    "read_inputs": lambda draw: answered("read_inputs", place(draw)),
    "read_log_head": lambda draw: answered("read_log_head", log_place(draw)),
    "read_log_histories": lambda draw: answered("read_log_histories", log_places(draw)),
    "raise_incarnation": incarnation("raise_incarnation"),
    "note_incarnation": incarnation("note_incarnation"),
    "fence": fence,
    "advance_inputs": advance("advance_inputs"),
    "note_progress": advance("note_progress"),
    "forget_progress": lambda draw: done("forget_progress", place(draw) | {"regions": ["noord"]}),
    "discard_plans": lambda _: done("discard_plans"),
    "advance_logs": advance_logs,
    "copy_ledger": copy_ledger,
    "store_relayed": store_relayed,
    "log rows": log_rows,
    "copy log rows": copy_log_rows,
    "insert_dead_letter": insert_dead_letter,
    "post": post,
    "waiting": waiting,
    "forget_posted": forget_posted,
    "load_parked": lambda draw: answered("load_parked", place(draw)),
    "park": park,
    "asked_for": asked_for,
    "unpark": unpark,
    "failed_again": failed_again,
    "households_of_findings": households_of_findings,
    "set_marker": of_marker("set_marker"),
    "count_death": of_marker("count_death"),
    "forget_marker": forget_marker,
    "close_markers": close_markers,
    "read_markers": lambda draw: answered("read_markers", place(draw)),
    "count_quarantined": count_quarantined,
}


def test_every_statement_that_the_simulator_tells_is_compared() -> None:
    assert set(DRAWS) == {name for name, _ in HANDLERS.values()} - {READ, LOCK, WRITE, INSERT}


@pytest.mark.timeout(120)
def test_the_simulator_answers_as_postgresql_does(postgres: PostgresRig) -> None:
    print(f"RADAR_TEST_SEED={SEED} repeats it")
    draw, runs, ends = random.Random(SEED), Counter[str](), Counter[str]()
    simulated = SimulatedRig()
    real_connection, fake_connection = postgres.connect(), simulated.connect()
    for number in range(TRANSACTIONS):
        names = draw.choices(list(DRAWS), k=draw.randint(1, 4))
        steps = [(name, DRAWS[name](draw)) for name in names]
        is_kept = draw.random() < 0.8
        real, fake = (
            transaction(connection, steps, is_kept=is_kept)
            for connection in (real_connection, fake_connection)
        )
        assert fake == real, f"transaction {number}: {names}"
        runs.update(name for name, _ in real)
        ends.update(str(answer) for _, answer in real if isinstance(answer, str))
        if number % 50 == 0:
            assert simulated.tables() == postgres.tables(), f"after {number}: {names}"
    assert simulated.tables() == postgres.tables()
    assert min(runs[name] for name in DRAWS) >= RUNS_MIN, runs
    assert ends["UniqueViolation"] > 10, "few keys met, so little was compared"
    assert all(postgres.tables().values()), "a table that stayed empty was not compared"


class RolledBack(Exception):
    """The end of a transaction that is not to be kept."""


def transaction(
    connection: Connection, steps: list[tuple[str, Step]], *, is_kept: bool
) -> list[tuple[str, object]]:
    """Run the steps in one transaction; return what each answered, at last with its error."""
    answers: list[tuple[str, object]] = []
    try:
        with connection.transaction():
            for name, step in steps:
                try:
                    answers.append((name, step(connection)))
                except (psycopg.Error, StopError) as error:
                    answers.append((name, type(error).__name__))
                    raise
            if not is_kept:
                raise RolledBack
    except (psycopg.Error, StopError, RolledBack):
        pass
    return answers
