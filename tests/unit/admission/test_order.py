"""The order in which a unit's records are admitted."""

from __future__ import annotations

from streams.admission.decode import in_order
from streams.engine.stage import InputRecord


def record(topic: str, offset: int, at: int = 0) -> InputRecord:
    return InputRecord(
        topic=f"vt.in.{topic}.v1", offset=offset, key=None, value=b"", timestamp_ms=at
    )


def order(*records: InputRecord) -> list[str]:
    return [f"{r.topic.split('.')[2]} {r.offset}" for r in in_order(records)]


def test_the_hub_comes_first_whatever_its_time() -> None:
    assert order(record("police", 0, 1), record("hub", 0, 9)) == ["hub 0", "police 0"]


def test_topics_merge_by_the_brokers_time() -> None:
    records = (record("police", 0, 5), record("case-system", 0, 3), record("case-system", 1, 7))
    assert order(*records) == ["case-system 0", "police 0", "case-system 1"]


def test_within_a_topic_offsets_rule_when_the_brokers_clock_went_back() -> None:
    assert order(record("police", 0, 9), record("police", 1, 2)) == ["police 0", "police 1"]


def test_a_signal_comes_before_its_registration_in_the_same_millisecond() -> None:
    assert order(record("case-system", 0, 4), record("police", 0, 4)) == [
        "police 0",
        "case-system 0",
    ]
