"""A server stops under a running Radar: everybody says so, waits, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from hub.services import SERVICES
from tests.support.road import Answer, Radar, eventually, new_bsn, report
from tests.support.road_command import radar_command
from tests.support.road_sender import PersistentSender

if TYPE_CHECKING:
    from tests.support.road_kafka import KafkaPartner

RECOVERY_SECONDS_MAX = 20.0


def checks(radar: Radar, service: str) -> set[str]:
    """Return the names of what a process misses."""
    try:
        status, body = radar.health(service)
    except OSError:
        return set()  # it did not answer in time; it is asked again
    assert status == (503 if body["status"] == "fail" else 200)
    return set(body.get("checks", {}))


def is_missed(radar: Radar, service: str, check: str) -> bool:
    return check in checks(radar, service)


@contextmanager
def stopped(radar: Radar, server: str) -> Iterator[None]:
    """Stop one server of the stack while the test does what it does, and start it again."""
    restarts = radar.stack.supervisor.restarts()
    radar.stack.supervisor.pause(server)
    try:
        yield
    finally:
        radar.stack.supervisor.resume(server)
    of_everybody(radar.is_ready, "is ready again")
    # Nobody had to start them again: they waited.
    assert radar.stack.supervisor.restarts() == restarts


def of_everybody(ask: Callable[[str], bool], what: str) -> None:
    """Wait until something holds of each process, asked beside each other."""

    def wait(name: str) -> None:
        eventually(lambda: ask(name), f"{name} {what}", RECOVERY_SECONDS_MAX)

    with ThreadPoolExecutor(len(SERVICES)) as threads:
        list(threads.map(wait, [service.name for service in SERVICES]))


def check_everybody_says_so(radar: Radar, check: str) -> None:
    of_everybody(lambda name: is_missed(radar, name, check), f"misses the {check}")


def check_the_gateway_says_when_to_try_again(radar: Radar) -> None:
    said = report({"bsn": new_bsn()})

    def refused() -> Answer | None:
        answer = radar.send(said)
        return answer if answer.status == 503 else None

    answer = eventually(refused, "the gateway says that it cannot")
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] in {"/v1/problemen/unavailable", "/v1/problemen/outcome-unknown"}


@pytest.mark.parametrize(
    ("server", "check", "cure"),
    [
        ("kafka", "broker", "RADAR_KAFKA_BOOTSTRAP"),
        ("postgres", "database", "radar up"),
    ],
)
def test_a_server_that_the_road_needs(radar: Radar, server: str, check: str, cure: str) -> None:
    sender = PersistentSender(radar)
    sender.start()
    eventually(lambda: len(sender.taken) >= 3, "the first events are taken")
    with stopped(radar, server):
        check_everybody_says_so(radar, check)
        check_the_gateway_says_when_to_try_again(radar)
        ended = radar_command("doctor", "--json", data=radar.stack.data)
        found = {c["name"]: c for c in ended.json()["checks"]}
        assert (ended.code, found[check]["is_well"]) == (1, False)
        assert cure in found[check]["cure"]
    assert all(status == 503 and wait for status, wait in sender.refusals)
    sender.check_all_arrived_once()


def test_the_registry_which_the_road_does_not_need(radar: Radar) -> None:
    sender = PersistentSender(radar)
    with stopped(radar, "registry"):
        check_everybody_says_so(radar, "registry")
        sender.start()
        sender.check_all_arrived_once()
        ended = radar_command("doctor", "--json", data=radar.stack.data)
        found = {c["name"]: c for c in ended.json()["checks"]}
        assert [name for name, c in found.items() if not c["is_well"]] == ["registry"]
        assert "RADAR_REGISTRY_URL" in found["registry"]["cure"]
    assert sender.refusals == []


def test_what_waits_on_kafka_during_an_outage_of_the_database_is_admitted(
    radar: Radar, kafka: KafkaPartner
) -> None:
    said: dict[str, Any] = report({"bsn": new_bsn()})
    value = kafka.encoded(said, "vt.in.police.v1")
    with stopped(radar, "postgres"):
        kafka.put("vt.in.police.v1", value, said=said)
        eventually(lambda: "retry" in checks(radar, "admission"), "admission tries again")
    assert radar.household(said)
    assert radar.outcomes(said) == ["applied"]
