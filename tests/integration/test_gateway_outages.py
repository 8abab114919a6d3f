"""What the gateway says while a server is away, and that nothing accepted is lost by it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.gateway import publisher
from hub.local.stack import LocalStack
from tests.support.gateway_hub import Hub, fresh, make_topics, open_hub

TOPIC = "vt.in.police.v1"


@pytest.fixture
def hub(local_stack: LocalStack, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(publisher, "DELIVERY_TIMEOUT_SECONDS", 2.0)
    bootstrap = local_stack.endpoints.kafka_bootstrap
    make_topics(bootstrap)
    with open_hub(database, bootstrap) as opened:
        yield opened


def until_accepted(hub: Hub, event: Any) -> Any:
    """Offer the same event until the gateway takes it, as a sender should."""
    deadline = time.monotonic() + 60
    while True:
        answer = hub.send(event)
        if answer.status_code != 503:
            return answer
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_frozen_broker_gives_503_and_the_retry_counts_once(
    hub: Hub, local_stack: LocalStack
) -> None:
    hub.send(fresh())
    first, event = hub.topic_end(TOPIC), fresh()
    broker = local_stack.supervisor.pids()["kafka"]
    os.kill(broker, signal.SIGSTOP)
    try:
        answer = hub.send(event)
    finally:
        os.kill(broker, signal.SIGCONT)
    assert answer.status_code == 503
    assert answer.json()["code"] == "http.outcome_unknown"
    assert int(answer.headers["retry-after"]) > 0
    accepted = until_accepted(hub, event)
    assert accepted.status_code == 202
    hub.admit(TOPIC, first)
    outcomes = hub.road.query("select outcome from engine.ledger where event_id = %s", event["id"])
    # The broker may have taken the first one after all: then there is a duplicate as well.
    assert outcomes.count(("applied",)) == 1
    assert hub.receipt(accepted).json()["status"] == "toegelaten"


def test_a_stopped_broker_gives_a_quick_503_and_recovers_by_itself(
    hub: Hub, local_stack: LocalStack
) -> None:
    before = fresh()
    assert hub.send(before).status_code == 202
    event = fresh()
    local_stack.supervisor.pause("kafka")
    try:
        deadline = time.monotonic() + 30
        while hub.deps.publisher.is_up and time.monotonic() < deadline:
            hub.send(event)
        started = time.monotonic()
        answer = hub.send(event)
        assert (answer.status_code, answer.json()["code"]) == (503, "http.broker_away")
        assert time.monotonic() - started < 1
    finally:
        local_stack.supervisor.resume("kafka")
    assert until_accepted(hub, event).status_code == 202
    assert hub.send(before).json()["status"] == "duplicaat"


def test_a_stopped_database_gives_503_and_recovers_by_itself(
    hub: Hub, local_stack: LocalStack
) -> None:
    first, event = hub.topic_end(TOPIC), fresh()
    local_stack.supervisor.pause("postgres")
    try:
        answer = hub.send(event)
        assert (answer.status_code, answer.json()["code"]) == (503, "http.database_away")
        assert hub.http.get("/v1/sleutels/drenthe").status_code == 503
    finally:
        local_stack.supervisor.resume("postgres")
    assert hub.topic_end(TOPIC) == first
    assert until_accepted(hub, event).status_code == 202
