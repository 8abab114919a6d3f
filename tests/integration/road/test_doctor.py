"""`radar doctor` on a running Radar: what is wrong, and what to do about it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, KafkaException
from confluent_kafka.admin import AdminClient

from hub.doctor import examine
from tests.support.databases import drop_database, fresh_database
from tests.support.road import Radar, eventually
from tests.support.road_command import radar_command

if TYPE_CHECKING:
    from collections.abc import Mapping

SPARE_TOPIC = "vt.audit.v1"  # nobody reads it yet, so taking it away disturbs nobody
SPARE_SCHEMA = "nl.veiligthuis.radar.ClockSwitched"  # no live region hears it
CHECKS = ["database", "broker", "topics", "registry", "schema bundle", "keys", "workers"]


def examined(
    radar: Radar, environment: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the checks by name, as a machine reads them."""
    ended = radar_command("doctor", "--json", data=radar.stack.data, environment=environment)
    told = ended.json()
    checks = {check["name"]: check for check in told["checks"]}
    assert list(checks) == CHECKS
    assert told["healthy"] is (ended.code == 0)
    for check in checks.values():
        # A person is told the same, and what to do about each thing that is wrong.
        assert check["says"] in ended.said
        assert check["is_well"] or check["cure"] in ended.said
    return ended.code, checks


def wrong(checks: Mapping[str, Any]) -> list[str]:
    return [name for name, check in checks.items() if not check["is_well"]]


def test_all_is_well(radar: Radar) -> None:
    eventually(lambda: all(f.is_well for f in examine(radar.settings)), "all is well")
    code, checks = examined(radar)
    assert (code, wrong(checks)) == (0, [])


def test_a_missing_topic_is_found_and_made_again(radar: Radar) -> None:
    admin = AdminClient({"bootstrap.servers": radar.settings.bootstrap})
    admin.delete_topics([SPARE_TOPIC])[SPARE_TOPIC].result(10)
    eventually(lambda: SPARE_TOPIC not in admin.list_topics(timeout=5).topics, "it is gone")
    code, checks = examined(radar)
    assert (code, wrong(checks)) == (1, ["topics"])
    assert SPARE_TOPIC in checks["topics"]["says"]
    assert checks["topics"]["cure"] == "radar topics apply"
    assert radar_command("topics", "apply", data=radar.stack.data).code == 0
    eventually(lambda: SPARE_TOPIC in admin.list_topics(timeout=5).topics, "it is back")
    assert wrong({f.name: f.document() for f in examine(radar.settings)}) == []


def test_an_unregistered_schema_is_found_and_registered_under_its_id(radar: Radar) -> None:
    bundle = (radar.settings.directory / "schema-ids.json").read_text()
    for suffix in ("", "?permanent=true"):
        address = f"{radar.settings.registry}/subjects/{SPARE_SCHEMA}{suffix}"
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE"), timeout=5).close()
    code, checks = examined(radar)
    assert (code, wrong(checks)) == (1, ["registry"])
    assert "ClockSwitched v1" in checks["registry"]["says"]
    assert checks["registry"]["cure"] == "radar schemas register"
    assert radar_command("schemas", "register", data=radar.stack.data).code == 0
    assert wrong({f.name: f.document() for f in examine(radar.settings)}) == []
    assert (radar.settings.directory / "schema-ids.json").read_text() == bundle


def test_a_database_that_was_not_migrated_is_found(radar: Radar) -> None:
    empty = fresh_database(radar.stack.endpoints)
    try:
        code, checks = examined(radar, {"RADAR_DATABASE_URL": empty})
        assert (code, wrong(checks)) == (1, ["database"])
        assert "migrations are not applied" in checks["database"]["says"]
        assert checks["database"]["cure"] == "radar migrate"
        ended = radar_command(
            "migrate", data=radar.stack.data, environment={"RADAR_DATABASE_URL": empty}
        )
        assert ended.code == 0
        assert examined(radar, {"RADAR_DATABASE_URL": empty})[0] == 0
    finally:
        drop_database(radar.stack.endpoints, empty)


@contextmanager
def half_a_worker(radar: Radar) -> Iterator[None]:
    """Take the place of a stage's worker, but of two of its three topics only."""
    consumer = Consumer(
        {
            "bootstrap.servers": radar.settings.bootstrap,
            "group.id": "radar.projections.v1",
            "client.id": "half-a-worker",
            "enable.auto.commit": False,
            "log_level": 2,
        }
    )
    consumer.subscribe(["vt.journal.v1", "vt.findings.v1"])

    def joined() -> bool:
        try:
            # Until its session has ended, the stopped worker keeps its place in the group and
            # with it Faust's way of dividing: poll says so, and tries again.
            consumer.poll(0.1)
        except KafkaException:
            return False
        return bool(consumer.assignment())

    try:
        eventually(joined, "half a worker has joined the group")
        yield
    finally:
        consumer.close()


def test_a_stopped_worker_and_one_with_part_of_a_region_are_found(radar: Radar) -> None:
    supervisor = radar.stack.supervisor
    supervisor.pause("projections")
    try:
        with half_a_worker(radar):
            code, checks = examined(radar)
        assert (code, wrong(checks)) == (1, ["workers"])
        assert (
            "projections: worker half-a-worker holds only part of region drenthe "
            "(not vt.advice-log.v1)"
        ) in checks["workers"]["says"]
        assert "radar work STAGE" in checks["workers"]["cure"]
        # Nobody is left in the group now.
        (workers,) = [f for f in examine(radar.settings) if f.name == "workers"]
        assert "projections: no worker" in workers.says
    finally:
        supervisor.resume("projections")
    eventually(lambda: all(f.is_well for f in examine(radar.settings)), "all is well again")


def test_nothing_that_runs_is_said_in_sentences_not_in_a_traceback(radar: Radar) -> None:
    nowhere = {
        "RADAR_DATABASE_URL": "postgresql://radar:geheim@127.0.0.1:1/radar",
        "RADAR_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "RADAR_REGISTRY_URL": "http://127.0.0.1:1",
    }
    ended = radar_command("doctor", "--json", data=radar.stack.data, environment=nowhere)
    checks = {check["name"]: check for check in ended.json()["checks"]}
    assert (ended.code, wrong(checks)) == (
        1,
        ["database", "broker", "topics", "registry", "workers"],
    )
    assert all(checks[name]["cure"] for name in wrong(checks))
    assert "Traceback" not in ended.said and "geheim" not in ended.said + ended.output
