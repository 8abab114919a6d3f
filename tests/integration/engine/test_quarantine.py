"""A record that workers die of: found, set aside undecoded, and what stands beside it goes on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from streams.engine import quarantine
from streams.engine.errors import Fenced, StopError
from streams.engine.stage import Batch, InputRecord
from streams.engine.unit import Unit
from streams.engine.worker import Worker
from tests.support.deadly_stage import RAISES, DeadlyStage

FINDINGS_TOPIC = "vt.findings.v1"
ADVICE_TOPIC = "vt.in.advice.v1"
Maker = Callable[..., Worker]


@pytest.fixture
def stage(make_topic: Callable[[str], str]) -> DeadlyStage:
    make_topic(FINDINGS_TOPIC)
    return DeadlyStage(f"deadly-{uuid.uuid4().hex[:6]}", (make_topic("a"),))


def rows(database: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query, values).fetchall()


def incarnation(stage: DeadlyStage, make_worker: Maker) -> Worker:
    """Return a worker that has just started and claimed everything."""
    worker = make_worker(stage)
    worker.claim({(topic, partition) for topic in stage.topics for partition in (0, 1)})
    return worker


def offer(worker: Worker, topic: str, values: list[bytes]) -> None:
    """Hand the worker what is not applied yet, as one poll would."""
    lease = worker.leases[topic, 0]
    records = [
        InputRecord(topic=topic, offset=offset, key=b"k", value=value)
        for offset, value in enumerate(values)
        if offset > lease.inputs[topic].offset
    ]
    worker.apply(Unit(batches=[Batch(lease=lease, records=records)]))


def set_aside(stage: DeadlyStage, make_worker: Maker, send: Any, values: list[bytes]) -> None:
    """Let three incarnations die of the first harmful value, and a fourth go on."""
    (topic,) = stage.topics
    send(topic, 0, values)
    for _ in range(quarantine.DEATHS_MAX):
        with pytest.raises(KeyError):
            offer(incarnation(stage, make_worker), topic, values)
    offer(incarnation(stage, make_worker), topic, values)


def test_the_third_death_of_a_record_sets_it_aside_and_nothing_else(
    stage: DeadlyStage, make_worker: Maker, send: Any, engine_database: str
) -> None:
    set_aside(stage, make_worker, send, [b"0", b"1", RAISES, b"3", b"4"])
    ledger = rows(engine_database, 'select "offset", outcome, code from engine.ledger order by 1')
    assert ledger == [
        (0, "applied", None), (1, "applied", None),
        (2, "dead_lettered", "stage.quarantined"),
        (3, "applied", None), (4, "applied", None),
    ]  # fmt: skip
    kept = "select code, status, size_bytes, body_sealed is not null from engine.dead_letter"
    assert rows(engine_database, kept) == [("stage.quarantined", "open", len(RAISES), True)]
    assert rows(engine_database, "select * from engine.marker") == []


def test_each_death_is_written_down_before_the_worker_ends(
    stage: DeadlyStage, make_worker: Maker, send: Any, engine_database: str
) -> None:
    (topic,) = stage.topics
    values = [b"0", RAISES, b"2"]
    send(topic, 0, values)
    for number in (1, 2, 3):
        with pytest.raises(KeyError):
            offer(incarnation(stage, make_worker), topic, values)
        marker = rows(engine_database, "select topic, place, in_hand, deaths from engine.marker")
        assert marker == [(topic, 1, False, number)]
    assert rows(engine_database, 'select "offset" from engine.ledger') == [(0,)]


def test_of_an_advice_only_a_hash_is_kept(
    make_topic: Callable[[str], str], make_worker: Maker, send: Any, engine_database: str
) -> None:
    make_topic(FINDINGS_TOPIC)
    stage = DeadlyStage(f"deadly-{uuid.uuid4().hex[:6]}", (make_topic(ADVICE_TOPIC),))
    set_aside(stage, make_worker, send, [RAISES])
    kept = "select code, body_sealed, envelope_sealed, size_bytes from engine.dead_letter"
    assert rows(engine_database, kept) == [("stage.quarantined", None, None, len(RAISES))]


def test_a_defect_that_every_record_meets_stops_the_worker_in_the_end(
    stage: DeadlyStage, make_worker: Maker, send: Any, engine_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(quarantine, "QUARANTINED_PER_HOUR_MAX", 1)
    (topic,) = stage.topics
    values = [RAISES, RAISES]
    send(topic, 0, values)
    for _ in range(2 * quarantine.DEATHS_MAX):
        with pytest.raises(KeyError):
            offer(incarnation(stage, make_worker), topic, values)
    with pytest.raises(StopError, match="defect of the program"):
        offer(incarnation(stage, make_worker), topic, values)
    assert rows(engine_database, 'select "offset" from engine.ledger') == [(0,)]


@pytest.mark.parametrize("case", [(True, 2), (False, 1)], ids=["own fault", "from outside"])
def test_a_death_counts_for_what_this_very_worker_had_in_hand(
    stage: DeadlyStage, make_worker: Maker, send: Any, engine_database: str,
    case: tuple[bool, int],
) -> None:  # fmt: skip
    blamed, deaths = case
    (topic,) = stage.topics
    values = [RAISES]
    send(topic, 0, values)
    with pytest.raises(KeyError):
        offer(incarnation(stage, make_worker), topic, values)
    with psycopg.connect(engine_database) as connection:
        connection.execute("update engine.marker set in_hand = true")
    other = make_worker(stage, "test-2", blamed=True)
    other.claim({(topic, 0), (topic, 1)})
    marker = "select worker, in_hand, deaths from engine.marker"
    assert rows(engine_database, marker) == [("test-1", True, 1)], "it is not for others to say"
    same = make_worker(stage, "test-1", blamed=blamed)
    for _ in range(2):
        same.claim({(topic, 0), (topic, 1)})
    assert rows(engine_database, marker) == [("test-1", False, deaths)]
    assert same.leases[topic, 0].suspects == {(topic, 0)}


def test_while_all_is_well_no_marker_is_written(
    stage: DeadlyStage, make_worker: Maker, send: Any, engine_database: str
) -> None:
    (topic,) = stage.topics
    send(topic, 0, [b"0", b"1"])
    worker = incarnation(stage, make_worker)
    lease = worker.leases[topic, 0]
    assert (lease.careful, lease.suspects) == (0, set())
    offer(worker, topic, [b"0", b"1"])
    assert rows(engine_database, "select * from engine.marker") == []
    sequence = "select sequence from engine.head where region = 'noord'"
    assert rows(engine_database, sequence) == [(1,)]


def test_a_zombie_sets_no_marker(
    stage: DeadlyStage, make_worker: Maker, send: Any, engine_database: str
) -> None:
    (topic,) = stage.topics
    send(topic, 0, [b"0"])
    zombie = make_worker(stage, blamed=True)
    zombie.claim({(topic, 0), (topic, 1)})
    assert zombie.leases[topic, 0].careful == quarantine.CAREFUL_RECORDS
    incarnation(stage, make_worker)
    with pytest.raises(Fenced):
        offer(zombie, topic, [b"0"])
    assert rows(engine_database, "select * from engine.marker") == []
