"""When each report's safety assessment is done and what it decides, as each edition knew it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from connectors.simulation.arranger import Arranger
from connectors.simulation.assumptions import OTHER_OUTCOME_RATES, Assumptions
from connectors.simulation.completing import (
    Days,
    OutcomeCount,
    Stretch,
    Subject,
    Wanted,
    Way,
    complete,
)
from connectors.simulation.months import (
    ONE_DAY,
    day_between,
    is_working_day,
    working_day_after,
)
from connectors.simulation.series import Item
from connectors.simulation.statements import Series

LEAD_DAYS_MAX = 240
"""No assessment takes longer by itself; the mean of the slow ones is about fifty days."""

ASKED_DAYS_MAX = 3_000
"""How long one may take when a printed mean asks for it."""

OUTCOME_OF_SERIES: Mapping[Series, str] = {
    "handover_professional": "HANDOVER_PROFESSIONAL",
    "handover_network": "HANDOVER_CLIENT_NETWORK",
    "conditions": "CONDITIONS_AND_FOLLOW_UP",
    "investigation": "INVESTIGATION",
}
HANDOVERS: tuple[Series, Series] = ("handover_professional", "handover_network")

State = tuple[date, str]
"""The day of completion, and the outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """Per report number: from which edition's window on which state holds; None is none at all.

    Only the editions `claimed` speak of assessments; what is done after the last of them stands
    under the number of editions.
    """

    history: Mapping[int, Sequence[tuple[int, State | None]]]
    claimed: Sequence[int]


def assess(arranger: Arranger, reports: Sequence[Item], natural: Sequence[Item]) -> Assessed:
    """Return every assessment; `natural` are the reports that are assessed without being asked.

    Raises FiguresError when no assessments of these reports come out as printed.
    """
    rng = arranger.chance("assessments")
    known_on = arranger.known_on
    days = draw_completions(natural, arranger.assumptions, known_on[-1], rng)
    outcomes = {number: _outcome(arranger.assumptions, rng) for number in days}
    moved = {report.moved_from for report in reports}
    able = [r for r in reports if r.moved_from is None and r.number not in moved]
    history: dict[int, list[tuple[int, State | None]]] = {}
    claimed: list[int] = []
    for index in range(len(known_on)):
        wanted = wanted_of(arranger, index)
        if not wanted.periods:
            continue
        alive = [r for r in able if r.first <= index and (r.last is None or r.last >= index)]
        subjects = [_subject(r, days.get(r.number), wanted.until, history) for r in alive]
        done, stretches = complete(subjects, wanted, rng, is_last=arranger.effort.is_last)
        found = {number: day for number, (_, day) in done.items()}
        for number in found:
            if number not in outcomes:
                outcomes[number] = _outcome(arranger.assumptions, rng)
        _label(stretches, found, outcomes, rng)
        undone = {r.number for r in alive if days.get(r.number, date.max) <= wanted.until}
        for number in undone - set(found):
            del days[number]
        days |= found
        for report in alive:
            number = report.number
            state = (days[number], outcomes[number]) if number in found else None
            before = history[number][-1][1] if number in history else None
            if state != before:
                history.setdefault(number, []).append((index, state))
        claimed.append(index)
    later = [n for n in days if n not in history or history[n][-1][1] is None]
    for number in later:
        history.setdefault(number, []).append((len(known_on), (days[number], outcomes[number])))
    return Assessed(history=history, claimed=claimed)


def wanted_of(arranger: Arranger, index: int) -> Wanted:
    """Return what an edition prints of assessments."""
    edition = arranger.figures.editions[index]
    return Wanted(
        edition=edition.id,
        until=edition.known_on,
        terms=[term for term in edition.terms if term.service == "safety_assessment"],
        outcomes=[
            OutcomeCount(
                figure=each.figure,
                months=each.months,
                outcome=OUTCOME_OF_SERIES[series],
                count=each.count,
            )
            for series in HANDOVERS
            for each in arranger.stated[index][series]
            if not each.is_silence
        ],
    )


def _subject(
    report: Item,
    day: date | None,
    until: date,
    history: Mapping[int, Sequence[tuple[int, State | None]]],
) -> Subject:
    buckets = (_bounds(report, 0), _bounds(report, 1), _bounds(report, 2))
    return Subject(
        number=report.number,
        ways=(Way(report=report.number, received_on=report.on, buckets=buckets),),
        done=(0, day) if day is not None and day <= until else None,
        is_told=report.number in history,
    )


def _bounds(report: Item, bucket: int) -> Days:
    """Return the first and last day on which the report's assessment falls in a bucket."""
    fifth = working_day_after(report.on, 5)
    fifteenth = report.on + timedelta(days=15)
    earliest = max(report.on, report.known_on)
    if bucket == 0:
        return earliest, fifth
    if bucket == 1:
        return max(earliest, fifth + ONE_DAY), fifteenth
    slow = max(fifth, fifteenth) + ONE_DAY
    return max(earliest, slow), report.on + timedelta(days=ASKED_DAYS_MAX)


def _outcome(assumptions: Assumptions, rng: Random) -> str:
    """Draw what an assessment decides, as far as no figure says."""
    chance = rng.random()
    if chance < assumptions.handover_professional_share:
        return OUTCOME_OF_SERIES["handover_professional"]
    if chance < assumptions.handover_professional_share + assumptions.handover_network_share:
        return OUTCOME_OF_SERIES["handover_network"]
    return _other_outcome(rng)


def _other_outcome(rng: Random) -> str:
    return rng.choices(list(OTHER_OUTCOME_RATES), list(OTHER_OUTCOME_RATES.values()))[0]


def _label(
    stretches: Sequence[Stretch],
    days: Mapping[int, date],
    outcomes: dict[int, str],
    rng: Random,
) -> None:
    """Give each stretch as many of the claimed outcomes as were settled, changing few."""
    for stretch in stretches:
        numbers = sorted(n for n, day in days.items() if stretch.first <= day <= stretch.last)
        rng.shuffle(numbers)
        for outcome, quota in stretch.outcomes.items():
            holders = [number for number in numbers if outcomes[number] == outcome]
            for number in holders[quota:]:
                outcomes[number] = _other_outcome(rng)
        for outcome, quota in stretch.outcomes.items():
            held = sum(outcomes[number] == outcome for number in numbers)
            free = [number for number in numbers if outcomes[number] not in stretch.outcomes]
            free.sort(key=lambda number: outcomes[number].startswith("HANDOVER"))
            for number in free[: quota - held]:
                outcomes[number] = outcome


def draw_completions(
    reports: Iterable[Item], assumptions: Assumptions, until: date, rng: Random
) -> dict[int, date]:
    """Draw a day of completion for most reports; one after `until` is left out, still open."""
    one = assumptions.assessment_first_bucket_share
    two = one + assumptions.assessment_second_bucket_share
    completions: dict[int, date] = {}
    for report in reports:
        if rng.random() >= assumptions.assessed_share:
            continue
        chance = rng.random()
        bucket = 0 if chance < one else 1 if chance < two else 2
        day = _draw(report, bucket, assumptions.assessment_last_bucket_mean_days, rng)
        if day <= until:
            completions[report.number] = day
    return completions


def _draw(report: Item, bucket: int, mean_days: float, rng: Random) -> date:
    first, last = _bounds(report, bucket)
    first = max(first, report.on + ONE_DAY)
    if bucket != 2:
        return day_between(first, max(first, last), rng)
    last = report.on + timedelta(days=LEAD_DAYS_MAX)
    slow = rng.expovariate(1 / max(1.0, mean_days - 16))
    day = min(first + timedelta(days=int(slow)), last)
    while day < last and not is_working_day(day):
        day += ONE_DAY
    return day
