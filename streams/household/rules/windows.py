"""Looking back from an episode: which traits show within so many days or months of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from streams.household.journal_event import EventKey
from streams.household.picture import Picture
from streams.household.rules.rule import episodes_within
from streams.household.terms import Calendar, day_of, months_after
from streams.household.traits import Trace, Trait

# An episode lasts three days at most, so one that starts before a window may end in it.
EPISODE_DAYS = 3


def traces_within(
    picture: Picture, at: int, trait: Trait, window_days: int
) -> list[tuple[str, Trace, int]]:
    """Return (value, trace, episode) of each showing up to `at` within so many days of it.

    The day of the signal decides; signals of the episode itself always count.
    """
    earliest = picture.days[at] - window_days
    return [
        (value, trace, number)
        for number in episodes_within(picture, at, window_days + EPISODE_DAYS)
        for value, trace in picture.episodes[number].shows(trait).items()
        if picture.days[number] >= earliest or day_of(trace.at_ms).toordinal() >= earliest
    ]


def cited(traces: Iterable[Trace]) -> frozenset[EventKey]:
    """Return the events to cite for traces."""
    keys: set[EventKey] = set()
    for trace in traces:
        keys.add(trace.signal)
        keys.add(trace.event)
    return frozenset(keys)


def days_between(earlier: date, later: date) -> int:
    """Return Δ(earlier, later) in calendar days; below 0 when the order is the other one."""
    return (later - earlier).days


def is_within_months(earlier: date, later: date, months: int) -> bool:
    """Say whether 0 <= Δ and `later` lies at most so many calendar months after `earlier`."""
    return earlier <= later <= months_after(earlier, months)


@lru_cache(maxsize=16_384)
def working_day_after(calendar: Calendar, day: date, number: int) -> date:
    """Return the `number`-th working day after a day; the day itself for none."""
    return calendar.wd(day, number) if number else day
