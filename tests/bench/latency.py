"""How soon an event counts: from `produce` at its sender to the commit that a listener hears of.

First the radar stage alone, fed with journal rows; then the whole road, fed with sealed events,
beside a bare consumer of the same topics.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from confluent_kafka import KafkaError, Message, Producer

from hub.schema_bundle import BUNDLE_FILE, frames
from streams.engine.log import JOURNAL
from tests.bench.arrivals import Arrivals
from tests.bench.events import REGIONS, TOPICS, happenings
from tests.bench.figures import BenchFailed, Promise, Report, percentile
from tests.bench.harness import Outgoing, Stand, Tell, journal_message, running_stand, wait_for
from tests.bench.rivals.bare_consumer import STAGE as BARE
from tests.bench.whole_road import STAGES, WholeRoad, sealed_messages

PER_SECOND = 500
# Connections, first plans and cold caches are what a start costs, not what an event costs.
WARM_UP_SECONDS = 5
SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
STAGE_P99_MS = 50.0
ROAD_P99_MS = 150.0
ROAD_TO_BARE = 3.0
# As a sender that cares for latency sets it.
PRODUCER = {"acks": "all", "linger.ms": 0, "log_level": 2}


@dataclass(slots=True)
class Sent:
    """One event: when it was handed to its producer, and where the broker put it."""

    at: float
    topic: str
    partition: int
    offset: int = -1


def run_latency(*, seconds: int, tell: Tell) -> Report:
    """Send 500 events a second, so long each; what comes while it warms up does not count."""
    with running_stand(tell) as stand:
        return latency_on(stand, seconds=seconds, warm_up=WARM_UP_SECONDS)


def latency_on(stand: Stand, *, seconds: int, warm_up: int) -> Report:
    """Do so on a stand that runs."""
    events, left_out = PER_SECOND * (warm_up + seconds), PER_SECOND * warm_up
    stage_ms = _stage(stand, events)[left_out:]
    stand.tell(f"stage: p99 {percentile(stage_ms, 0.99):.1f} ms")
    road_ms, bare_ms = _road(stand, events)
    found = {"stage": stage_ms, "road": road_ms[left_out:], "bare": bare_ms[left_out:]}
    figures = {
        name: {label: round(percentile(values, share), 1) for label, share in SHARES.items()}
        for name, values in found.items()
    }
    road_p99, bare_p99 = percentile(found["road"], 0.99), percentile(found["bare"], 0.99)
    stage_p99 = percentile(found["stage"], 0.99)
    promises = (
        Promise(name="radar stage p99 (ms)", value=stage_p99, ceiling=STAGE_P99_MS),
        Promise(name="whole road p99 (ms)", value=road_p99, ceiling=ROAD_P99_MS),
        Promise(name="whole road / bare consumer", value=road_p99 / bare_p99, ceiling=ROAD_TO_BARE),
    )
    measured = {
        "events_per_second": PER_SECOND,
        "seconds": seconds,
        "milliseconds": figures,
        "measured_events": {name: len(values) for name, values in found.items()},
    }
    return Report(bench="latency", promises=promises, measured=measured)


def _stage(stand: Stand, events: int) -> list[float]:
    """Feed the radar stage's worker with journal rows and return the milliseconds of each."""
    frame = frames(stand.stack.data / BUNDLE_FILE)[JOURNAL.record_name]
    messages = [journal_message(happening, frame) for happening in happenings(events)]
    stand.new_log_topics()
    with (
        stand.database_of_reader(happenings(events)) as url,
        Arrivals(url) as arrivals,
        stand.workers(["radar"], url),
    ):
        stand.wait_claimed(url, ["radar"])
        sent = send(stand.settings.bootstrap, messages, PER_SECOND)
        _wait_all(lambda: all(_stage_seen(arrivals, one) for one in sent[-len(REGIONS) :]))
        return [_milliseconds(one, _stage_seen(arrivals, one)) for one in sent]


def _stage_seen(arrivals: Arrivals, sent: Sent) -> float | None:
    # The topic holds the journal from its beginning, so positions are offsets plus one.
    place = ("radar", REGIONS[sent.partition], JOURNAL.topic)
    return arrivals.seen_at(place, sent.offset + 1)


def _road(stand: Stand, events: int) -> tuple[list[float], list[float]]:
    """Feed the whole road and a bare consumer with the same events; return both's times."""
    # What the stage alone has read would stand ahead of the road's database, as after a restore.
    stand.new_log_topics()
    road = WholeRoad(stand, 0)
    stand.new_log_topics()
    with stand.database(road.template) as url, Arrivals(url) as arrivals:
        messages = sealed_messages(stand, url, happenings(events))
        with stand.workers(STAGES, url), _bare_consumer(stand, url):
            stand.wait_claimed(url, STAGES)
            sent = send(stand.settings.bootstrap, messages, PER_SECOND)
            _wait_all(lambda: _is_through(url, arrivals, len(sent), sent[-1]))
            positions = _positions(url)
    road_ms = [_milliseconds(one, _road_seen(arrivals, one, positions)) for one in sent]
    bare_ms = [_milliseconds(one, _bare_seen(arrivals, one)) for one in sent]
    return road_ms, bare_ms


Positions = dict[tuple[str, str, int], int]


def _positions(url: str) -> Positions:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            'select topic, region, "offset", position from engine.ledger'
            " where outcome = 'applied' and topic = any(%s)",
            [list(set(TOPICS.values()))],
        ).fetchall()
    return {(topic, region, offset): position for topic, region, offset, position in rows}


def _road_seen(arrivals: Arrivals, sent: Sent, positions: Positions) -> float | None:
    """Return when both readers of the journal had committed the event's row."""
    region = REGIONS[sent.partition]
    position = positions.get((sent.topic, region, sent.offset))
    if position is None:
        raise BenchFailed("an event of the whole road was not applied")
    seen = [
        arrivals.seen_at((stage, region, JOURNAL.topic), position)
        for stage in ("radar", "projections")
    ]
    return None if None in seen else max(at for at in seen if at is not None)


def _bare_seen(arrivals: Arrivals, sent: Sent) -> float | None:
    return arrivals.seen_at((BARE, REGIONS[sent.partition], sent.topic), sent.offset + 1)


def _is_through(url: str, arrivals: Arrivals, events: int, last: Sent) -> bool:
    positions = _positions(url)
    if len(positions) < events or _bare_seen(arrivals, last) is None:
        return False
    ends: dict[str, int] = {}
    for (_, region, _), position in positions.items():
        ends[region] = max(ends.get(region, 0), position)
    return all(
        arrivals.seen_at((stage, region, JOURNAL.topic), position) is not None
        for region, position in ends.items()
        for stage in ("radar", "projections")
    )


@contextmanager
def _bare_consumer(stand: Stand, url: str) -> Iterator[None]:
    topics = ",".join(sorted(set(TOPICS.values())))
    arguments = ["tests.bench.rivals.bare_consumer", stand.settings.bootstrap, topics]
    with stand.process("bare-consumer", arguments, stand.environment(url)) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise BenchFailed("the bare consumer did not start; see its log")
        yield


def send(bootstrap: str, messages: Sequence[Outgoing], per_second: float) -> list[Sent]:
    """Send at an even pace and return what was sent; one that falls behind catches up."""
    producer = Producer({**PRODUCER, "bootstrap.servers": bootstrap})
    found: list[Sent] = []
    errors: list[KafkaError] = []

    def noting(sent: Sent) -> Callable[[KafkaError | None, Message], None]:
        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                errors.append(error)
            sent.offset = message.offset() or 0

        return delivered

    began = time.monotonic()
    for number, (topic, partition, key, value, headers) in enumerate(messages):
        while (early := began + number / per_second - time.monotonic()) > 0:
            producer.poll(min(early, 0.001))
        sent = Sent(time.monotonic(), topic, partition)
        found.append(sent)
        producer.produce(topic, value, key, partition, headers=headers, on_delivery=noting(sent))
    if producer.flush(60) or errors:
        raise BenchFailed("the broker did not take all events")
    return found


def _wait_all(is_done: Callable[[], bool]) -> None:
    wait_for(lambda: is_done() or None, "everything that was sent is committed", 120)


def _milliseconds(sent: Sent, seen: float | None) -> float:
    if seen is None:
        raise BenchFailed("an event was sent and never seen")
    return (seen - sent.at) * 1_000
