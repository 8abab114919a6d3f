"""A delivery: the candidates of a half-year as known on a day, their records, totals and problems.

Totals are told as a sum: what the report counts over the same months, less what is no record of
this half-year, plus what the report counts in another. The two ends come from different queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from projections.statistics import PLAIN, Question, figures_of
from projections.statistics.figure import cutoff
from query.cbs.attributes import ADVICE, INVESTIGATION, REPORT, Candidate
from query.cbs.candidates import (
    COMPLETED_BEFORE_RECEIVED,
    advice_candidate,
    investigation_candidate,
    report_candidate,
)
from query.cbs.checking import EXAMPLES_MAX, Problem, problems_of
from query.cbs.facts import DeliveryFacts
from query.cbs.half_year import HalfYear
from query.cbs.layout import Layout, RecordSet
from query.cbs.records import OWN_NUMBER, Record, make_record
from query.reading import ReadConnection

COUNTED_ELSEWHERE = {
    ADVICE: "given in another half-year",
    REPORT: "received before the half-year, completed in it",
    INVESTIGATION: "broken off: the report counts only what was completed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which delivery: of which region and half-year, as known at the end of `known_on`.

    `organisation` is the sender's number as CBS knows it; `numbers_key` makes record numbers.
    """

    region: str
    half_year: HalfYear
    known_on: date
    organisation: str
    numbers_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step from the report's count to the number of records; `count` has its sign."""

    why: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The report's count of the same months, and the steps to the number of records."""

    statistic: str
    reported: int
    steps: tuple[Step, ...]
    records: int

    @property
    def is_explained(self) -> bool:
        """Say whether the steps lead exactly from the one to the other."""
        return self.reported + sum(step.count for step in self.steps) == self.records


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredSet:
    """One set with its records, its total and its problems."""

    record_set: RecordSet
    records: tuple[Record, ...]
    total: Total
    problems: tuple[Problem, ...]

    @property
    def is_fit(self) -> bool:
        """Say whether nothing would be refused and the total is explained."""
        return self.total.is_explained and not any(one.is_refused for one in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """All sets of a delivery."""

    asked: Asked
    layout: Layout
    parked: int
    sets: tuple[DeliveredSet, ...]

    @property
    def is_fit(self) -> bool:
        """Say whether the delivery may be uploaded as it is."""
        return all(one.is_fit for one in self.sets)


def collect_delivery(
    connection: ReadConnection, asked: Asked, layout: Layout, *, parked: int
) -> Delivery:
    """Return a delivery; `connection` is inside one snapshot, `parked` that of the region."""
    facts = DeliveryFacts(
        connection,
        {
            "region": asked.region,
            "first": asked.half_year.first,
            "last": asked.half_year.last,
            "cutoff": cutoff(asked.known_on),
        },
    )
    return Delivery(
        asked=asked,
        layout=layout,
        parked=parked,
        sets=tuple(_delivered(connection, facts, asked, layout, each) for each in layout.sets),
    )


def _delivered(
    connection: ReadConnection,
    facts: DeliveryFacts,
    asked: Asked,
    layout: Layout,
    record_set: RecordSet,
) -> DeliveredSet:
    candidates = _candidates(facts, asked, record_set.about)
    records = tuple(
        make_record(candidate, record_set, layout, asked.numbers_key)
        for candidate in candidates
        if candidate.outside is None
    )
    total = Total(
        statistic=record_set.statistic,
        reported=_reported(connection, asked, record_set),
        steps=_steps(candidates, record_set.about),
        records=len(records),
    )
    return DeliveredSet(
        record_set=record_set,
        records=records,
        total=total,
        problems=(
            *_contradictions(candidates, record_set, layout, asked),
            *problems_of(record_set, records),
        ),
    )


def _candidates(facts: DeliveryFacts, asked: Asked, about: str) -> list[Candidate]:
    if about == ADVICE:
        return [advice_candidate(row, asked.organisation) for row in facts.advices()]
    if about == INVESTIGATION:
        return [investigation_candidate(row, asked.organisation) for row in facts.investigations()]
    found = (report_candidate(row, asked.organisation, asked.half_year) for row in facts.reports())
    return [candidate for candidate in found if candidate is not None]


def _reported(connection: ReadConnection, asked: Asked, record_set: RecordSet) -> int:
    question = Question(region=asked.region, known_on=asked.known_on)
    (figures,) = figures_of(connection, record_set.statistic, question, [asked.half_year.period])
    return figures[record_set.statistic_code or PLAIN].count


def _steps(candidates: Sequence[Candidate], about: str) -> tuple[Step, ...]:
    less: dict[str, int] = {}
    for candidate in candidates:
        if candidate.outside is not None and candidate.counted:
            less[candidate.outside] = less.get(candidate.outside, 0) - 1
    more = sum(each.outside is None and not each.counted for each in candidates)
    steps = [Step(why=why, count=less[why]) for why in sorted(less)]
    return (*steps, Step(why=COUNTED_ELSEWHERE[about], count=more)) if more else tuple(steps)


def _contradictions(
    candidates: Sequence[Candidate], record_set: RecordSet, layout: Layout, asked: Asked
) -> list[Problem]:
    """Return what is left out because it cannot be: a person has to correct it."""
    numbers = sorted(
        make_record(each, record_set, layout, asked.numbers_key).number
        for each in candidates
        if each.outside == COMPLETED_BEFORE_RECEIVED
    )
    if not numbers:
        return []
    return [
        Problem(
            record_set=record_set.name,
            field=OWN_NUMBER,
            problem=COMPLETED_BEFORE_RECEIVED,
            is_refused=True,
            records=len(numbers),
            examples=tuple(numbers[:EXAMPLES_MAX]),
        )
    ]
