"""The region's clock: modes, ticks, horizon; without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.problem_codes import DataError
from streams.admission.known_at import RegionClock, local_day, midnight, opened_clock

OPENED_AT = datetime(2022, 1, 1, 9, tzinfo=UTC)
HUB_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def clock(mode: str) -> RegionClock:
    return opened_clock(
        "drenthe", mode=mode, name="Drenthe", occurred_at=OPENED_AT, hub_now=HUB_NOW
    )


def test_a_replay_region_begins_when_its_opening_says() -> None:
    assert clock("REPLAY").now == OPENED_AT
    assert clock("SYSTEM").now == HUB_NOW


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(DataError, match=r"domain\.enum"):
        clock("UNKNOWN")


def test_only_ticks_move_a_replay_region() -> None:
    assert clock("REPLAY").advanced(HUB_NOW).now == OPENED_AT
    ticked = clock("REPLAY").ticked(date(2022, 1, 2))
    assert ticked.now == datetime(2022, 1, 1, 23, tzinfo=UTC), "00:00 in Amsterdam, in winter"
    assert ticked.ticked(date(2022, 1, 3)).day == date(2022, 1, 3)


def test_a_tick_on_the_day_of_opening_does_not_set_the_clock_back() -> None:
    assert clock("REPLAY").ticked(date(2022, 1, 1)).now == OPENED_AT


@pytest.mark.parametrize("day", [date(2022, 1, 1), date(2022, 1, 2), date(2022, 1, 4)])
def test_days_follow_each_other(day: date) -> None:
    with pytest.raises(DataError, match=r"clock\.order"):
        clock("REPLAY").ticked(date(2022, 1, 2)).ticked(day)


def test_the_first_day_is_not_before_the_opening() -> None:
    with pytest.raises(DataError, match=r"clock\.order"):
        clock("REPLAY").ticked(date(2021, 12, 31))


def test_the_future_of_a_replay_region_begins_after_the_clocks_day() -> None:
    ticked = clock("REPLAY").ticked(date(2022, 7, 1))
    assert ticked.horizon(HUB_NOW) == datetime(2022, 7, 1, 22, tzinfo=UTC)
    assert clock("SYSTEM").horizon(HUB_NOW) == HUB_NOW


def test_a_system_clock_never_goes_back() -> None:
    later = clock("SYSTEM").advanced(HUB_NOW + timedelta(hours=1))
    assert later.now == HUB_NOW + timedelta(hours=1)
    assert later.advanced(HUB_NOW) == later


def test_going_live_happens_once() -> None:
    live = clock("REPLAY").switched("SYSTEM", HUB_NOW)
    assert (live.mode, live.now) == ("SYSTEM", HUB_NOW)
    for wrong in (live, clock("SYSTEM")):
        with pytest.raises(DataError, match=r"clock\.order"):
            wrong.switched("REPLAY", HUB_NOW)
    with pytest.raises(DataError, match=r"clock\.order"):
        clock("REPLAY").switched("REPLAY", HUB_NOW)


def test_days_are_amsterdams() -> None:
    assert local_day(datetime(2025, 6, 30, 22, 30, tzinfo=UTC)) == date(2025, 7, 1)
    assert midnight(date(2025, 3, 31)) - midnight(date(2025, 3, 30)) == timedelta(hours=23)
