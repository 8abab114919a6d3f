"""Services after an assessment: when they start, are picked up and end, as the terms print."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from connectors.simulation.arranger import Arranger
from connectors.simulation.assumptions import Assumptions
from connectors.simulation.completing import Days, Subject, Wanted, Way, complete
from connectors.simulation.months import first_day, last_day
from connectors.simulation.series import Item
from connectors.simulation.statements import Series

EDGES = (75, 105)
"""Upper edges of the first two buckets, in days after the report."""

LIFE_DAYS_MAX = 330
"""No service lasts longer by itself."""

ASKED_DAYS_MAX = 3_000
"""How long one may last when a printed mean asks for it."""

AGES_DAYS = (0, 30, 60, 75, 90, 106, 130, 180, 270, 400, 700, 1100)
"""How old the report may be from which a service is said to follow, where the terms need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A service's end, from when the region heard of it until when it turned out to be untrue."""

    on: date
    known_on: date
    is_aborted: bool = False
    void_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRun:
    """One service: the item that counts its start, its report, and the days of its life.

    `report` is None for a service that came with a case from another region.
    """

    item: Item
    service: str
    report: int | None
    received_on: date
    registered_on: date
    picked_up_on: date | None = None
    endings: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class _Life:
    """How a service ends, as far as is known while the editions are gone through."""

    ended_on: date | None
    is_aborted: bool


def with_lives(
    arranger: Arranger,
    series: Series,
    runs: Sequence[ServiceRun],
    reports: Sequence[Item],
    rng: Random,
) -> list[ServiceRun]:
    """Return the services with their reports and ends, meeting each edition's terms.

    `reports` are those that stand, in order of day.  Raises FiguresError `term_unreachable` or
    `mean_unreachable` when no services can end as an edition prints.
    """
    assumptions, known_on = arranger.assumptions, arranger.known_on
    shares = _bucket_shares(series, assumptions)
    lives = {
        run.item.number: _draw(run, shares, assumptions.service_completed_share, known_on[-1], rng)
        for run in runs
    }
    bound = {run.item.number: run for run in runs}
    endings: dict[int, tuple[Ending, ...]] = {}
    told = date.min
    for index, edition in enumerate(arranger.figures.editions):
        terms = [term for term in edition.terms if term.service == series]
        if not terms:
            continue
        wanted = Wanted(edition=edition.id, until=edition.known_on, terms=terms)
        alive = [r for r in bound.values() if _is_alive(r.item, index)]
        subjects = {
            run.item.number: _subject(run, lives[run.item.number], wanted, reports, endings)
            for run in alive
        }
        done, _ = complete(list(subjects.values()), wanted, rng, is_last=arranger.effort.is_last)
        for run in alive:
            number = run.item.number
            life = lives[number]
            if number in done:
                way, day = done[number]
                chosen = subjects[number].ways[way]
                bound[number] = replace(run, report=chosen.report, received_on=chosen.received_on)
                lives[number] = _Life(day, is_aborted=False)
            elif not life.is_aborted and (life.ended_on or date.max) <= wanted.until:
                lives[number] = _Life(None, is_aborted=False)
            endings[number] = _told(
                endings.get(number, ()), lives[number], run.item, (told, wanted.until), rng
            )
        told = wanted.until
    finished = [
        replace(
            run,
            endings=_told(endings.get(number, ()), lives[number], run.item, (told, None), rng),
        )
        for number, run in bound.items()
    ]
    picked_up = assumptions.service_picked_up_share
    return [_with_pick_up(run, picked_up, known_on[-1], rng) for run in finished]


def _bucket_shares(series: Series, assumptions: Assumptions) -> tuple[float, float]:
    if series == "conditions":
        return (
            assumptions.conditions_first_bucket_share,
            assumptions.conditions_second_bucket_share,
        )
    return (
        assumptions.investigation_first_bucket_share,
        assumptions.investigation_second_bucket_share,
    )


def _is_alive(item: Item, edition: int) -> bool:
    return item.first <= edition and (item.last is None or item.last >= edition)


def _buckets(received_on: date, earliest: date, days_max: int) -> tuple[Days, Days, Days]:
    """Return the days on which the service, ending, falls in each bucket."""
    edges = (-1, *EDGES, days_max)
    first, second, third = (
        (
            max(received_on + timedelta(days=before + 1), earliest),
            received_on + timedelta(days=after),
        )
        for before, after in pairwise(edges)
    )
    return first, second, third


def _draw(
    run: ServiceRun, bucket_shares: tuple[float, float], completed_share: float, until: date,
    rng: Random,
) -> _Life:  # fmt: skip
    """Draw when a service ends; one that would end after `until` is still open."""
    chance = rng.random()
    shares = (bucket_shares[0], sum(bucket_shares), 1.0)
    start = next(index for index, share in enumerate(shares) if chance < share)
    earliest = max(run.registered_on + timedelta(days=1), run.item.known_on)
    buckets = _buckets(run.received_on, earliest, LIFE_DAYS_MAX)
    fitting = [days for days in buckets[start:] if days[0] <= days[1]]
    # One in twelve stops half-way; it ends, but completes nothing (ours).
    is_aborted = rng.random() < 1 / 12
    if not fitting or rng.random() >= completed_share:
        return _Life(None, is_aborted)
    first, last = fitting[0]
    day = first + timedelta(days=rng.randint(0, (last - first).days))
    return _Life(day if day <= until else None, is_aborted)


def _subject(
    run: ServiceRun,
    life: _Life,
    wanted: Wanted,
    reports: Sequence[Item],
    endings: Mapping[int, Sequence[Ending]],
) -> Subject:
    """Return the ways in which a service may end; once it was counted, its report is settled."""
    earliest = max(run.registered_on, run.item.known_on)
    is_told = any(not each.is_aborted for each in endings.get(run.item.number, ()))
    origins: dict[int, date] = {}
    if run.report is not None:
        origins[run.report] = run.received_on
    if not is_told:
        origins |= _origins(run, wanted, reports)
    ways = tuple(
        Way(
            report=report,
            received_on=received_on,
            buckets=_buckets(received_on, earliest, ASKED_DAYS_MAX),
        )
        for report, received_on in origins.items()
    )
    day = life.ended_on
    is_counted = day is not None and day <= wanted.until and not life.is_aborted
    return Subject(
        number=run.item.number,
        ways=ways,
        done=(0, day) if is_counted and day is not None and run.report is not None else None,
        is_told=is_told,
    )


def _origins(run: ServiceRun, wanted: Wanted, reports: Sequence[Item]) -> dict[int, date]:
    """Return reports of several ages that a service may be said to follow, the youngest first."""
    ends = {
        min(last_day(term.months.stop - 1), wanted.until) for term in wanted.terms
    } | {first_day(term.months.start) for term in wanted.terms}  # fmt: skip
    wishes = {run.registered_on - timedelta(days=age) for age in AGES_DAYS}
    # Just old enough for a slower bucket by the end of a period, or young enough at its start.
    wishes |= {end - timedelta(days=edge) for end in ends for edge in (*EDGES, EDGES[1] + 1)}
    found: dict[int, date] = {}
    for wish in sorted(wishes, reverse=True):
        stop = bisect_right(reports, min(wish, run.registered_on), key=lambda report: report.on)
        fitting = next(
            (r for r in reversed(reports[:stop]) if r.known_on <= run.item.known_on), None
        )
        if fitting is not None:
            found.setdefault(fitting.number, fitting.on)
    return found


def _told(
    before: tuple[Ending, ...],
    life: _Life,
    item: Item,
    window: tuple[date, date | None],
    rng: Random,
) -> tuple[Ending, ...]:
    """Add what the region hears of a service's end between two editions that speak of ends."""
    after, until = window
    standing = before[-1] if before and before[-1].void_on is None else None
    day = life.ended_on
    if day is not None and until is not None and day > until:
        day = None
    if standing is not None:
        if (standing.on, standing.is_aborted) == (day, life.is_aborted):
            return before
        if day is None and until is None:
            return before
        void = after + timedelta(days=rng.randint(1, max(1, ((until or after) - after).days)))
        before = (*before[:-1], replace(standing, void_on=void))
        after = void - timedelta(days=1)
    if day is None:
        return before
    known = max(day, item.known_on)
    if known <= after:
        last = until or after + timedelta(days=30)
        known = after + timedelta(days=rng.randint(1, max(1, (last - after).days)))
    return (*before, Ending(on=day, known_on=known, is_aborted=life.is_aborted))


def _with_pick_up(run: ServiceRun, picked_up_share: float, until: date, rng: Random) -> ServiceRun:
    """Draw the day a service was picked up, between its start and its end."""
    ends = [ending.on for ending in run.endings]
    last = min([*ends, run.registered_on + timedelta(days=120), until])
    first = max(run.registered_on, run.item.known_on)
    if rng.random() >= picked_up_share or last <= first:
        return run
    wait = min(int(rng.expovariate(1 / 28)), (last - first).days)
    return replace(run, picked_up_on=first + timedelta(days=wait))
