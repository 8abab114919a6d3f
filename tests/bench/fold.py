"""What an event costs the radar's fold: typical, after a million others, and in a huge household.

No servers: rows are decoded, folded and written as bytes to a store in memory that keeps as many
households at hand as the stage does.  Each piece is also only decoded, in the same run, so that
ratios do not depend on the machine.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from statistics import mean, median

from hub.telemetry import tune_garbage_collector
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.state import HouseholdState, to_bytes
from streams.household.stored import from_stored, to_stored
from streams.radar.household_store import CACHED_HOUSEHOLDS_MAX
from streams.radar.region_fold import Kept, RegionFold, last_tick, touched
from streams.radar.rows import Row, decode_row
from tests.bench.figures import Promise, Report
from tests.support.casework import case_step, contact, handover, service, with_people
from tests.support.journal import (
    POLICE,
    REGION,
    Said,
    assessed,
    journal_body,
    local,
    police,
    registered,
    school,
    tick,
)

SEED = 7
ROWS_PER_UNIT = 500
WINDOW_ROWS = 10_000
# About what Drenthe has.  The first ten thousand then span a year, so that findings expire in both
# windows: what days cost belongs to the price of an event.
EVENTS_PER_DAY = 25
ACTIVE_HOUSEHOLDS = 1_500
EVENTS_PER_HOUSEHOLD = 10
HUGE_SIGNALS = 5_000
GROWTH_MAX = 1.3
HUGE_MAX = 2.0
# One page of facts at most half full on average, and now and then the findings.
WRITTEN_MAX = 8_192
STATE_BYTES_MAX = 2_048
TOLD_ROWS = 100_000
FIRST_DAY = date(2024, 1, 1)
FLAGS = ("STALKING", "CHILD_WITNESS", "DEATH_THREAT", "EXTREME_JEALOUSY")


@dataclass(slots=True)
class Store:
    """Households as bytes, and the last used ones at hand, as the stage keeps them."""

    rows: dict[str, tuple[bytes, date | None, int]] = field(default_factory=dict)
    pages: dict[str, dict[int, bytes]] = field(default_factory=dict)
    cache: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    due: dict[date, set[str]] = field(default_factory=dict)

    def apply(self, unit: Sequence[Row]) -> None:
        """Fold one unit: load, apply, write."""
        day = last_tick(unit)
        names = touched(unit)
        if day is not None:
            for due in [due for due in self.due if due <= day]:
                names |= self.due.pop(due)
        loaded = {name: kept for name in names if (kept := self._load(name)) is not None}
        before = {name: kept.state for name, kept in loaded.items()}
        fold = RegionFold(
            region=REGION, rule_set=DEFAULT_RULE_SET, households=loaded, rows_at=lambda _: []
        )
        for row in unit:
            fold.apply(row)
        for name in fold.changed:
            kept = fold.households[name]
            stored = to_stored(kept.state, before.get(name))
            self.rows[name] = (stored.state, kept.wake_at, kept.journal_position)
            if stored.pages:
                self.pages.setdefault(name, {}).update(stored.pages)
            if kept.wake_at is not None:
                self.due.setdefault(kept.wake_at, set()).add(name)
        for name, kept in fold.households.items():
            self.cache[name] = kept
            self.cache.move_to_end(name)
        while len(self.cache) > CACHED_HOUSEHOLDS_MAX:
            self.cache.popitem(last=False)

    def _load(self, name: str) -> Kept | None:
        if name in self.cache or name not in self.rows:
            return self.cache.get(name)
        data, wake_at, position = self.rows[name]
        state = from_stored(data, [body for _, body in sorted(self.pages.get(name, {}).items())])
        return Kept(state=state, wake_at=wake_at, journal_position=position)


def run_fold(*, events: int, tell: Callable[[str], None]) -> Report:
    """Measure a region of so many events, then one huge household beside a small region.

    Microseconds of processor time per event.
    """
    tune_garbage_collector()
    store = Store()
    early: list[tuple[float, float]] = []
    late: list[tuple[float, float]] = []
    done = 0
    for bodies in _units(_region(events)):
        done += len(bodies)
        if done <= WINDOW_ROWS // 2 or WINDOW_ROWS < done <= events - WINDOW_ROWS:
            store.apply([decode_row(body) for body in bodies])
        else:
            (early if done <= WINDOW_ROWS else late).append(_timed(store, bodies))
        if done % TOLD_ROWS == 0:
            tell(f"{done:,} of {events:,} events folded")
    early_decode, early_all = map(median, zip(*early, strict=True))
    late_decode, late_all = map(median, zip(*late, strict=True))
    huge, usual, huge_bytes = _huge()
    sizes = sorted(len(state) for state, _, _ in store.rows.values())
    size = sizes[len(sizes) // 2]
    growth = (late_all / late_decode) / (early_all / early_decode)
    return Report(
        bench="fold",
        promises=(
            Promise(name="late/early, over decoding", value=growth, ceiling=GROWTH_MAX),
            Promise(name="huge household/median", value=huge.cost / usual.cost, ceiling=HUGE_MAX),
            Promise(name="huge household, written bytes", value=huge.bytes, ceiling=WRITTEN_MAX),
            Promise(name="median state in bytes", value=size, ceiling=STATE_BYTES_MAX),
        ),
        measured={
            "events": events,
            "microseconds": {
                "early": {"decode": round(early_decode, 1), "all": round(early_all, 1)},
                "late": {"decode": round(late_decode, 1), "all": round(late_all, 1)},
                "median_household_event": round(usual.cost, 1),
                "huge_household_event": round(huge.cost, 1),
            },
            "written_bytes_per_event": {
                "median_household": round(usual.bytes),
                "huge_household": round(huge.bytes),
            },
            "households": len(store.rows),
            "state_bytes": {"median": size, "p95": sizes[len(sizes) * 95 // 100]},
            "huge_household_bytes": huge_bytes,
        },
    )


def _timed(store: Store, bodies: Sequence[bytes]) -> tuple[float, float]:
    """Return microseconds per event of decoding alone, and of the whole."""
    started = time.process_time()
    for body in bodies:
        decode_row(body)
    decoded = time.process_time()
    store.apply([decode_row(body) for body in bodies])
    ended = time.process_time()
    each = 1_000_000 / len(bodies)
    return (decoded - started) * each, (ended - decoded) * each


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What an event costs: microseconds to decode, fold and put into bytes; the bytes written."""

    cost: float
    bytes: float


def _huge() -> tuple[Price, Price, int]:
    """Return the price of an event in the huge household, in the median one, and its whole size.

    Event by event, so without what a unit saves: the mean of a household's events.  Of the huge
    one the last five hundred count, of the others the second half.
    """
    others: dict[str, list[Price]] = {}
    prices, _ = _prices(list(_region(WINDOW_ROWS)))
    for name, price in prices[len(prices) // 2 :]:
        others.setdefault(name, []).append(price)
    means = [_mean(each) for each in others.values() if len(each) >= EVENTS_PER_HOUSEHOLD // 2]
    usual = Price(cost=median(p.cost for p in means), bytes=median(p.bytes for p in means))
    huge, size = _prices(list(_huge_household()))
    return _mean([price for _, price in huge[-500:]]), usual, size


def _mean(prices: Sequence[Price]) -> Price:
    return Price(cost=mean(p.cost for p in prices), bytes=mean(p.bytes for p in prices))


def _prices(bodies: Sequence[bytes]) -> tuple[list[tuple[str, Price]], int]:
    fold = RegionFold(region=REGION, rule_set=DEFAULT_RULE_SET, households={}, rows_at=lambda _: [])
    known: dict[str, HouseholdState] = {}
    prices = []
    for body in bodies:
        started = time.process_time()
        row = decode_row(body)
        fold.apply(row)
        for name in row.household_ids:
            state = fold.households[name].state
            stored = to_stored(state, known.get(name))
            known[name] = state
            cost = (time.process_time() - started) * 1_000_000
            size = len(stored.state) + sum(map(len, stored.pages.values()))
            prices.append((name, Price(cost=cost, bytes=size)))
    largest = max(fold.households.values(), key=lambda kept: len(kept.state.facts))
    return prices, len(to_bytes(largest.state))


def _units(bodies: Iterator[bytes]) -> Iterator[list[bytes]]:
    unit: list[bytes] = []
    for body in bodies:
        unit.append(body)
        if len(unit) == ROWS_PER_UNIT:
            yield unit
            unit = []


def _region(events: int) -> Iterator[bytes]:
    """Yield a region's journal: households become active, are spoken of ten times, fall silent."""
    draw = random.Random(SEED)
    active = [(f"household-{n:07}", n % EVENTS_PER_HOUSEHOLD) for n in range(ACTIVE_HOUSEHOLDS)]
    made = ACTIVE_HOUSEHOLDS
    for position in range(1, events + 1):
        day = FIRST_DAY + timedelta(days=position // EVENTS_PER_DAY)
        if position % EVENTS_PER_DAY == 0:
            yield _body(tick(day.isoformat()), position, day)
            continue
        at = draw.randrange(ACTIVE_HOUSEHOLDS)
        name, number = active[at]
        said = _event(draw, f"{name}-{number}", name, number, day.isoformat())
        active[at] = (name, number + 1)
        if number + 1 == EVENTS_PER_HOUSEHOLD:
            active[at] = (f"household-{made:07}", 0)
            made += 1
        yield _body(replace(said, households=(name,)), position, day)


def _event(draw: random.Random, event_id: str, home: str, number: int, day: str) -> Said:
    people = (
        (f"{home}-he", "SUSPECTED_PERPETRATOR", "ADULT"),
        (f"{home}-she", "VICTIM", "ADULT"),
        (f"{home}-child", "CHILD", "AGE_2_11"),
    )
    report = f"{home}-report-{number // 5}"
    match number % 5:
        case 0:
            flags = draw.sample(FLAGS, draw.choice((0, 0, 1)))
            if draw.random() < 0.6:
                return with_people(police(day, event_id, number=report, flags=flags), *people)
            return with_people(school(day, event_id, number=report, flags=flags), *people)
        case 1:
            of = (POLICE, report)
            return with_people(
                registered(day, event_id, report_id=report, case_id=home, of=of), *people
            )
        case 2:
            return assessed(day, event_id, report_id=report)
        case 3:
            if draw.random() < 0.5:
                return handover(day, event_id, handover_id=report)
            return service(day, event_id, service_id=report, report_id=report)
        case _:
            if draw.random() < 0.5:
                return contact(day, event_id, case_id=home)
            return case_step(day, event_id, "OPENED", case_id=home)


def _huge_household() -> Iterator[bytes]:
    """Yield five thousand police reports of one household within a year, some with flags."""
    draw = random.Random(SEED)
    people = (("he", "SUSPECTED_PERPETRATOR", "ADULT"), ("child", "CHILD", "AGE_2_11"))
    begin = datetime(2024, 1, 1)  # noqa: DTZ001 - a time in Amsterdam, as journal.py writes it
    minutes = 364 * 1_440 // HUGE_SIGNALS
    for number in range(HUGE_SIGNALS):
        at = f"{begin + timedelta(minutes=minutes * number):%Y-%m-%d %H:%M}"
        flags = draw.sample(FLAGS, draw.choice((0, 0, 1)))
        said = with_people(police(at, f"huge-{number}", number=f"n{number}", flags=flags), *people)
        known_at = local(at)
        yield journal_body(said, position=number + 1, known_at=known_at)


def _body(said: Said, position: int, day: date) -> bytes:
    return journal_body(said, position=position, known_at=local(f"{day} 10:00"))
