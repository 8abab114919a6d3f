"""Days, working days and legal terms, counted as the Netherlands counts them.

Day 0 is the day of receipt in Europe/Amsterdam.  A working day is not a Saturday, a Sunday or a
holiday of article 3 of the Algemene termijnenwet, nor a day that a royal decree or the region
adds to those (article 3 lid 3), which is what `Calendar.extra_days` is for.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays
from holidays.constants import OPTIONAL, PUBLIC

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
HOUR_MS = 3_600_000
# From 1941 on clocks in Amsterdam differ from UTC by whole hours, so days end on UTC's hours.
WHOLE_HOURS_SINCE_MS = -915_148_800_000

ASSESSMENT_WORKING_DAYS = 5
SERVICE_TERM_DAYS = 70
REPORT_MEASURE_DAYS = 75
# Algemene termijnenwet article 4: longer terms do not roll to the next working day.
ROLLED_TERM_DAYS_MAX = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The working days of the Netherlands less the days that a region or a decree takes off."""

    extra_days: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Say whether people work on that day."""
        return day.weekday() < 5 and day not in _holidays(day.year) and day not in self.extra_days

    def wd(self, day: date, number: int) -> date:
        """Return the `number`-th working day after `day`; `day` itself never counts.

        Raises ValueError when `number` is below 1: there is no zeroth working day.
        """
        if number < 1:
            raise ValueError("working days are counted from 1")
        while number:
            day += timedelta(days=1)
            number -= self.is_working_day(day)
        return day

    def rolled(self, day: date) -> date:
        """Return the last day of a term that ends on `day`: the next working day if it is none.

        Algemene termijnenwet article 1.  Not for terms over 90 days, nor for a restraining order
        (Wet tijdelijk huisverbod article 13), which ends on its own day.
        """
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def term_end(self, day: date, days: int) -> date:
        """Return the end of a legal term of so many calendar days after `day`."""
        end = day + timedelta(days=days)
        return self.rolled(end) if days <= ROLLED_TERM_DAYS_MAX else end

    def assessment_due(self, received_on: date) -> date:
        """Return the last day for the safety assessment: five working days after receipt."""
        return self.wd(received_on, ASSESSMENT_WORKING_DAYS)

    def service_due(self, received_on: date) -> date:
        """Return the last day of a service by law: ten weeks after the assessment was due."""
        return self.term_end(self.assessment_due(received_on), SERVICE_TERM_DAYS)


def report_measure_due(received_on: date) -> date:
    """Return day 75 after receipt, by which the publications measure services.

    Up to seven days stricter than the law's five working days and ten weeks; never rolled.
    """
    return received_on + timedelta(days=REPORT_MEASURE_DAYS)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month when it is shorter.

    definitions.md counts a year after 29 February to 28 February.  A negative number looks back.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; 29 February becomes 28 February."""
    return months_after(day, 12 * years)


def local_days_later(instant: datetime, days: int) -> datetime:
    """Return the same time of the clock in Amsterdam so many calendar days later, in UTC.

    How a restraining order is counted: ten days over the end of summer time are 241 hours.
    """
    return (instant.astimezone(AMSTERDAM) + timedelta(days=days)).astimezone(UTC)


def amsterdam_day(instant: datetime) -> date:
    """Return the date in Amsterdam at an instant that knows its time zone."""
    return instant.astimezone(AMSTERDAM).date()


def start_of_day(day: date) -> datetime:
    """Return 00:00 in Amsterdam on that day, in UTC."""
    return _at(day, time.min)


def noon(day: date) -> datetime:
    """Return 12:00 in Amsterdam on that day, in UTC."""
    return _at(day, time(12))


def milliseconds(instant: datetime) -> int:
    """Return whole milliseconds since 1970 in UTC, without passing through a float."""
    return (instant - EPOCH) // MILLISECOND


def instant_of(at_ms: int) -> datetime:
    """Return the instant so many milliseconds after 1970, in UTC."""
    return EPOCH + at_ms * MILLISECOND


def day_of(at_ms: int) -> date:
    """Return the date in Amsterdam so many milliseconds after 1970 in UTC."""
    if at_ms < WHOLE_HOURS_SINCE_MS:
        return amsterdam_day(instant_of(at_ms))
    return _day_of_hour(at_ms // HOUR_MS)


@lru_cache(maxsize=65_536)
def _day_of_hour(hour: int) -> date:
    return amsterdam_day(instant_of(hour * HOUR_MS))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, AMSTERDAM).astimezone(UTC)


@lru_cache(maxsize=512)
def _holidays(year: int) -> frozenset[date]:
    """Return the holidays of article 3 that year.

    The package calls Bevrijdingsdag optional outside lustrum years; article 3 has it every year.
    """
    return frozenset(country_holidays("NL", years=year, categories=(PUBLIC, OPTIONAL)))
