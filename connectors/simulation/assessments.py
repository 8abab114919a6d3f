"""When each report's safety assessment is done: the printed terms, and enough of them per year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from connectors.simulation.assumptions import Assumptions
from connectors.simulation.buckets import day_total, settle_buckets
from connectors.simulation.figures import FiguresError, TermFigure
from connectors.simulation.months import (
    ONE_DAY,
    first_day,
    is_working_day,
    last_day,
    working_day_after,
)
from connectors.simulation.series import Item

LEAD_DAYS_MAX = 240
"""No assessment in the log takes longer; the mean of the slow ones is about fifty days."""

Completions = dict[int, date]
FIRST, SECOND, LAST = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A term figure and the days it speaks of, up to the day of its edition."""

    term: TermFigure
    first: date
    last: date


def window_of(term: TermFigure, known_on: date) -> Window:
    """Return the days in which a term figure's population was completed."""
    months = term.months
    return Window(
        term=term,
        first=first_day(months.start),
        last=min(last_day(months.stop - 1), known_on),
    )


def bucket_of(received: date, completed: date) -> int:
    """Return 0 within five working days, 1 within fifteen days, 2 after that."""
    if completed <= working_day_after(received, 5):
        return FIRST
    return SECOND if (completed - received).days <= 15 else LAST


def _bounds(report: Item, bucket: int) -> tuple[date, date]:
    """Return the first and last day on which the report's assessment falls in a bucket."""
    fifth = working_day_after(report.on, 5)
    fifteenth = report.on + timedelta(days=15)
    earliest = max(report.on + ONE_DAY, report.known_on)
    if bucket == FIRST:
        return earliest, fifth
    if bucket == SECOND:
        return max(earliest, fifth + ONE_DAY), fifteenth
    return max(earliest, fifteenth + ONE_DAY), report.on + timedelta(days=LEAD_DAYS_MAX)


def _day_between(first: date, last: date, rng: Random) -> date:
    """Draw a day, a working day when the draw allows."""
    day = first + timedelta(days=rng.randint(0, (last - first).days))
    for _ in range(3):
        if is_working_day(day):
            break
        day = first + timedelta(days=rng.randint(0, (last - first).days))
    return day


def _draw(report: Item, bucket: int, mean_days: float, rng: Random) -> date:
    first, last = _bounds(report, bucket)
    if bucket != LAST:
        return _day_between(first, max(first, last), rng)
    slow = rng.expovariate(1 / max(1.0, mean_days - 16))
    day = min(first + timedelta(days=int(slow)), last)
    while day < last and not is_working_day(day):
        day += ONE_DAY
    return day


def draw_completions(
    reports: Iterable[Item], assumptions: Assumptions, until: date, rng: Random
) -> Completions:
    """Draw a day of completion for most reports; one after `until` is left out, still open."""
    one = assumptions.assessment_first_bucket_share
    two = one + assumptions.assessment_second_bucket_share
    completions: Completions = {}
    for report in reports:
        if rng.random() >= assumptions.assessed_share:
            continue
        chance = rng.random()
        bucket = FIRST if chance < one else SECOND if chance < two else LAST
        day = _draw(report, bucket, assumptions.assessment_last_bucket_mean_days, rng)
        if day <= until:
            completions[report.number] = day
    return completions


def complete_enough(
    completions: Completions,
    reports: Sequence[Item],
    *,
    months: range,
    needed: int,
    until: date,
    rng: Random,
) -> int:
    """See to `needed` completions in a period, by finishing open reports or later ones earlier.

    Returns how many are still missing when no report of the log can help any more.
    """
    first, last = first_day(months.start), min(last_day(months.stop - 1), until)
    missing = needed - sum(first <= day <= last for day in completions.values())
    for report in reversed(reports):
        if missing <= 0:
            break
        done = completions.get(report.number)
        earliest = max(report.on + ONE_DAY, report.known_on, first)
        if earliest <= last and (done is None or done > last):
            completions[report.number] = _day_between(earliest, last, rng)
            missing -= 1
    return max(0, missing)


def meet_term(
    completions: Completions, reports: Sequence[Item], window: Window, rng: Random
) -> None:
    """Shift completions within a window until its buckets and mean print as stated.

    Raises FiguresError when no population does.
    """
    by_bucket: list[list[Item]] = [[], [], []]
    flexible: list[Item] = []
    for report in reports:
        done = completions.get(report.number)
        if done is None or not window.first <= done <= window.last:
            continue
        can_be_any = report.on >= window.first and _bounds(report, LAST)[0] <= window.last
        held = flexible if can_be_any else by_bucket[bucket_of(report.on, done)]
        held.append(report)
    quota, kept = settle_buckets(window.term, [len(each) for each in by_bucket], len(flexible))
    members: list[list[Item]] = []
    for bucket, fixed in enumerate(by_bucket):
        members.append(fixed[: kept[bucket]])
        for report in fixed[kept[bucket] :]:
            del completions[report.number]
    rng.shuffle(flexible)
    wanted = [quota[bucket] - kept[bucket] for bucket in range(3)]
    homeless = []
    for report in flexible:
        bucket = bucket_of(report.on, completions[report.number])
        if wanted[bucket]:
            wanted[bucket] -= 1
            members[bucket].append(report)
        else:
            homeless.append(report)
    for report in homeless:
        needing = [each for each in range(3) if wanted[each]]
        if not needing:
            del completions[report.number]
            continue
        bucket = needing[0]
        wanted[bucket] -= 1
        members[bucket].append(report)
        first, last = _bounds(report, bucket)
        completions[report.number] = _day_between(first, min(last, window.last), rng)
    if window.term.mean_days_last is not None:
        _meet_mean(completions, members[LAST], window, rng)


def _meet_mean(completions: Completions, slow: list[Item], window: Window, rng: Random) -> None:
    """Move slow completions day by day, in turn, until their days sum to the printed mean."""
    missing = day_total(len(slow), window.term) - sum(
        (completions[report.number] - report.on).days for report in slow
    )
    rng.shuffle(slow)
    while missing:
        step = ONE_DAY if missing > 0 else -ONE_DAY
        before = missing
        for report in slow:
            first, last = _bounds(report, LAST)
            day = completions[report.number] + step
            if missing and max(first, window.first) <= day <= min(last, window.last):
                completions[report.number] = day
                missing -= step.days
        if missing == before:
            raise FiguresError(
                "mean_unreachable",
                (window.term.id,),
                "no report of the log is old or young enough for the printed mean",
            )
