"""What every bench stands on: servers of its own, fresh databases, the real workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
from confluent_kafka import KafkaError, Message, Producer

from hub import topic_plan
from hub.local.stack import LocalStack, StackSettings, erase
from hub.local.supervisor import RESTART_DELAY_SECONDS_MIN
from hub.registry_sync import register_all, registry_client
from hub.schema_bundle import BUNDLE_FILE, frames, write_bundle
from hub.settings import Settings
from hub.up import prepare
from schemas.topics import TOPICS
from streams.engine.log import JOURNAL
from streams.engine.log_reader import INCARNATION_HEADER, POSITION_HEADER
from tests.bench.events import REGIONS, Happening, journal_row
from tests.bench.figures import BenchFailed, cpu_seconds
from tests.support.databases import drop_database, fresh_database

ROOT = Path(__file__).parents[2]
STALLED_SECONDS_MAX = 180.0
STOP_SECONDS_MAX = 20.0
POLL_SECONDS = 0.1
TELL_EVERY_SECONDS = 15.0
SLOT = "bench"
LOG_TOPIC_NAMES = ("vt.journal.v1", "vt.findings.v1")
PRODUCER = {
    "acks": "all",
    "compression.type": "lz4",
    "linger.ms": 5,
    "queue.buffering.max.messages": 1_000_000,
    "log_level": 2,
}

Tell = Callable[[str], None]
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Stand:
    """Servers of its own with a migrated database that the others are copied from."""

    stack: LocalStack
    settings: Settings
    tell: Tell

    @contextmanager
    def database(self, template: str = "radar") -> Iterator[str]:
        """Make a database for one measurement and drop it afterwards; yield its address."""
        url = fresh_database(self.stack.endpoints, template)
        try:
            yield url
        finally:
            drop_database(self.stack.endpoints, url)

    @contextmanager
    def database_of_reader(self, happenings: Iterable[Happening]) -> Iterator[str]:
        """Make a database whose journal stands at the end of these events, without its rows.

        A reader waits for what its table does not have yet; the rows come by the topic.
        """
        heads = dict.fromkeys(REGIONS, 0)
        for happening in happenings:
            heads[happening.region] = happening.position
        with self.database() as url:
            with psycopg.connect(url) as connection, connection.cursor() as cursor:
                cursor.executemany(
                    "insert into engine.log_head (log, region, position, relayed)"
                    " values (%s, %s, %s, %s)",
                    [(JOURNAL.name, region, head, head) for region, head in heads.items()],
                )
            yield url

    def environment(self, database: str) -> dict[str, str]:
        """Return the environment of a process that works on that database."""
        return {
            **os.environ,
            **self.stack.endpoints.environment(),
            "RADAR_DATABASE_URL": database,
            "RADAR_DATA": str(self.stack.data),
            "RADAR_SLOT": SLOT,
            "RADAR_METRICS_PORT": "0",
            "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
        }

    @contextmanager
    def process(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> Iterator[subprocess.Popen[str]]:
        """Run a Python module beside us and end it afterwards; standard error goes to a log."""
        log = self.stack.data / "logs" / f"{name}.log"
        with log.open("ab") as errors:
            started = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=dict(environment),
                cwd=self.stack.data,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            yield started
        finally:
            end(started)

    @contextmanager
    def workers(self, stages: Sequence[str], database: str) -> Iterator[list[psutil.Process]]:
        """Run the real workers of some stages on a database, as `radar work STAGE` does."""
        environment = self.environment(database)
        started: list[subprocess.Popen[bytes]] = []
        try:
            for stage in stages:
                with (self.stack.data / "logs" / f"work-{stage}.log").open("ab") as log:
                    command = [sys.executable, "-m", "hub.cli", "work", stage]
                    started.append(
                        subprocess.Popen(
                            command, env=environment, cwd=self.stack.data, stdout=log, stderr=log
                        )
                    )
            yield [psutil.Process(process.pid) for process in started]
        finally:
            for process in started:
                end(process)

    def wait_claimed(self, url: str, stages: Sequence[str]) -> None:
        """Wait until our workers hold every region; what is sent before measures their start."""
        with psycopg.connect(url, autocommit=True) as connection:

            def claimed() -> bool | None:
                row = connection.execute(
                    "select count(*) from engine.head where worker = any(%s)",
                    [[f"{stage}-{SLOT}" for stage in stages]],
                ).fetchone()
                return (row is not None and row[0] == len(stages) * len(REGIONS)) or None

            wait_for(claimed, "all regions are claimed")

    def new_log_topics(self) -> None:
        """Delete the log topics and make them again: positions start at 1 in a fresh database."""
        admin = topic_plan.admin_client(self.settings.bootstrap)

        def present() -> list[str]:
            return [name for name in admin.list_topics(timeout=10).topics if name in LOGS]

        for future in admin.delete_topics(present()).values() if present() else ():
            future.result(30)
        wait_for(lambda: not present() or None, "the log topics are gone")
        partitions = len(self.settings.regions)
        changes = topic_plan.plan(admin, partitions=partitions)
        topic_plan.apply(admin, changes, partitions=partitions, replication=1)
        wait_for(lambda: len(present()) == len(LOGS) or None, "the log topics are there")

    def fill_journal(self, happenings: Iterable[Happening]) -> int:
        """Put the journal rows of the events on the journal's topic, as its relay would."""
        frame = frames(self.stack.data / BUNDLE_FILE)[JOURNAL.record_name]
        return publish(
            self.settings.bootstrap,
            (journal_message(happening, frame) for happening in happenings),
        )

    def hurry(self, name: str) -> None:
        """Let a supervised program's next restart come at once: its many deaths are our doing."""
        known = self.stack.supervisor._services
        known[name].restart_delay_seconds = RESTART_DELAY_SECONDS_MIN

    def server_seconds(self) -> dict[str, float]:
        """Return the processor seconds that the servers have used, by name."""
        pids = self.stack.supervisor.pids()
        return {name: cpu_seconds(psutil.Process(pids[name])) for name in ("kafka", "postgres")}


LOGS = frozenset(name for name in LOG_TOPIC_NAMES if name in TOPICS)

Outgoing = tuple[str, int, bytes, bytes, list[tuple[str, str | bytes | None]]]


def journal_message(happening: Happening, frame: bytes) -> Outgoing:
    """Return a journal row as it stands on its topic."""
    headers: list[tuple[str, str | bytes | None]] = [
        (POSITION_HEADER, str(happening.position)),
        (INCARNATION_HEADER, "1"),
    ]
    partition = REGIONS.index(happening.region)
    key = happening.household_id.encode()
    return JOURNAL.topic, partition, key, frame + journal_row(happening), headers


def publish(bootstrap: str, messages: Iterable[Outgoing]) -> int:
    """Publish and wait until the broker has everything; return how many."""
    producer = Producer({**PRODUCER, "bootstrap.servers": bootstrap})
    errors: list[KafkaError] = []
    sent = 0

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            errors.append(error)

    for sent, (topic, partition, key, value, headers) in enumerate(messages, start=1):
        producer.produce(topic, value, key, partition, headers=headers, on_delivery=delivered)
        if sent % 1_000 == 0:
            producer.poll(0)
    if producer.flush(120) or errors:
        raise BenchFailed("the broker did not take all events")
    return sent


@contextmanager
def running_stand(tell: Tell) -> Iterator[Stand]:
    """Start a durable stack with four regions in a temporary place; remove it afterwards.

    Its data and logs are kept for reading when something failed.
    """
    data = Path(tempfile.mkdtemp(prefix="radar-bench-"))
    wanted = StackSettings.from_environment(data, durable=True)
    try:
        with LocalStack(wanted) as stack:
            stack.start(lambda step, seconds: tell(f"{step}: {seconds:.1f} s"))
            settings = Settings(data=data).at(stack.endpoints)
            settings.regions_path.write_text(REGIONS_FILE, encoding="utf-8")
            prepare(settings, lambda step, seconds: tell(f"{step}: {seconds:.1f} s"))
            with registry_client(settings.registry) as registry:
                write_bundle(data / BUNDLE_FILE, register_all(registry))
            yield Stand(stack=stack, settings=settings, tell=tell)
    except BaseException:
        tell(f"the data and logs of this run are kept in {data}")
        raise
    erase(wanted)


REGIONS_FILE = "".join(f'[[region]]\ncode = "{r}"\nname = "{r.title()}"\n' for r in REGIONS)


def end(process: subprocess.Popen[Any]) -> None:
    """Let a process drain, and kill it when it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


def last_line(process: subprocess.Popen[str], name: str, seconds_max: float) -> dict[str, Any]:
    """Wait for a process of ours to end well and return the JSON of its last line."""
    try:
        output, _ = process.communicate(timeout=seconds_max)
    except subprocess.TimeoutExpired as error:
        raise BenchFailed(f"{name} was not done in {seconds_max:.0f} s") from error
    if process.returncode != 0 or not output.strip():
        raise BenchFailed(f"{name} ended with {process.returncode}; see its log")
    found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return found


def wait_for(ask: Callable[[], T | None], what: str, seconds_max: float = 60.0) -> T:
    """Ask until there is an answer; raises BenchFailed when none comes."""
    deadline = time.monotonic() + seconds_max
    while (found := ask()) is None:
        if time.monotonic() > deadline:
            raise BenchFailed(f"not in {seconds_max:.0f} s: {what}")
        time.sleep(POLL_SECONDS)
    return found


def wait_until_reached(read: Callable[[], int], wanted: int, what: str, tell: Tell) -> None:
    """Wait until a count is reached, for as long as it grows; say now and then how far it is."""
    last, at = -1, time.monotonic()
    told_at = at
    while (now := read()) < wanted:
        if now != last:
            last, at = now, time.monotonic()
        if time.monotonic() - at > STALLED_SECONDS_MAX:
            raise BenchFailed(f"{what}: stands still at {now} of {wanted}")
        if time.monotonic() - told_at > TELL_EVERY_SECONDS:
            told_at = time.monotonic()
            tell(f"{what}: {now:,} of {wanted:,}")
        time.sleep(POLL_SECONDS)


def read_by(url: str, stage: str) -> int:
    """Return how many rows of a log a stage has committed, over all regions."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select coalesce(sum(position), 0)::bigint from engine.input where stage = %s", [stage]
        ).fetchone()
    return 0 if row is None else int(row[0])
