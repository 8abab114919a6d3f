from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from streams.household.terms import (
    Calendar,
    amsterdam_day,
    day_of,
    instant_of,
    local_days_later,
    milliseconds,
    noon,
    report_measure_due,
    start_of_day,
)
from tests.support.journal import local

CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("received", "assessment", "service", "days"),
    [
        ("2025-01-06", "2025-01-13", "2025-03-24", 77),
        ("2025-04-17", "2025-04-28", "2025-07-07", 81),
        ("2025-05-27", "2025-06-04", "2025-08-13", 78),
        ("2025-06-05", "2025-06-13", "2025-08-22", 78),
        ("2025-12-22", "2025-12-31", "2026-03-11", 79),
        ("2025-12-27", "2026-01-05", "2026-03-16", 79),
        ("2024-03-27", "2024-04-05", "2024-06-14", 79),
        ("2023-12-29", "2024-01-08", "2024-03-18", 80),
    ],
)
def test_legal_terms_after_a_report(
    received: str, assessment: str, service: str, days: int
) -> None:
    day = date.fromisoformat(received)
    assert CALENDAR.assessment_due(day) == date.fromisoformat(assessment)
    assert CALENDAR.service_due(day) == date.fromisoformat(service)
    assert (CALENDAR.service_due(day) - day).days == days
    assert (report_measure_due(day) - day).days == 75


def test_liberation_day_is_a_holiday_every_year_and_kings_day_moves_from_a_sunday() -> None:
    assert not CALENDAR.is_working_day(date(2023, 5, 5))
    assert not CALENDAR.is_working_day(date(2024, 4, 27))
    assert date(2025, 4, 27).weekday() == 6
    assert CALENDAR.wd(date(2025, 4, 25), 1) == date(2025, 4, 28)
    assert not CALENDAR.is_working_day(date(2025, 4, 18)), "Good Friday, article 3 lid 2"


def test_extra_days_of_a_decree_are_no_working_days() -> None:
    bridge = date(2025, 5, 30)
    assert CALENDAR.is_working_day(bridge)
    calendar = Calendar(extra_days=frozenset({bridge}))
    assert calendar.wd(date(2025, 5, 28), 1) == date(2025, 6, 2)


def test_terms_over_ninety_days_do_not_roll() -> None:
    saturday_in = 100 - 2
    start = date(2025, 3, 1) - timedelta(days=saturday_in)
    assert CALENDAR.term_end(start, saturday_in) == date(2025, 3, 1)
    assert CALENDAR.term_end(date(2025, 2, 1), 28) == date(2025, 3, 3)


def test_there_is_no_zeroth_working_day() -> None:
    with pytest.raises(ValueError, match="from 1"):
        CALENDAR.wd(date(2025, 1, 1), 0)


def test_a_restraining_order_is_counted_on_the_clock_of_the_wall() -> None:
    imposed = local("2025-10-20 14:00")
    ends = local_days_later(imposed, 10)
    assert ends == local("2025-10-30 14:00")
    assert ends - imposed == timedelta(hours=241)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2025, 1, 1, 22, 59, tzinfo=UTC), date(2025, 1, 1)),
        (datetime(2025, 1, 1, 23, 0, tzinfo=UTC), date(2025, 1, 2)),
        (datetime(2025, 7, 1, 21, 59, tzinfo=UTC), date(2025, 7, 1)),
        (datetime(2025, 7, 1, 22, 0, tzinfo=UTC), date(2025, 7, 2)),
    ],
)
def test_days_are_days_in_amsterdam(instant: datetime, day: date) -> None:
    assert amsterdam_day(instant) == day
    assert day_of(milliseconds(instant)) == day
    assert instant_of(milliseconds(instant)) == instant


def test_a_day_begins_and_has_its_noon_in_amsterdam() -> None:
    assert start_of_day(date(2025, 7, 1)) == datetime(2025, 6, 30, 22, tzinfo=UTC)
    assert noon(date(2025, 1, 1)) == datetime(2025, 1, 1, 11, tzinfo=UTC)
    assert noon(date(2025, 3, 30)) == datetime(2025, 3, 30, 10, tzinfo=UTC)
