"""How many of a series fall in each month as each edition knew it, and the items behind that.

What two editions say differently of one month becomes items that came late, were retracted or
moved to the next month between their knowledge dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from connectors.simulation.arrangement import Statement, arrange
from connectors.simulation.months import ONE_DAY, first_day, last_day, month_of

LATE_DAYS_MAX = 90
"""How long after an edition its late items come in: well before the next yearly one."""

Numbers = dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One counted thing: first counted by edition `first`, last by edition `last` (None: for ever).

    `on` is its own day, `known_on` the day Radar hears of it, `ended_on` the day Radar hears that
    it is void.  `moved_from` is the item of an earlier month that it replaces.
    """

    number: int
    month: int
    first: int
    last: int | None = None
    moved_from: int | None = None
    on: date = date.min
    known_on: date = date.min
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A series to arrange: what each edition states, and how the free months should look.

    `solve` finds an edition's numbers near to a target where more than sums bounds them, and
    `cuts` are the months between which such an edition's numbers may not be moved.  A month of
    which nobody speaks holds its floor at least.  With `early`, items lie at the start of their
    month, in the months of `early` at its end.
    """

    statements: Sequence[Sequence[Statement]]
    known_on: Sequence[date]
    span: range
    exposure: Mapping[int, float]
    default_rate: float
    churn_share: float = 0.0
    solve: Callable[[int, Mapping[int, float]], Numbers] | None = None
    cuts: Sequence[Sequence[range]] = ()
    floors: Mapping[int, float] = field(default_factory=dict)
    early: AbstractSet[int] | None = None


def arrange_series(question: Question, rng: Random) -> list[Numbers]:
    """Return per edition how many fall in each month.

    Each edition is met exactly; where it is silent it repeats what the edition that speaks most
    precisely of that month says, and where none speaks the series' own mean rate.
    """
    span = question.span
    blocks = [_block_sizes(stated, span) for stated in question.statements]
    uniform = {month: question.exposure.get(month, 0.0) for month in span}
    alone = [arrange(stated, span, uniform) for stated in question.statements]
    covered = [(index, month) for index, sizes in enumerate(blocks) for month in sizes]
    counted = sum(alone[index][month] for index, month in covered)
    exposed = sum(uniform[month] for _, month in covered)
    rate = counted / exposed if exposed else question.default_rate
    target: dict[int, float] = {}
    for month in span:
        speaking = [(sizes[month], -index) for index, sizes in enumerate(blocks) if month in sizes]
        natural = max(rate * uniform[month], question.floors.get(month, 0.0))
        target[month] = float(alone[-min(speaking)[1]][month]) if speaking else natural
    if question.solve is None:
        arranged = [arrange(stated, span, target) for stated in question.statements]
    else:
        arranged = [question.solve(index, target) for index in range(len(question.statements))]
    if question.cuts:
        blocks = [
            _block_sizes(stated, span, cuts)
            for stated, cuts in zip(question.statements, question.cuts, strict=True)
        ]
    for index in range(len(arranged) - 1):
        _churn(arranged, blocks, index, question, rng)
    for index, numbers in enumerate(arranged):
        begun = month_of(question.known_on[index])
        for month in span:
            if month not in blocks[index] and month >= begun and index + 1 < len(arranged):
                # Nobody counted this month at this edition: its items are the next one's.
                numbers[month] = 0
    return arranged


def _block_sizes(
    statements: Sequence[Statement], span: range, others: Sequence[range] = ()
) -> dict[int, int]:
    """Return per month that a statement covers the length of the stretch nothing cuts."""
    stated = [*(each.months for each in statements), *others]
    cuts = sorted(
        {span.start, span.stop} | {edge for each in stated for edge in (each.start, each.stop)}
    )
    told = {month for each in statements if not each.is_silence for month in each.months}
    told.update(month for each in others for month in each)
    return {
        month: stop - start
        for start, stop in pairwise(cuts)
        for month in range(start, stop)
        if month in told
    }


def _churn(
    arranged: list[Numbers],
    blocks: Sequence[Mapping[int, int]],
    index: int,
    question: Question,
    rng: Random,
) -> None:
    """Let a few items of a long stretch come late or be retracted although its sum stays.

    The stretch's last month also loses one to the month after it, when this edition does not
    count that month: the report that turned out to belong to January.
    """
    mine, later = arranged[index], arranged[index + 1]
    month = question.span.start
    while month < question.span.stop:
        size = blocks[index].get(month, 1)
        stretch = range(month, month + size)
        month += size
        swaps = round(sum(mine[m] for m in stretch) * question.churn_share)
        if size < 3 or not swaps or any(m not in blocks[index + 1] for m in stretch):
            continue
        gaining = stretch[-1]
        for _ in range(swaps):
            others = [m for m in stretch[:-1] if m != gaining]
            # Where this edition has no more than the later one, one fewer is one that came late.
            losing = rng.choice([m for m in others if mine[m] <= later[m]] or others)
            if mine[losing] > 0:
                mine[losing], mine[gaining] = mine[losing] - 1, mine[gaining] + 1
            gaining = rng.choice(stretch)
        following = stretch.stop
        is_open = following not in blocks[index] and following in blocks[index + 1]
        is_past = following < month_of(question.known_on[index])
        if is_open and is_past and mine[stretch[-1]] > later[stretch[-1]] and mine[following]:
            mine[following] -= 1


def items_of(
    arranged: Sequence[Numbers], question: Question, rng: Random, *, moves: bool = False
) -> list[Item]:
    """Return the items whose counts are `arranged`, each with its days, in order of number."""
    items: list[Item] = []
    for month in question.span:
        alive: list[int] = []
        for edition, numbers in enumerate(arranged):
            while len(alive) > numbers[month]:
                gone = alive.pop()
                items[gone] = replace(items[gone], last=edition - 1)
            while len(alive) < numbers[month]:
                alive.append(len(items))
                items.append(Item(number=len(items), month=month, first=edition))
    if moves:
        _pair_moves(items)
    return [_dated(item, question, rng) for item in items]


def _pair_moves(items: list[Item]) -> None:
    """Make one retracted item and one late item of the next month the same thing, moved."""
    late = {(item.month, item.first): item.number for item in reversed(items) if item.first > 0}
    taken: set[tuple[int, int]] = set()
    for item in list(items):
        if item.last is None or (item.month, item.last) in taken:
            continue
        other = late.get((item.month + 1, item.last + 1))
        if other is not None and items[other].last is None:
            taken.add((item.month, item.last))
            items[other] = replace(items[other], moved_from=item.number)


def _dated(item: Item, question: Question, rng: Random) -> Item:
    """Give an item its own day and the days on which it becomes known and void."""
    known_on = question.known_on
    until = known_on[item.first]
    after = known_on[item.first - 1] if item.first else date.min
    on = _day_in(item.month, min(last_day(item.month), until), rng)
    if question.early is not None:
        is_eve = item.month in question.early and until > last_day(item.month)
        edge = last_day(item.month) if is_eve else first_day(item.month)
        on = min(edge, until)
    if after >= last_day(item.month):
        known = after + timedelta(days=rng.randint(1, LATE_DAYS_MAX))
    else:
        delay = 0 if question.early is not None else _registration_delay_days(rng)
        known = max(on + timedelta(days=delay), after + ONE_DAY)
    ended = None
    if item.last is not None:
        room = (known_on[item.last + 1] - known_on[item.last]).days
        ended = known_on[item.last] + timedelta(days=rng.randint(1, min(LATE_DAYS_MAX, room)))
    return replace(item, on=on, known_on=min(known, until), ended_on=ended)


def _day_in(month: int, until: date, rng: Random) -> date:
    """Draw a day of the month; days at the weekend come a third as often."""
    days = (until - first_day(month)).days
    day = first_day(month) + timedelta(days=rng.randint(0, days))
    for _ in range(2):
        if day.weekday() < 5:
            break
        day = first_day(month) + timedelta(days=rng.randint(0, days))
    return day


def _registration_delay_days(rng: Random) -> int:
    return 0 if rng.random() < 0.3 else rng.choice((1, 1, 1, 2, 3))
