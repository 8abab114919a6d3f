"""Parts of the gateway that answers alone do not show: logs, defects, twins, a slow body."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import anyio
import pytest
import structlog
from starlette.requests import Request
from starlette.testclient import TestClient

from connectors.gateway import requests
from connectors.gateway.app import GatewayDeps
from connectors.gateway.bodies import Offered
from connectors.gateway.errors import Refused, Unavailable
from connectors.gateway.in_flight import InFlight
from connectors.gateway.offers import read_offer, time_fault
from connectors.gateway.publisher import Publisher
from connectors.gateway.requests import read_body
from streams.engine.wire import WireMessage
from tests.support.gateway import NOBODY, REGIONS, client, police_report, principal

CANARIES = ("999990019", "Testvrouw", "Testkind", "PL0100-2025999999", "geheim-politie", "2019-05")


def test_logs_and_metrics_hold_nobody(http: TestClient) -> None:
    body = json.dumps(police_report()).encode()
    kind = {"content-type": requests.CLOUD_EVENT}
    with structlog.testing.capture_logs() as lines:
        http.post("/v1/gebeurtenissen", content=body, headers=kind)
        http.get("/v1/999990019/Testvrouw")
        http.get("/v1/ontvangstbewijzen/999990019")
    text = json.dumps(lines)
    assert [line["route"] for line in lines if line["event"] == "gateway_request"] == [
        "/gebeurtenissen",
        "unmatched",
        "/ontvangstbewijzen/{id}",
    ]
    assert not any(canary in text for canary in CANARIES)


class _Defective:
    """Stands for a defect of our own: an exception whose text holds a value."""

    def find(self, receipt_id: UUID, principal: object) -> None:
        raise ZeroDivisionError("Testvrouw 999990019")


def test_a_defect_is_a_500_that_tells_nothing(alone: GatewayDeps) -> None:
    deps: Any = replace(alone, statuses=_Defective())  # type: ignore[arg-type]
    with structlog.testing.capture_logs() as lines, client(deps) as http:
        answer = http.get(f"/v1/ontvangstbewijzen/{uuid4()}")
    assert answer.status_code == 500
    assert answer.json()["code"] == "http.internal"
    assert answer.headers["api-version"]
    assert "Testvrouw" not in answer.text + json.dumps(lines)
    (failed,) = [line for line in lines if line["event"] == "gateway_failed"]
    assert failed["error"] == "ZeroDivisionError"
    assert failed["where"].startswith("test_gateway_insides.py:")


def test_an_offer_and_its_reading_show_nobody() -> None:
    reading = read_offer(
        Offered(pointer="", document=police_report()), principal("politie"), REGIONS
    )
    assert reading.offer is not None
    assert not any(canary in repr(reading) for canary in CANARIES)


def test_times_are_measured_against_the_regions_clock() -> None:
    reading = read_offer(
        Offered(pointer="/3", document=police_report()), principal("politie"), REGIONS
    )
    assert reading.offer is not None
    assert time_fault(reading.offer, datetime(2025, 3, 2, 12, tzinfo=UTC)) is None
    fault = time_fault(reading.offer, datetime(2025, 2, 1, tzinfo=UTC))
    assert fault is not None
    assert (fault.pointer, fault.code) == ("/3/data/occurredAt", "domain.time_future")


def test_of_twins_one_sends_and_the_other_waits() -> None:
    flights, receipt = InFlight(), uuid4()
    assert flights.claim([receipt, receipt]) == ({receipt}, [])
    mine, others = flights.claim([receipt])
    assert mine == set() and len(others) == 1
    threading.Timer(0.05, flights.finish, [[receipt]]).start()
    others[0].result(timeout=2)
    assert flights.claim([receipt])[0] == {receipt}


def test_a_twin_hears_that_it_failed() -> None:
    flights, receipt = InFlight(), uuid4()
    flights.claim([receipt])
    _, others = flights.claim([receipt])
    flights.finish([receipt], Unavailable("http.outcome_unknown"))
    with pytest.raises(Unavailable):
        others[0].result(timeout=2)


def test_without_a_broker_the_second_event_is_not_made_to_wait() -> None:
    publisher = Publisher(NOBODY)
    message = WireMessage(topic="t", partition=0, key=b"", value=b"", headers=())
    deadline = time.monotonic() + 5
    while publisher.is_up and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    started = time.monotonic()
    with pytest.raises(Unavailable) as away:
        publisher.publish([message])
    assert away.value.code == "http.broker_away"
    assert time.monotonic() - started < 0.5
    publisher.close()


def test_a_broken_producer_is_replaced_and_its_waiters_are_told() -> None:
    message = WireMessage(topic="t", partition=0, key=b"", value=b"", headers=())
    # A broker that takes the connection and never says a word.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        publisher = Publisher(f"127.0.0.1:{silent.getsockname()[1]}")
        broken = publisher._producer
        threading.Timer(0.2, publisher._is_broken.set).start()
        started = time.monotonic()
        with pytest.raises(Unavailable) as unknown:
            publisher.publish([message])
        assert unknown.value.code == "http.outcome_unknown"
        assert time.monotonic() - started < 5
        assert publisher._producer is not broken
        publisher.close()


def test_a_body_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS_MAX", 0.2)

    async def dripping() -> AsyncIterator[dict[str, Any]]:
        while True:
            await anyio.sleep(0.05)
            yield {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> None:
        drops = dripping()
        request = Request({"type": "http", "headers": []}, receive=drops.__anext__)
        await read_body(request)

    with pytest.raises(Refused) as refused:
        anyio.run(read)
    assert refused.value.code == "http.timeout"
