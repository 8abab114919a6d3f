"""A pretend region, day by day: from figures and a seed to what its partners say, in order.

The same figures and seed give the same events, byte for byte apart from the sealing.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from connectors.simulation.cases import ReportCase, make_cases, municipality_weights
from connectors.simulation.events import Scribe, SimulatedEvent, Slice
from connectors.simulation.figures import Figures
from connectors.simulation.months import ONE_DAY, local_instant
from connectors.simulation.people import Household, Population
from connectors.simulation.plan import Plan, make_plan
from connectors.simulation.side_stories import SideStories
from connectors.simulation.statements import NATURE_OF_REPORT, Series
from connectors.simulation.stories import ReportStories
from schemas.identity import derived_id
from schemas.topics import topic_of
from streams.engine.wire import HUB_SOURCE
from streams.radar.clock import tick_record

ORDER_REPORT_DAYS_MAX = 10
"""An order follows one of the reports of the last days, when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What `RulesActivated` says at the opening: rule id to canonical JSON, extra closed days."""

    rules: Mapping[str, str]
    calendar: Sequence[str] = ()


def simulate(figures: Figures, seed: int, rules: Rules | None = None) -> Iterator[Slice]:
    """Yield what the region hears, one local day after another, up to the last knowledge date.

    The first slice opens the region and has no tick; every later one begins with its day's tick.
    Raises FiguresError, before the first slice, when the figures cannot all be true.
    """
    plan = make_plan(figures, seed)
    scribe = _written(plan, seed)
    return _slices(plan, scribe, rules)


def _slices(plan: Plan, scribe: Scribe, rules: Rules | None) -> Iterator[Slice]:
    yield Slice(day=plan.first_day, tick=None, events=tuple(_opening(plan, rules)))
    day = plan.first_day
    while day <= plan.last_day:
        tick = SimulatedEvent(
            record_name="ClockTicked",
            topic=topic_of("ClockTicked"),
            record=tick_record(scribe.region, day),
        )
        yield Slice(day=day, tick=tick, events=scribe.events_of(day))
        day += ONE_DAY


def _opening(plan: Plan, rules: Rules | None) -> Iterator[SimulatedEvent]:
    region = plan.figures.region
    at = local_instant(plan.first_day, 0)

    def hub_event(record_name: str, what: str, fields: Mapping[str, Any]) -> SimulatedEvent:
        meta = {
            "event_id": str(derived_id(region.code, what)),
            "source": HUB_SOURCE,
            "region": region.code,
            "source_ref": None,
            "occurred_at": at,
            "recorded_at": at,
        }
        return SimulatedEvent(
            record_name=record_name, topic=topic_of(record_name), record={"meta": meta, **fields}
        )

    yield hub_event("RegionOpened", "region-opened", {"clock_mode": "REPLAY", "name": region.name})
    if rules is not None:
        yield hub_event(
            "RulesActivated",
            "rules-activated-1",
            {"rules": dict(rules.rules), "calendar": list(rules.calendar)},
        )


def log_name(figures: Figures, seed: int) -> str:
    """Return a name that differs per figures and seed: two logs may never share an event id."""
    said = figures.model_dump_json().encode()
    return f"{figures.region.code}.{hashlib.sha256(said).hexdigest()[:16]}.{seed}"


def _written(plan: Plan, seed: int) -> Scribe:
    """Write all stories of a plan into days."""

    def chance(part: str) -> Random:
        return Random(f"{seed}|{plan.figures.region.code}|{part}")

    region = plan.figures.region
    scribe = Scribe(region.code, log_name(plan.figures, seed), chance("stories"))
    weights = municipality_weights(region)
    population = Population(weights, chance("people"))
    completions = {number: each.completed_on for number, each in plan.decisions.items()}
    reports = plan.items["report"]
    elderly = frozenset(
        item.number
        for item in reports
        if "ELDER_ABUSE" in plan.markings.codes(NATURE_OF_REPORT, item, item.first)
    )
    cases = make_cases(
        reports,
        completions=completions,
        elderly=elderly,
        population=population,
        assumptions=plan.assumptions,
        rng=chance("cases"),
    )
    moved_to = {item.moved_from: item for item in reports if item.moved_from is not None}
    stories = ReportStories(plan, scribe, moved_to)
    side = SideStories(plan, scribe, population)
    for case in cases:
        stories.tell(case)
        side.surround(case)
    _serve(plan, cases, stories, side)
    _restrain(plan, cases, side, population, chance("orders"))
    names, rates = list(weights), list(weights.values())
    towns = chance("advice")
    for item in plan.items["advice"]:
        if item.moved_from is None:
            side.advise(item, towns.choices(names, rates)[0])
    return scribe


def _serve(
    plan: Plan, cases: Sequence[ReportCase], stories: ReportStories, side: SideStories
) -> None:
    """Write the services, with their case; one without a report came from another region."""
    case_of = {case.item.number: case for case in cases}
    for run in plan.runs:
        if run.report is not None:
            case = case_of[run.report]
            stories.serve(run, case.case_id, case.report_id)
        else:
            case_id = f"Z{run.registered_on.year}-T{run.service[0]}{run.item.number:05d}"
            side.take_over(case_id, run.item.known_on)
            stories.serve(run, case_id, None)


def _restrain(
    plan: Plan,
    cases: Sequence[ReportCase],
    side: SideStories,
    population: Population,
    rng: Random,
) -> None:
    """Write orders and MDA++ registrations on households that were just reported, if any were."""
    days = [case.item.on for case in cases]

    def home(on: date) -> Household:
        stop = bisect_right(days, on)
        start = next(
            (
                i
                for i in range(stop, -1, -1)
                if i == 0 or (on - days[i - 1]).days > ORDER_REPORT_DAYS_MAX
            ),
            0,
        )
        if start < stop:
            return cases[rng.randrange(start, stop)].household
        return population.household(on, is_elderly=False)

    series: tuple[Series, Series] = ("order", "mda")
    for item in plan.items[series[0]]:
        side.restrain(item, home(item.on))
    for item in plan.items[series[1]]:
        side.register_mda(item, home(item.on))
