"""Months, local days and working days: the calendar in which figures are stated.

A month is one integer, `year * 12 + month - 1`, so that a period is a range and months subtract.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from streams.household.terms import Calendar

LOCAL = ZoneInfo("Europe/Amsterdam")
# The calendar of the law: a region's own extra days come with RulesActivated, not with figures.
CALENDAR = Calendar()
ONE_DAY = timedelta(days=1)


def month_of(day: date) -> int:
    """Return the month a day lies in."""
    return day.year * 12 + day.month - 1


def parse_month(text: str) -> int:
    """Read `2025-01`; raises ValueError on anything else."""
    return month_of(datetime.strptime(text, "%Y-%m").date())  # noqa: DTZ007 - a month has no zone


def month_name(month: int) -> str:
    """Write a month as `2025-01`."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def first_day(month: int) -> date:
    """Return the first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """Return the last day of a month."""
    return first_day(month + 1) - ONE_DAY


def local_instant(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return the UTC instant of a local wall-clock time."""
    return datetime.combine(day, time(hour, minute, second), LOCAL).astimezone(UTC)


def is_working_day(day: date) -> bool:
    """Tell whether a day is none of Saturday, Sunday and the recognised holidays."""
    return CALENDAR.is_working_day(day)


@lru_cache(maxsize=16_384)
def working_day_after(day: date, count: int) -> date:
    """Return the `count`-th working day after `day`; the day itself is day 0."""
    return CALENDAR.wd(day, count)


def day_between(first: date, last: date, rng: Random) -> date:
    """Draw a day, a working day when the draw allows."""
    day = first + timedelta(days=rng.randint(0, (last - first).days))
    for _ in range(3):
        if is_working_day(day):
            break
        day = first + timedelta(days=rng.randint(0, (last - first).days))
    return day
