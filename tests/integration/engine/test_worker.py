"""What the engine promises of one unit: all of it or nothing, once, by the newest claim only."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient, NewTopic

from streams.engine.errors import Fenced, StopError
from streams.engine.stage import Batch, InputRecord
from streams.engine.unit import Unit
from streams.engine.worker import Worker
from tests.support.counting_stage import CountingStage, ReadingStage
from tests.support.road import eventually

FINDINGS_TOPIC = "vt.findings.v1"


def record(topic: str, offset: int, value: bytes = b"x") -> InputRecord:
    return InputRecord(topic=topic, offset=offset, key=b"k", value=value)


def unit(worker: Worker, *records: tuple[str, int, int]) -> Unit:
    """Build a unit from (topic, partition, offset)."""
    found: dict[int, Batch] = {}
    for topic, partition, offset in records:
        lease = worker.leases[topic, partition]
        batch = found.setdefault(partition, Batch(lease=lease, records=[]))
        batch.records.append(record(topic, offset))  # type: ignore[attr-defined]
    return Unit(batches=list(found.values()))


def rows(database: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query, values).fetchall()


def topic_id(admin: AdminClient, topic: str) -> str | None:
    """Return Kafka's id of a topic; None while the broker knows of none."""
    try:
        described = admin.describe_topics(TopicCollection([topic]))[topic].result(10)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise
        return None
    return str(described.topic_id)


@pytest.fixture
def stage(make_topic: Callable[[str], str]) -> CountingStage:
    make_topic(FINDINGS_TOPIC)
    topics = (make_topic("a"), make_topic("b"))
    return CountingStage(f"count-{uuid.uuid4().hex[:6]}", topics)


def everything(stage: CountingStage) -> set[tuple[str, int]]:
    return {(topic, partition) for topic in stage.topics for partition in (0, 1)}


def test_a_unit_moves_offsets_ledger_and_log_together(
    stage: CountingStage, make_worker: Callable[..., Worker], engine_database: str,
    send: Callable[[str, int, list[bytes]], None],
) -> None:  # fmt: skip
    a, b = stage.topics
    send(a, 0, [b"x", b"x"])
    send(b, 0, [b"x"])
    worker = make_worker(stage)
    assert worker.claim(everything(stage)) == dict.fromkeys(everything(stage), 0)
    worker.apply(unit(worker, (a, 0, 0), (a, 0, 1), (b, 0, 0)))
    assert rows(engine_database, "select position from engine.findings order by 1") == [
        (1,), (2,), (3,),
    ]  # fmt: skip
    assert rows(engine_database, 'select topic, "offset", outcome from engine.ledger') == [
        (a, 0, "applied"), (a, 1, "applied"), (b, 0, "applied"),
    ]  # fmt: skip
    again = make_worker(stage, "test-2")
    assert again.claim(everything(stage)) == {(a, 0): 2, (b, 0): 1, (a, 1): 0, (b, 1): 0}


def test_a_zombie_writes_nothing(
    stage: CountingStage, make_worker: Callable[..., Worker], engine_database: str
) -> None:
    (a, _) = stage.topics
    zombie, heir = make_worker(stage), make_worker(stage, "test-2")
    zombie.claim(everything(stage))
    late = unit(zombie, (a, 0, 0))
    heir.claim(everything(stage))
    with pytest.raises(Fenced):
        zombie.apply(late)
    assert rows(engine_database, "select count(*) from engine.findings") == [(0,)]
    heir.apply(unit(heir, (a, 0, 0)))
    assert rows(engine_database, "select count(*) from engine.findings") == [(1,)]


def test_a_worker_that_holds_part_of_a_region_leaves_it_and_says_so(
    stage: CountingStage, make_worker: Callable[..., Worker]
) -> None:
    a, b = stage.topics
    worker = make_worker(stage)
    claimed = worker.claim({(a, 0), (b, 0), (a, 1)})
    assert set(claimed) == {(a, 0), (b, 0)}
    assert b in worker.problems["region zuid"]


def test_an_error_in_one_region_does_not_stop_the_other(
    stage: CountingStage, make_worker: Callable[..., Worker], engine_database: str
) -> None:
    (a, _) = stage.topics
    stage.poison["noord"], stage.pardons = ValueError("defect"), 3
    worker = make_worker(stage)
    worker.claim(everything(stage))
    with pytest.raises(ValueError, match="defect"):
        worker.apply(unit(worker, (a, 1, 0), (a, 0, 0)))
    assert rows(engine_database, "select distinct region from engine.findings") == [("zuid",)]


def test_a_transient_error_is_tried_again_and_counts_once(
    stage: CountingStage, make_worker: Callable[..., Worker], engine_database: str
) -> None:
    (a, _) = stage.topics
    stage.poison["noord"], stage.pardons = psycopg.OperationalError("gone"), 2
    worker = make_worker(stage)
    worker.claim(everything(stage))
    worker.apply(unit(worker, (a, 0, 0)))
    assert rows(engine_database, "select position from engine.findings") == [(1,)]
    assert "retry" not in worker.problems


def test_a_topic_that_was_made_again_is_refused(
    stage: CountingStage, make_worker: Callable[..., Worker], stack: Any,
    make_topic: Callable[[str], str],
) -> None:  # fmt: skip
    (a, _) = stage.topics
    worker = make_worker(stage)
    worker.claim(everything(stage))
    admin = AdminClient({"bootstrap.servers": stack.kafka_bootstrap})
    before = topic_id(admin, a)
    admin.delete_topics([a])[a].result(10)
    admin.create_topics([NewTopic(a, 2, 1)])[a].result(10)
    # A broker tells of the old topic, and then of none, a moment after the controller has made it.
    eventually(lambda: topic_id(admin, a) not in {None, before}, "the topic made again")
    with pytest.raises(StopError, match="deleted and made again"):
        make_worker(stage, "test-2").claim(everything(stage))


def test_offsets_beyond_the_log_are_refused(
    stage: CountingStage, make_worker: Callable[..., Worker]
) -> None:
    (a, _) = stage.topics
    worker = make_worker(stage)
    worker.claim(everything(stage))
    worker.apply(unit(worker, (a, 0, 41)))
    with pytest.raises(StopError, match="offset 42 is wanted but the log ends at 0"):
        make_worker(stage, "test-2").claim(everything(stage))


def test_a_log_reader_skips_what_it_has_and_fills_gaps_from_the_table(
    stage: CountingStage, make_worker: Callable[..., Worker]
) -> None:
    (a, _) = stage.topics
    worker = make_worker(stage)
    worker.claim(everything(stage))
    for offset in range(5):
        worker.apply(unit(worker, (a, 0, offset)))
    reader_stage = ReadingStage(f"read-{uuid.uuid4().hex[:6]}", FINDINGS_TOPIC)
    reader = make_worker(reader_stage, "reader")
    reader.claim({(FINDINGS_TOPIC, 0)})
    lease = reader.leases[FINDINGS_TOPIC, 0]

    def relayed(offset: int, position: int) -> InputRecord:
        return InputRecord(
            topic=FINDINGS_TOPIC,
            offset=offset,
            key=b"k",
            value=b"\x00\x00\x00\x00\x01x",
            headers=(("radar-position", str(position).encode()), ("radar-incarnation", b"1")),
        )

    for records in ([relayed(0, 2)], [relayed(1, 1), relayed(2, 2)], [relayed(3, 5)]):
        reader.apply(Unit(batches=[Batch(lease=lease, records=records)]))
    assert reader_stage.positions == [1, 2, 3, 4, 5]
    assert reader_stage.bodies == [b"x"] * 5
    assert lease.inputs[FINDINGS_TOPIC].offset == 3
