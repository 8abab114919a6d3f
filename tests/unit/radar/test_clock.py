from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import pytest

from schemas.codec import encode_body
from streams.engine.lease import Lease
from streams.engine.wire import HUB_SOURCE
from streams.household.terms import start_of_day
from streams.radar.clock import (
    LOOK_UP_SECONDS,
    TICKS_PER_TIMER_MAX,
    ClockReading,
    Ticker,
    missing_ticks,
    tick_record,
)
from streams.radar.stage import RadarStage
from tests.support.journal import local

TODAY = date(2026, 11, 23)
NOW = local("2026-11-23 08:00")


class Region:
    """A region whose admission takes every tick at once, and a producer that can be away."""

    def __init__(self, mode: str = "SYSTEM", day: date | None = None) -> None:
        self.clock = ClockReading(mode=mode, day=day)
        self.published: list[date] = []
        self.looked_at = 0
        self.away_after: int | None = None

    def read_clocks(self, regions: Sequence[str]) -> Mapping[str, ClockReading]:
        self.looked_at += 1
        return dict.fromkeys(regions, self.clock)

    def publish(self, record_name: str, record: Mapping[str, object]) -> None:
        if self.away_after is not None and len(self.published) >= self.away_after:
            raise ConnectionError("no broker")
        assert record_name == "ClockTicked"
        day = record["day"]
        assert isinstance(day, date)
        self.published.append(day)
        self.clock = ClockReading(mode=self.clock.mode, day=day)

    def ticker(self) -> Ticker:
        return Ticker(publish=self.publish, read_clocks=self.read_clocks)


def lease(region: str = "drenthe") -> Lease:
    return Lease(
        stage="radar",
        version=1,
        region=region,
        partition=0,
        epoch=1,
        sequence=0,
        inputs={},
        logs={},
    )


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (None, [TODAY]),
        (TODAY, []),
        (TODAY + timedelta(days=3), []),
        (TODAY - timedelta(days=1), [TODAY]),
        (TODAY - timedelta(days=3), [TODAY - timedelta(days=n) for n in (2, 1, 0)]),
    ],
)
def test_missing_ticks(last_day: date | None, expected: list[date]) -> None:
    assert missing_ticks(last_day, NOW) == expected


def test_the_day_begins_at_midnight_in_amsterdam() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert missing_ticks(yesterday, local("2026-11-22 23:59")) == []
    assert missing_ticks(yesterday, local("2026-11-23 00:00")) == [TODAY]


def test_a_tick_is_the_same_whoever_makes_it_and_fits_the_contract() -> None:
    record = tick_record("drenthe", TODAY)
    assert record == tick_record("drenthe", TODAY)
    assert record["meta"]["occurred_at"] == start_of_day(TODAY)  # type: ignore[index]
    assert record["meta"]["source"] == HUB_SOURCE  # type: ignore[index]
    assert record["meta"] != tick_record("fryslan", TODAY)["meta"]
    encode_body("ClockTicked", record)


def test_missed_days_are_ticked_in_order_and_then_it_rests_until_tomorrow() -> None:
    region, held = Region(day=TODAY - timedelta(days=3)), lease()
    ticker = region.ticker()
    for seconds in range(0, 120, 5):
        ticker.run([held], NOW + timedelta(seconds=seconds))
    assert region.published == [TODAY - timedelta(days=n) for n in (2, 1, 0)]
    assert region.looked_at == 1
    ticker.run([held], NOW + timedelta(days=1))
    assert region.published[3:] == [TODAY + timedelta(days=1)]


@pytest.mark.parametrize("mode", ["REPLAY", "UNKNOWN"])
def test_a_replayed_region_is_never_ticked(mode: str) -> None:
    region = Region(mode=mode, day=date(2022, 1, 1))
    region.ticker().run([lease()], NOW)
    assert region.published == []


def test_a_region_that_is_not_open_is_looked_at_now_and_then() -> None:
    looked: list[datetime] = []

    def read_clocks(regions: Sequence[str]) -> Mapping[str, ClockReading]:
        looked.append(NOW)
        return {}

    ticker = Ticker(publish=Region().publish, read_clocks=read_clocks)
    held = lease()
    for seconds in range(LOOK_UP_SECONDS + 1):
        ticker.run([held], NOW + timedelta(seconds=seconds))
    assert len(looked) == 2


def test_a_long_stop_is_caught_up_in_portions() -> None:
    region, held = Region(day=TODAY - timedelta(days=TICKS_PER_TIMER_MAX + 5)), lease()
    ticker = region.ticker()
    ticker.run([held], NOW)
    assert len(region.published) == TICKS_PER_TIMER_MAX
    ticker.run([held], NOW + timedelta(seconds=LOOK_UP_SECONDS))
    assert region.published[-1] == TODAY
    assert region.published == sorted(set(region.published))


def test_what_the_broker_did_not_take_is_published_at_the_next_timer() -> None:
    region, held = Region(day=TODAY - timedelta(days=3)), lease()
    region.away_after = 1
    ticker = region.ticker()
    with pytest.raises(ConnectionError):
        ticker.run([held], NOW)
    region.away_after = None
    ticker.run([held], NOW + timedelta(seconds=1))
    assert region.published == [TODAY - timedelta(days=n) for n in (2, 1, 0)]


def test_without_clocks_the_stage_folds_and_never_ticks() -> None:
    region = Region()
    RadarStage(publish=region.publish).on_timer([lease()])
    assert region.published == []
    RadarStage(publish=region.publish, clocks=region.read_clocks, now=lambda: NOW).on_timer(
        [lease()]
    )
    assert region.published == [TODAY]
