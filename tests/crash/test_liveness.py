"""A worker that hangs ends itself; one that has nothing to do lives on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Producer

from tests.crash.counting_run import positions, pour, start, wait_for
from tests.support.deadly_stage import HELD

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

MODULE = "tests.support.deadly_stage"
STUCK_SECONDS = 4


@pytest.mark.timeout(120)
def test_a_worker_that_hangs_ends_itself_and_the_next_goes_on(
    stack: Endpoints, counted: str, topic: str, tmp_path: Path
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap})
    producer.produce(topic, HELD, b"key", partition=0)
    assert producer.flush(10) == 0
    worker = start(
        stack, counted, [topic], "slot-a", module=MODULE, hold=str(hold), stuck=STUCK_SECONDS
    )
    try:
        assert worker.wait(60) == 1
    finally:
        worker.kill()
        worker.wait()
    assert positions(counted) == 0
    hold.unlink()
    heir = start(stack, counted, [topic], "slot-a", module=MODULE, hold=str(hold))
    try:
        wait_for(counted, 1)
    finally:
        heir.terminate()
        heir.wait(30)


@pytest.mark.timeout(120)
def test_the_marker_of_a_transaction_is_no_unread_record(
    stack: Endpoints, counted: str, topic: str, tmp_path: Path
) -> None:
    """It has an offset at the end of the log, and no consumer is ever handed it."""
    pour(stack, topic, range(8))
    told = {"bootstrap.servers": stack.kafka_bootstrap, "transactional.id": topic}
    producer = Producer(told)
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(topic, b"8", b"key", partition=0)
    producer.commit_transaction(20)
    worker = start(
        stack, counted, [topic], "slot-a", module=MODULE,
        hold=str(tmp_path / "absent"), stuck=STUCK_SECONDS,
    )  # fmt: skip
    try:
        wait_for(counted, 9)
        time.sleep(3 * STUCK_SECONDS)
        assert worker.poll() is None
        pour(stack, topic, range(9, 12))
        wait_for(counted, 12)
    finally:
        worker.terminate()
        assert worker.wait(30) == 0
