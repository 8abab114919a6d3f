"""What each assessment decides, so that handovers and services come out as printed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from connectors.simulation.arranger import Arranger
from connectors.simulation.assessments import Completions, window_of
from connectors.simulation.assumptions import OTHER_OUTCOME_RATES
from connectors.simulation.figures import FiguresError
from connectors.simulation.months import month_of
from connectors.simulation.series import Item
from connectors.simulation.services import (
    ServiceRun,
    draw_runs,
    meet_service_term,
    with_pick_up,
)
from connectors.simulation.statements import Series

OUTCOME_OF_SERIES: Mapping[Series, str] = {
    "handover_professional": "HANDOVER_PROFESSIONAL",
    "handover_network": "HANDOVER_CLIENT_NETWORK",
    "conditions": "CONDITIONS_AND_FOLLOW_UP",
    "investigation": "INVESTIGATION",
}
SERVICES: tuple[Series, Series] = ("conditions", "investigation")
HANDOVERS: tuple[Series, Series] = ("handover_professional", "handover_network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The assessment of one report; `ended_on` is the day the region hears that it is void."""

    report: int
    completed_on: date
    known_on: date
    outcome: str
    ended_on: date | None = None


def known_day(day: date, delay_days: int, known_on: Sequence[date]) -> date:
    """Return the day something is heard of: soon, and before the next edition is made."""
    edition = next((each for each in known_on if each >= day), known_on[-1])
    return min(day + timedelta(days=delay_days), max(day, edition))


class _Pool:
    """Assessments done in each month that have no outcome yet."""

    def __init__(self, completions: Completions, known_on: Sequence[date], rng: Random) -> None:
        self._known_on = known_on
        self._months: dict[int, list[tuple[int, date]]] = defaultdict(list)
        for number, day in sorted(completions.items()):
            self._months[month_of(day)].append((number, day))
        for month in sorted(self._months):
            rng.shuffle(self._months[month])

    def take(self, item: Item) -> tuple[int, date] | None:
        """Take an assessment of the item's month that its first edition can have heard of."""
        pool = self._months[item.month]
        for index in range(len(pool) - 1, -1, -1):
            if pool[index][1] <= self._known_on[item.first]:
                return pool.pop(index)
        return None

    def rest(self) -> list[tuple[int, date]]:
        """Return what nobody took, in order of report."""
        return sorted(each for pool in self._months.values() for each in pool)


def decide(
    arranger: Arranger,
    items: dict[Series, Sequence[Item]],
    reports: Sequence[Item],
    completions: Completions,
) -> tuple[dict[int, Decision], list[ServiceRun]]:
    """Return each assessed report's decision and the services that follow.

    Adds the handover series to `items`.  Raises FiguresError when more outcomes are printed than
    reports could be assessed.
    """
    rng = arranger.chance("outcomes")
    known_on = arranger.known_on
    received = {report.number: report.on for report in reports}
    done: Counter[int] = Counter(month_of(day) for day in completions.values())
    pool = _Pool(completions, known_on, rng)
    decisions: dict[int, Decision] = {}
    shares = (
        arranger.assumptions.handover_professional_share,
        arranger.assumptions.handover_network_share,
    )
    for series, share in zip(HANDOVERS, shares, strict=True):
        exposure = {month: float(done[month]) for month in arranger.outcome_span}
        items[series] = arranger.items(series, per_month=share, exposure=exposure, capacity=done)
        done.subtract(item.month for item in items[series])
        for item in items[series]:
            taken = pool.take(item)
            if taken is None:
                raise FiguresError(
                    "assessments_exceed_reports",
                    (series,),
                    "more assessments with this outcome than reports to assess by then",
                )
            decisions[taken[0]] = _decision(taken, OUTCOME_OF_SERIES[series], item, known_on, rng)
    runs: list[ServiceRun] = []
    for series in SERVICES:
        own = []
        for item in items[series]:
            taken = pool.take(item)
            if taken is not None:
                decisions[taken[0]] = _decision(
                    taken, OUTCOME_OF_SERIES[series], None, known_on, rng
                )
            own.append(_run(series, item, taken, received, known_on))
        runs += _with_lives(arranger, series, own, rng)
    names, rates = list(OTHER_OUTCOME_RATES), list(OTHER_OUTCOME_RATES.values())
    for taken in pool.rest():
        outcome = rng.choices(names, rates)[0]
        decisions[taken[0]] = _decision(taken, outcome, None, known_on, rng)
    return decisions, runs


def _decision(
    taken: tuple[int, date],
    outcome: str,
    item: Item | None,
    known_on: Sequence[date],
    rng: Random,
) -> Decision:
    number, day = taken
    known = known_day(day, rng.choice((0, 0, 1, 1, 2)), known_on)
    if item is not None and item.first and day <= known_on[item.first - 1]:
        # The edition before this one had not heard of it, so it came in after that edition.
        known = min(
            max(known, item.known_on, known_on[item.first - 1] + timedelta(days=1)),
            known_on[item.first],
        )
    return Decision(
        report=number,
        completed_on=day,
        known_on=known,
        outcome=outcome,
        ended_on=item.ended_on if item is not None else None,
    )


def _run(
    series: Series,
    item: Item,
    taken: tuple[int, date] | None,
    received: Mapping[int, date],
    known_on: Sequence[date],
) -> ServiceRun:
    """Bind a service to the assessment that chose it; without one it came from elsewhere."""
    day = taken[1] if taken is not None else item.on
    is_late = item.first > 0 and day <= known_on[item.first - 1]
    known = item.known_on if is_late else known_day(day, 0, known_on)
    return ServiceRun(
        item=Item(
            number=item.number,
            month=item.month,
            first=item.first,
            last=item.last,
            on=day,
            known_on=max(known, day),
            ended_on=item.ended_on,
        ),
        service=OUTCOME_OF_SERIES[series],
        report=taken[0] if taken is not None else None,
        received_on=received[taken[0]] if taken is not None else day,
        registered_on=day,
    )


def _with_lives(
    arranger: Arranger, series: Series, runs: list[ServiceRun], rng: Random
) -> list[ServiceRun]:
    """Draw when each service is picked up and ends, then meet the printed terms."""
    assumptions, until = arranger.assumptions, arranger.known_on[-1]
    shares = {
        "conditions": (
            assumptions.conditions_first_bucket_share,
            assumptions.conditions_second_bucket_share,
        ),
        "investigation": (
            assumptions.investigation_first_bucket_share,
            assumptions.investigation_second_bucket_share,
        ),
    }[series]
    runs = draw_runs(runs, shares, assumptions.service_completed_share, until, rng)
    for edition in arranger.figures.editions:
        for term in edition.terms:
            if term.service == series:
                runs = meet_service_term(runs, window_of(term, edition.known_on), until, rng)
    picked_up = assumptions.service_picked_up_share
    return [with_pick_up(run, picked_up, until, rng) for run in runs]
