"""The local stack: it serves, keeps what it had, refuses a second owner, and leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from hub.local import postgres
from hub.local.endpoints import Endpoints, is_running, read_endpoints
from hub.local.errors import DataInUse, DataNotOurs, StackNotRunning
from hub.local.processes import started_ticks
from hub.local.stack import LocalStack, StackSettings, erase, kept_stack_id

RUNNER = """
import sys
from pathlib import Path
from hub.local.stack import LocalStack, StackSettings
stack = LocalStack(StackSettings.from_environment(Path(sys.argv[1]), durable=False))
with stack:
    stack.start(lambda step, seconds: None)
    print("started", flush=True)
    stack.supervisor.wait()
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """Return a data directory that every user can reach, as a home directory usually is."""
    directory = Path(tempfile.mkdtemp(prefix="radar-test-data-"))
    yield directory
    erase(StackSettings(data=directory))
    if directory.exists():
        directory.rmdir()


def quiet(_step: str, _seconds: float) -> None:
    """Take no interest in progress."""


def produce(endpoints: Endpoints, topic: str, value: bytes) -> None:
    admin = AdminClient({"bootstrap.servers": endpoints.kafka_bootstrap})
    for future in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        future.result(30)
    producer = Producer({"bootstrap.servers": endpoints.kafka_bootstrap, "acks": "all"})
    producer.produce(topic, value)
    assert producer.flush(30) == 0


def consume(endpoints: Endpoints, topic: str) -> bytes | None:
    settings = {
        "bootstrap.servers": endpoints.kafka_bootstrap,
        "group.id": f"test.{topic}",
        "auto.offset.reset": "earliest",
    }
    consumer = Consumer(settings)
    consumer.subscribe([topic])
    try:
        message = consumer.poll(30)
        assert message is not None
        assert message.error() is None
        return message.value()
    finally:
        consumer.close()


def kill_supervisor(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def has_ended(pid: int, seconds_max: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds_max
    while started_ticks(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    return started_ticks(pid) is None


def test_the_three_servers_answer(stack: Endpoints, database: str) -> None:
    produce(stack, "answer", b"value")
    assert consume(stack, "answer") == b"value"
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "select uuidv7() is not null, current_setting('TimeZone')"
        ).fetchone()
    assert row == (True, "UTC")
    with urllib.request.urlopen(f"{stack.registry_url}/subjects", timeout=10) as answer:
        assert json.load(answer) == []


def test_databases_are_empty_and_each_their_own(database: str, module_database: str) -> None:
    with psycopg.connect(database) as one, psycopg.connect(module_database) as other:
        one.execute("create table seen (id int)")
        one.commit()
        query = "select count(*) from pg_tables where schemaname = 'public'"
        assert one.execute(query).fetchone() == (1,)
        assert other.execute(query).fetchone() == (0,)


def test_topics_are_never_made_by_asking_for_them(stack: Endpoints) -> None:
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap, "message.timeout.ms": 500})
    producer.produce("misspelt", b"x")
    assert producer.flush(10) == 0, "the message was given up"
    topics = AdminClient({"bootstrap.servers": stack.kafka_bootstrap}).list_topics(timeout=10)
    assert "misspelt" not in topics.topics


def test_secrets_are_readable_by_their_owner_only(local_stack: LocalStack) -> None:
    for name in ("endpoints.json", "postgres.password"):
        assert stat.S_IMODE((local_stack.data / name).stat().st_mode) == 0o600
    assert local_stack.endpoints.database_url not in repr(local_stack.endpoints)


def test_a_running_stack_is_found_and_not_shared(local_stack: LocalStack) -> None:
    assert read_endpoints(local_stack.data) == local_stack.endpoints
    with pytest.raises(DataInUse, match="another process runs a stack"):
        LocalStack(local_stack.settings).start(quiet)
    with pytest.raises(DataInUse):
        erase(local_stack.settings)
    assert read_endpoints(local_stack.data) == local_stack.endpoints


def test_published_addresses_can_be_read(local_stack: LocalStack) -> None:
    before = local_stack.endpoints
    port = local_stack.port("gateway-metrics")
    local_stack.publish(web_url="http://127.0.0.1:1/", metrics_ports={"gateway": port})
    found = read_endpoints(local_stack.data)
    assert found.metrics_ports == {"gateway": port}
    assert found.web_url == "http://127.0.0.1:1/"
    assert set(found.pids) == {"postgres", "kafka", "registry"}
    local_stack.publish(web_url="", metrics_ports={})
    assert local_stack.endpoints == before


def test_a_killed_broker_comes_back_with_its_records(local_stack: LocalStack) -> None:
    produce(local_stack.endpoints, "survives", b"still here")
    local_stack.supervisor.pause("kafka", kill=True)
    assert "kafka" not in local_stack.supervisor.pids()
    assert local_stack.supervisor.resume("kafka") < 30
    assert consume(local_stack.endpoints, "survives") == b"still here"


def test_data_and_addresses_survive_a_killed_supervisor(data: Path) -> None:
    """Also proves that two stacks run side by side: the session's own is up."""
    command = [sys.executable, "-c", RUNNER, str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path.cwd())
    assert process.stdout is not None
    with process.stdout as output:
        assert output.readline() == b"started\n"
        before = read_endpoints(data)
        produce(before, "kept", b"once")
        with psycopg.connect(before.database_url) as connection:
            connection.execute("create table kept (id int)")
        kill_supervisor(process)
    assert not is_running(data)
    with pytest.raises(StackNotRunning, match="no stack runs"):
        read_endpoints(data)
    # Started again at once, while the old servers are still ending.
    with LocalStack(StackSettings.from_environment(data, durable=False)) as stack:
        after = stack.start(quiet)
        assert after.kafka_bootstrap == before.kafka_bootstrap
        assert after.registry_url == before.registry_url
        assert after.database_url == before.database_url
        assert consume(after, "kept") == b"once"
        with psycopg.connect(after.database_url) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
    assert all(has_ended(pid) for pid in (*before.pids.values(), *after.pids.values()))
    assert not (data / "endpoints.json").exists()


def test_everything_follows_when_a_port_was_taken(data: Path) -> None:
    import socket

    settings = StackSettings.from_environment(data, durable=False)
    with LocalStack(settings) as stack:
        before = stack.start(quiet)
        produce(before, "moves", b"along")
    ports = json.loads((data / "ports.json").read_text())
    with socket.socket() as broker, socket.socket() as controller:
        broker.bind(("127.0.0.1", ports["kafka"]))
        broker.listen()
        controller.bind(("127.0.0.1", ports["kafka-controller"]))
        controller.listen()
        with LocalStack(settings) as stack:
            after = stack.start(quiet)
            assert after.kafka_bootstrap != before.kafka_bootstrap
            assert after.database_url == before.database_url
            assert consume(after, "moves") == b"along"


def test_a_directory_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("two years of work")
    settings = StackSettings(data=tmp_path)
    with pytest.raises(DataNotOurs):
        erase(settings)
    with pytest.raises(DataNotOurs):
        LocalStack(settings).start(quiet)
    assert os.listdir(tmp_path) == ["thesis.txt"]  # noqa: PTH208  names, in no order


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs PostgreSQL as another user")
def test_root_may_keep_its_data_where_no_one_else_can_look(data: Path) -> None:
    """PostgreSQL's user cannot reach it, so the database lives elsewhere and goes with it."""
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    settings = StackSettings.from_environment(closed / "data", durable=False)
    with LocalStack(settings) as stack:
        first = stack.start(quiet)
        with psycopg.connect(first.database_url) as connection:
            connection.execute("create table kept (id int)")
        elsewhere = postgres.SHELTER / postgres.sheltered_name(kept_stack_id(stack.data))
        assert elsewhere.is_dir()
        assert not any((stack.data / "postgres").glob("*"))
    erase(settings)
    assert not elsewhere.exists()
    assert not (closed / "data").exists()
    closed.rmdir()
