"""Is a replay in step with the clock, resumable, and honest about failure?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from connectors.simulation.days import simulate
from connectors.simulation.events import Slice
from connectors.simulation.figures import parse_figures
from connectors.simulation.log_files import write_log
from connectors.simulation.publish import Progress, replay, sealing_encoder
from schemas.cloud_events import parse_event
from schemas.codec import Codec, SchemaKey
from schemas.events import EVENT_TYPES
from schemas.regions import Regions
from schemas.sealing import info_of, open_sealed
from streams.engine.errors import TransientError
from streams.engine.wire import WireMessage

FIGURES = parse_figures(
    json.dumps(
        {
            "format": 1,
            "region": {"code": "oefen", "name": "Oefen", "municipalities": [["GM0106", "Assen"]]},
            "editions": [
                {
                    "id": "one",
                    "known_on": "2024-02-05",
                    "months": {"report": {"2024": [20] + [None] * 11}},
                    "counts": [
                        {
                            "id": "advices",
                            "statistic": "S01",
                            "from": "2024-01",
                            "to": "2024-01",
                            "count": 30,
                        }
                    ],
                }
            ],
        }
    )
)
CODEC = Codec({number: SchemaKey(name, 1) for number, name in enumerate(EVENT_TYPES, start=1)})
REGIONS = Regions.parse(
    '[[region]]\ncode = "eerst"\nname = "E"\n[[region]]\ncode = "oefen"\nname = "O"'
)
PRIVATE = X25519PrivateKey.generate()
KEY_ID = b"k" * 16


class Topics:
    """Kafka and admission in memory: appends, and checks that each wait is for what was sent."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.log: dict[str, list[WireMessage]] = {}
        self.steps: list[str] = []
        self.fail_at = fail_at

    def send(self, messages: Sequence[WireMessage]) -> Mapping[str, int]:
        if self.fail_at == len(self.steps):
            raise TransientError("broker away")
        reached = {}
        for each in messages:
            self.log.setdefault(each.topic, []).append(each)
            reached[each.topic] = len(self.log[each.topic]) - 1
        types = {dict(each.headers)["ce_type"] for each in messages}
        self.steps.append("tick" if any(b"clock-ticked" in each for each in types) else "events")
        assert self.steps[-1] == "events" or len(messages) == 1
        return reached

    def wait_until(self, offsets: Mapping[str, int]) -> None:
        assert all(len(self.log[topic]) == offset + 1 for topic, offset in offsets.items())
        self.steps.append("waited")


def run(topics: Topics, slices: list[Slice], resume_from: date | None = None) -> Progress | None:
    return replay(
        slices,
        encode=sealing_encoder(CODEC, REGIONS, PRIVATE.public_key(), KEY_ID),
        outlet=topics,
        wait_until=topics.wait_until,
        resume_from=resume_from,
    )


@pytest.fixture(scope="module")
def slices() -> list[Slice]:
    return list(simulate(FIGURES, 1))


def test_each_tick_and_each_day_is_admitted_before_the_next(slices: list[Slice]) -> None:
    topics = Topics()
    progress = run(topics, slices)
    assert progress is not None
    assert progress.day == date(2024, 2, 5)
    assert progress.days == 36
    assert progress.events == sum(len(messages) for messages in topics.log.values())
    assert topics.steps[1::2] == ["waited"] * (len(topics.steps) // 2)
    assert topics.steps.count("tick") == 36


def test_records_carry_sealed_persons_that_the_region_can_open(slices: list[Slice]) -> None:
    topics = Topics()
    run(topics, slices)
    registered = [e for each in slices for e in each.events if e.persons]
    sent = {m.key.decode(): m for messages in topics.log.values() for m in messages}
    for event in registered:
        message = sent[event.event_id]
        record = CODEC.decode(message.topic, message.value).record
        info = info_of("oefen", record["meta"]["source"], event.event_id)
        opened = open_sealed(lambda _: PRIVATE, info, record["sealed_persons"])
        assert {p["bsn"] for p in opened.persons.values()} == {p["bsn"] for p in event.persons}
        assert message.partition == 1
        assert all(p["bsn"].encode() not in message.value for p in event.persons)
    assert len(registered) >= 10


def test_a_replay_goes_on_at_the_last_day_that_ticked(slices: list[Slice]) -> None:
    topics = Topics()
    progress = run(topics, slices, date(2024, 2, 1))
    assert progress is not None and progress.days == 5
    first = topics.log["vt.in.hub.v1"][0]
    record = CODEC.decode("vt.in.hub.v1", first.value).record
    assert record["day"] == date(2024, 2, 1)
    assert record["meta"]["occurred_at"] == datetime(2024, 1, 31, 23, tzinfo=UTC)


def test_a_broker_that_is_away_ends_the_replay(slices: list[Slice]) -> None:
    with pytest.raises(TransientError):
        run(Topics(fail_at=10), slices)


def test_an_event_that_cannot_be_encoded_ends_the_replay(slices: list[Slice]) -> None:
    def refuse(_: Any) -> WireMessage:
        raise ValueError("does not fit its schema")

    topics = Topics()
    with pytest.raises(ValueError, match="does not fit"):
        replay(slices, encode=refuse, outlet=topics, wait_until=topics.wait_until)


def test_the_log_as_files_is_what_partners_would_post(slices: list[Slice], tmp_path: Path) -> None:
    path = write_log(slices, tmp_path / "log")
    lines = path.read_text(encoding="utf-8").splitlines()
    events = [e for each in slices for e in (*([each.tick] if each.tick else []), *each.events)]
    assert len(lines) == len(events)
    for line, event in zip(lines, events, strict=True):
        parsed = parse_event(json.loads(line))
        assert parsed.event_type.name == event.record_name
        assert parsed.record == event.record
        assert len(parsed.persons) == len(event.persons)
    assert write_log(slices, tmp_path / "again").read_bytes() == path.read_bytes()
