"""How fast Radar takes events, beside what one would otherwise take: six roads in turn.

a  confluent-kafka and fastavro, decode and fold in a loop, no output
b  the radar stage, to committed rows
c  its handler in a bare confluent-kafka loop, to committed rows
d  Quix Streams with the same fold and the same tables
e  stock Faust with a table and its changelog
f  the whole road, admission to projections, persons sealed, to committed rows
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import psycopg
from confluent_kafka import Consumer, TopicPartition

from hub.schema_bundle import BUNDLE_FILE, frames
from streams.engine.log import JOURNAL
from tests.bench.events import REGIONS, happenings
from tests.bench.figures import (
    BenchFailed,
    Pace,
    Promise,
    Report,
    cpu_seconds,
    in_turn,
    median,
    pace_of,
)
from tests.bench.harness import (
    Outgoing,
    Stand,
    Tell,
    journal_message,
    last_line,
    publish,
    read_by,
    running_stand,
    wait_until_reached,
)
from tests.bench.quix_packages import quix_packages
from tests.bench.rivals.terms import TOPIC, Order, digest_of
from tests.bench.whole_road import WholeRoad

LETTERS = "abcdef"
MODULES = {"a": "bare_fold", "c": "bare_loop", "d": "quix", "e": "stock_faust"}
KEEPS_TABLES = "bcd"
# What is slower than this stands still.
RIVAL_PER_SECOND_MIN = 50
# Less than this in its changelog, and a rival did not do the work that it is timed for.
CHANGELOG_SHARE_MIN = 0.999
RIVAL_START_SECONDS_MAX = 120.0
# Issue 4's floors and aims, each a ratio of two medians of one run.
RATIOS = (
    ("b/a", 0.30, 0.55),
    ("b/c", 0.70, 0.90),
    ("b/d", 1.0, 2.0),
    ("b/e", 8.0, 15.0),
    ("f/a", 0.04, 0.12),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One road, once: its pace, what it cost, and what it made of the events."""

    pace: Pace
    cpu_seconds: float
    server_seconds: Mapping[str, float]
    digest: str = ""
    findings: int = 0


def run_pipeline(*, events: int, rounds: int, rivals: Sequence[str], tell: Tell) -> Report:
    """Run the chosen roads in turn and compare their medians; raises BenchFailed for a wrong one.

    Every road must have processed everything; those that fold must agree on every household.
    """
    with running_stand(tell) as stand:
        return pipeline_on(stand, events=events, rounds=rounds, rivals=rivals)


def pipeline_on(stand: Stand, *, events: int, rounds: int, rivals: Sequence[str]) -> Report:
    """Do so on a stand that runs."""
    road = WholeRoad(stand, events) if "f" in rivals else None
    journal = Journal(stand, events)
    journal.refill()

    began = time.monotonic()

    def run(name: str, number: int) -> Outcome:
        at = time.monotonic()
        if road is not None and name == "f":
            outcome = _whole_road(stand, road, journal)
        elif name == "b":
            outcome = _radar_stage(stand, events)
        else:
            outcome = _rival(stand, name, number, events)
        now = time.monotonic()
        rate = f"{outcome.pace.per_second:,.0f} events/s"
        stand.tell(f"round {number + 1} of {rounds}: {name} {rate}, {now - at:.0f} s in all")
        if name == rivals[-1]:
            left = (now - began) / (number + 1) * (rounds - number - 1)
            stand.tell(f"{number + 1} of {rounds} rounds in {now - began:.0f} s, {left:.0f} s left")
        return outcome

    found = in_turn(rivals, rounds, run)
    _agree(found)
    return _report(found, events, rounds, journal.bytes_each)


class Journal:
    """The journal's topic as every road but the whole one reads it."""

    def __init__(self, stand: Stand, events: int) -> None:
        frame = frames(stand.stack.data / BUNDLE_FILE)[JOURNAL.record_name]
        self._stand = stand
        self._messages: list[Outgoing] = [journal_message(h, frame) for h in happenings(events)]
        sizes = [len(value) for _, _, _, value, _ in self._messages]
        self.bytes_each = round(sum(sizes) / len(sizes))
        stand.tell(f"{events:,} events of {self.bytes_each} bytes")

    def refill(self) -> None:
        """Make the topic anew and put every row on it."""
        self._stand.new_log_topics()
        publish(self._stand.settings.bootstrap, self._messages)


def _rival(stand: Stand, name: str, number: int, events: int) -> Outcome:
    """Run one of the others in a process of its own."""
    with stand.database() as url:
        order = Order(
            name=f"bench-{name}-{os.getpid()}-{number}",
            bootstrap=stand.settings.bootstrap,
            events=events,
            partitions=len(REGIONS),
            directory=str(stand.stack.data),
        )
        environment = stand.environment(url)
        if name == "d":
            packages = str(quix_packages())
            environment["PYTHONPATH"] = f"{packages}{os.pathsep}{environment['PYTHONPATH']}"
        servers = stand.server_seconds()
        module = f"tests.bench.rivals.{MODULES[name]}"
        with stand.process(f"rival-{name}", [module, order.argument()], environment) as process:
            said = last_line(process, name, RIVAL_START_SECONDS_MAX + events / RIVAL_PER_SECOND_MIN)
        spent = _spent(servers, stand.server_seconds())
        if said["processed"] != events:
            raise BenchFailed(f"{name} processed {said['processed']} of {events} events")
        if name == "e":
            _check_changelog(stand, order)
        digest, findings = said["digest"], said["findings"]
        if name in KEEPS_TABLES:
            digest, findings = _tables(url)
    pace = Pace(records=said["counted"], seconds=said["seconds"])
    return Outcome(
        pace=pace,
        cpu_seconds=said["cpu_seconds"],
        server_seconds=spent,
        digest=digest,
        findings=findings,
    )


def _radar_stage(stand: Stand, events: int) -> Outcome:
    """Run the radar stage's real worker until its head stands at the journal's end."""
    with stand.database_of_reader(happenings(events)) as url:
        servers = stand.server_seconds()
        with stand.workers(["radar"], url) as (worker,):
            wait_until_reached(partial(read_by, url, "radar"), events, "radar", stand.tell)
            cpu = cpu_seconds(worker)
        spent = _spent(servers, stand.server_seconds())
        digest, findings = _tables(url)
        pace = pace_of(url, "radar", TOPIC)
    return Outcome(
        pace=pace, cpu_seconds=cpu, server_seconds=spent, digest=digest, findings=findings
    )


def _whole_road(stand: Stand, road: WholeRoad, journal: Journal) -> Outcome:
    stand.new_log_topics()
    servers = stand.server_seconds()
    with stand.database(road.template) as url:
        pace, cpu, findings = road.run(url)
    spent = _spent(servers, stand.server_seconds())
    journal.refill()
    return Outcome(pace=pace, cpu_seconds=cpu, server_seconds=spent, findings=findings)


def _tables(url: str) -> tuple[str, int]:
    """Return the digest of all states, and how many findings were written."""
    with psycopg.connect(url) as connection:
        states = connection.execute("select household_id, state from radar.household_state")
        digest = digest_of((name, bytes(state)) for name, state in states)
        row = connection.execute("select count(*) from engine.findings").fetchone()
    return digest, 0 if row is None else int(row[0])


def _check_changelog(stand: Stand, order: Order) -> None:
    """Check that the changes of Faust's table reached the broker.

    What stock Faust's producer still held when it was ended may be missing: it is told, and too
    little to change a rate.
    """
    consumer = Consumer({"bootstrap.servers": order.bootstrap, "group.id": f"{order.name}-check"})
    topic = f"{order.name}-households-changelog"
    ends: list[tuple[int, int]] = [
        consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10)
        for p in range(order.partitions)
    ]
    consumer.close()
    written = sum(end for _, end in ends)
    if not order.events * CHANGELOG_SHARE_MIN <= written <= order.events:
        raise BenchFailed(f"e: {written} of {order.events} changes are in the changelog")
    if written < order.events:
        stand.tell(f"e: {order.events - written} changes are missing in its changelog")


def _agree(found: Mapping[str, Sequence[Outcome]]) -> None:
    """Raise BenchFailed when two roads made something else of the same events."""
    seen = {
        (outcome.digest, outcome.findings)
        for name, outcomes in found.items()
        for outcome in outcomes
        if name != "f"
    }
    if len(seen) > 1:
        said = {name: [(o.digest[:8], o.findings) for o in all_] for name, all_ in found.items()}
        raise BenchFailed(f"the roads do not agree: {said}")


def _spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in before}


def _report(
    found: Mapping[str, Sequence[Outcome]], events: int, rounds: int, bytes_each: int
) -> Report:
    rates = {name: median(o.pace.per_second for o in outcomes) for name, outcomes in found.items()}
    promises = [
        Promise(name=name, value=rates[name[0]] / rates[name[2]], floor=floor, aim=aim)
        for name, floor, aim in RATIOS
        if {name[0], name[2]} <= rates.keys()
    ]
    roads = {
        name: {
            "events_per_second": round(rates[name]),
            "rounds": [round(o.pace.per_second) for o in outcomes],
            "cpu_microseconds_per_event": _microseconds(outcomes, events),
            "households_digest": outcomes[0].digest[:16],
            "findings": outcomes[0].findings,
        }
        for name, outcomes in found.items()
    }
    measured = {"events": events, "bytes_each": bytes_each, "rounds": rounds, "roads": roads}
    return Report(bench="pipeline", promises=promises, measured=measured)


def _microseconds(outcomes: Sequence[Outcome], events: int) -> dict[str, float]:
    """Return the medians of processor time per event: its own processes', and the servers'."""
    own = median(outcome.cpu_seconds for outcome in outcomes)
    servers = {
        name: median(outcome.server_seconds[name] for outcome in outcomes)
        for name in outcomes[0].server_seconds
    }
    spent = {"own": own, **servers}
    return {name: round(seconds * 1_000_000 / events, 1) for name, seconds in spent.items()}
