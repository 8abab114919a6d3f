"""When things are completed, so that an edition's terms and outcomes come out as printed.

The days that an edition speaks of are cut into stretches that none of its figures cuts.  Whatever
could be completed in the same stretches and buckets is one class; how many of a class go where is
a problem in whole numbers, and who goes where is drawn.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from connectors.simulation.figures import TermFigure
from connectors.simulation.integers import Problem, Tag, ones
from connectors.simulation.months import day_between, first_day, last_day

LAST = 2
"""The bucket of the slowest, of which a mean may be printed."""

FINE_SUBJECTS_MAX = 1500
"""Up to so many, subjects are told apart by the day; above, by the week, which is near enough."""

REFUSALS = (
    (frozenset({"mean"}), "mean_unreachable"),
    (frozenset({"share"}), "term_unreachable"),
    (frozenset[str](), "totals_disagree"),
)

Days = tuple[date, date]
Done = tuple[int, date]
"""Which way was gone (a place in the subject's ways), and on what day it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way a subject may be completed: received on a day, per bucket from and to which day."""

    report: int
    received_on: date
    buckets: tuple[Days, Days, Days]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What may be completed: by its ways, and as `done` when nobody asks otherwise.

    `is_told`: an earlier edition has counted it as it is, so that a change is a correction.
    """

    number: int
    ways: tuple[Way, ...]
    done: Done | None
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount:
    """So many of what is completed in these months have an outcome."""

    figure: str
    months: range
    outcome: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one edition prints of things completed, up to the end of `until`."""

    edition: str
    until: date
    terms: Sequence[TermFigure]
    outcomes: Sequence[OutcomeCount] = ()

    @property
    def periods(self) -> list[range]:
        """The months of every figure."""
        return [*(each.months for each in self.terms), *(each.months for each in self.outcomes)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days that no figure cuts, and how many completed in them have each claimed outcome."""

    first: date
    last: date
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Completed in a stretch, in a bucket, by a way; `low` to `high` are the days it then took."""

    stretch: int
    bucket: int
    way: int
    low: int
    high: int


_Class = tuple[tuple[_Place, ...], "_Place | None", bool]
_Cells = dict[tuple[_Class, "_Place | None"], int]


def complete(
    subjects: Sequence[Subject], wanted: Wanted, rng: Random, *, is_last: bool
) -> tuple[dict[int, Done], list[Stretch]]:
    """Return per subject how it is completed by `until`, if it is, and the stretches' outcomes.

    Raises FiguresError naming the figures that no completion of these subjects can give; while
    the caller has more to try (`is_last` False), MoreEffortError, and sooner.
    """
    stretches = _stretches(wanted)
    is_fine = len(subjects) <= FINE_SUBJECTS_MAX
    classes: dict[_Class, list[Subject]] = defaultdict(list)
    for subject in subjects:
        places = _places(subject, stretches)
        classes[_class_of(subject, places, stretches, is_fine=is_fine)].append(subject)
    problem = Problem()
    cells: _Cells = {}
    for key, members in classes.items():
        options, done, is_told = key
        for option in (*options, None):
            cost = 0.0 if option == done else 4.0 if is_told else 1.0
            cells[key, option] = problem.number(cost=cost)
        problem.equal(ones(cells[key, option] for option in (*options, None)), len(members))
    days = _state_terms(problem, wanted, stretches, cells)
    outcomes = _state_outcomes(problem, wanted, stretches, cells)
    values = problem.solve(REFUSALS, is_last=is_last)
    drawn = _Drawn(stretches, wanted.until, rng)
    for key, members in classes.items():
        drawn.place(members, key, {o: values[cells[key, o]] for o in (*key[0], None)})
    for stretch, column in days.items():
        drawn.meet_days(stretch, values[column])
    settled = [
        Stretch(first=first, last=last, outcomes={o: values[c] for o, c in outcomes[n].items()})
        for n, (first, last) in enumerate(stretches)
    ]
    return drawn.done, settled


def _stretches(wanted: Wanted) -> list[Days]:
    """Return the days that the edition's figures speak of, cut where one of them begins or ends."""
    cuts = sorted({edge for each in wanted.periods for edge in (each.start, each.stop)})
    found = []
    for start, stop in pairwise(cuts):
        first, last = first_day(start), min(last_day(stop - 1), wanted.until)
        if first <= last and any(start in each for each in wanted.periods):
            found.append((first, last))
    return found


def _places(subject: Subject, stretches: Sequence[Days]) -> list[_Place]:
    """Return every stretch and bucket in which a subject may be completed, by its first way."""
    found: list[_Place] = []
    for number, (begin, end) in enumerate(stretches):
        for bucket in range(3):
            ranges: set[tuple[int, int]] = set()
            for place, way in enumerate(subject.ways):
                first, last = way.buckets[bucket]
                first, last = max(first, begin), min(last, end)
                low, high = (first - way.received_on).days, (last - way.received_on).days
                # A second way into the same bucket matters only when it takes other days.
                if first > last or (ranges and (bucket != LAST or (low, high) in ranges)):
                    continue
                ranges.add((low, high))
                found.append(_Place(number, bucket, place, low, high))
    return found


def _class_of(
    subject: Subject, places: Sequence[_Place], stretches: Sequence[Days], *, is_fine: bool
) -> _Class:
    """Return what subjects must have in common to be interchangeable."""
    step = 1 if is_fine else 7
    coarse = tuple(
        _Place(p.stretch, p.bucket, p.way, -(-p.low // step) * step, p.high // step * step)
        if p.bucket == LAST
        else _Place(p.stretch, p.bucket, p.way, 0, 0)
        for p in places
    )
    done = None
    if subject.done is not None:
        way, day = subject.done
        for place, kept in zip(places, coarse, strict=True):
            first, last = subject.ways[way].buckets[place.bucket]
            begin, end = stretches[place.stretch]
            if place.way == way and max(first, begin) <= day <= min(last, end):
                done = kept
    return coarse, done, subject.is_told


def _state_terms(
    problem: Problem, wanted: Wanted, stretches: Sequence[Days], cells: _Cells
) -> dict[int, int]:
    """Add the printed shares and means; return the column of days in the last bucket by stretch."""
    days: dict[int, int] = {}
    for term in wanted.terms:
        own = {n for n, (first, _) in enumerate(stretches) if _month(first) in term.months}
        here = {k: c for k, c in cells.items() if k[1] is not None and k[1].stretch in own}
        buckets = [
            ones(c for k, c in here.items() if k[1] is not None and k[1].bucket == bucket)
            for bucket in range(3)
        ]
        name = f"{wanted.edition}/{term.id}"
        for bucket, share in zip(buckets, term.shares, strict=True):
            if share is not None:
                tag = Tag(figure=name, kind="share")
                problem.prints(bucket, ones(here.values()), share, term.decimals, tag)
        if term.mean_days_last is None:
            continue
        for stretch in own - set(days):
            days[stretch] = _days_column(problem, stretch, cells)
        tag = Tag(figure=name, kind="mean")
        tenths = int((term.mean_days_last * 10).to_integral_value())
        # mean - 0.05 <= days / n < mean + 0.05, and n is not zero.
        total = dict.fromkeys((days[stretch] for stretch in own), -20)
        problem.at_most({**total, **dict.fromkeys(buckets[LAST], 2 * tenths - 1)}, 0, tag)
        total = dict.fromkeys(total, 20)
        problem.at_most({**total, **dict.fromkeys(buckets[LAST], -2 * tenths - 1)}, -1, tag)
    return days


def _days_column(problem: Problem, stretch: int, cells: _Cells) -> int:
    """Add how many days the slow of a stretch took together, between what they can take."""
    column = problem.number()
    slow = {
        c: k[1]
        for k, c in cells.items()
        if k[1] is not None and k[1].stretch == stretch and k[1].bucket == LAST
    }
    problem.at_most({column: -1, **{c: place.low for c, place in slow.items()}}, 0)
    problem.at_most({column: 1, **{c: -place.high for c, place in slow.items()}}, 0)
    return column


def _state_outcomes(
    problem: Problem, wanted: Wanted, stretches: Sequence[Days], cells: _Cells
) -> list[dict[str, int]]:
    """Add the printed outcomes; return per stretch the column of each outcome claimed there."""
    columns: list[dict[str, int]] = [{} for _ in stretches]
    for each in wanted.outcomes:
        own = [n for n, (first, _) in enumerate(stretches) if _month(first) in each.months]
        for number in own:
            if each.outcome not in columns[number]:
                columns[number][each.outcome] = problem.number()
        told = ones(columns[number][each.outcome] for number in own)
        problem.equal(told, each.count, Tag(figure=each.figure, kind="sum"))
    for number, own_columns in enumerate(columns):
        done = [c for k, c in cells.items() if k[1] is not None and k[1].stretch == number]
        problem.at_most({**ones(own_columns.values()), **dict.fromkeys(done, -1)}, 0)
    return columns


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


class _Drawn:
    """Who is completed where and when, once it is known how many are."""

    def __init__(self, stretches: Sequence[Days], until: date, rng: Random) -> None:
        self.done: dict[int, Done] = {}
        self._stretches = stretches
        self._until = until
        self._rng = rng
        self._slow: dict[int, list[tuple[Subject, int]]] = defaultdict(list)

    def place(
        self, members: Sequence[Subject], key: _Class, quota: Mapping[_Place | None, int]
    ) -> None:
        """Give each member of a class its place: as many as can stay where they are."""
        kept = key[1]
        order = list(members)
        self._rng.shuffle(order)
        left = Counter({option: count for option, count in quota.items() if count})
        stays = min(left[kept], len(order))
        for subject in order[:stays]:
            self._keep(subject, kept)
        left[kept] -= stays
        movers = iter(order[stays:])
        for option, count in left.items():
            for _ in range(count):
                self._move(next(movers), option)

    def _keep(self, subject: Subject, option: _Place | None) -> None:
        if subject.done is None:
            return
        if option is not None or self._is_unasked(subject.done[1]):
            self.done[subject.number] = subject.done
            if option is not None and option.bucket == LAST:
                self._slow[option.stretch].append((subject, subject.done[0]))

    def _is_unasked(self, day: date) -> bool:
        """Tell whether no figure of the edition speaks of a day."""
        return day <= self._until and not any(a <= day <= b for a, b in self._stretches)

    def _move(self, subject: Subject, option: _Place | None) -> None:
        if option is None:
            return
        first, last = self._room(subject, option.stretch, option.bucket, option.way)
        day = day_between(first, last, self._rng)
        self.done[subject.number] = (option.way, day)
        if option.bucket == LAST:
            self._slow[option.stretch].append((subject, option.way))

    def _room(self, subject: Subject, stretch: int, bucket: int, way: int) -> Days:
        first, last = subject.ways[way].buckets[bucket]
        begin, end = self._stretches[stretch]
        return max(first, begin), min(last, end)

    def meet_days(self, stretch: int, total: int) -> None:
        """Move the slow of a stretch day by day, in turn, until they took so many days together."""
        slow = self._slow[stretch]
        missing = total - sum(self._took(subject, way) for subject, way in slow)
        self._rng.shuffle(slow)
        while missing:
            step = 1 if missing > 0 else -1
            before = missing
            for subject, way in slow:
                first, last = self._room(subject, stretch, LAST, way)
                day = self.done[subject.number][1] + timedelta(days=step)
                if missing and first <= day <= last:
                    self.done[subject.number] = (way, day)
                    missing -= step
            if missing == before:
                raise AssertionError("the days of a stretch do not add up to what they can")

    def _took(self, subject: Subject, way: int) -> int:
        return (self.done[subject.number][1] - subject.ways[way].received_on).days
