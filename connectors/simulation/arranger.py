"""Arranges the series of one figures file: the question each time, the answer as dated items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from connectors.simulation.assumptions import assumptions_of
from connectors.simulation.figures import Figures, TermFigure
from connectors.simulation.months import month_of
from connectors.simulation.populations import Settled, Wish, settle, wishes_of
from connectors.simulation.series import Item, Question, arrange_series, items_of
from connectors.simulation.statements import Owner, Series, series_statements, span_of

LEAD_MONTHS_MIN = 14
"""What a term counts came in before: this long, or three times a printed mean."""

HANDOVER_STATISTICS = frozenset({"S26a", "S26b"})
OWNERS: Mapping[Series, Owner] = {"report": "report", "advice": "advice"}
SERIES_OF_TERM: Mapping[str, tuple[Series, ...]] = {
    "safety_assessment": ("report",),
    "conditions": ("report", "conditions"),
    "investigation": ("report", "investigation"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far to go for the terms: records per free month at least, and where in a month they lie.

    `is_early`: reports come in at the start of a month, so that whatever a term asks of them can
    be done within it; the month before a term's period has them at its end, and the months before
    printed handovers are part of the log too.
    """

    floor: float = 0.0
    is_early: bool = False
    is_last: bool = False


class Arranger:
    """Arranges one series after another of the same figures."""

    def __init__(self, figures: Figures, seed: int, effort: Effort) -> None:
        """Read what the editions state; raises FiguresError for a statistic nobody can steer."""
        self.figures = figures
        self.seed = seed
        self.effort = effort
        self.assumptions = assumptions_of(figures)
        self.known_on = [edition.known_on for edition in figures.editions]
        terms = [term for edition in figures.editions for term in edition.terms]
        stated = span_of(figures)
        leads = [_lead_of(term) for term in terms]
        if effort.is_early:
            leads += _handover_leads(figures)
        self.span = range(min([stated.start, *leads]), stated.stop)
        # Assessments go on after the last printed month, up to the last knowledge date.
        self.outcome_span = range(
            self.span.start, max(self.span.stop, month_of(self.known_on[-1]) + 1)
        )
        self.waited_for = {series for term in terms for series in SERIES_OF_TERM[term.service]}
        if effort.is_early:
            self.waited_for.add("report")
        self.eves = {term.months.start - 1 for term in terms}
        self.stated = [
            series_statements(edition, self.outcome_span) for edition in figures.editions
        ]
        self._settled: dict[Owner, dict[int, Settled]] = {"report": {}, "advice": {}}

    def chance(self, part: str) -> Random:
        """Return a source of chance of its own for a part, so that parts do not shift each other.

        Not for secrets: the same seed must give the same log.
        """
        return Random(f"{self.seed}|{self.figures.region.code}|{part}")

    @cached_property
    def _wishes(self) -> Mapping[Owner, list[list[Wish]]]:
        owners: tuple[Owner, Owner] = ("report", "advice")
        return {
            of: [wishes_of(edition, of, self.assumptions) for edition in self.figures.editions]
            for of in owners
        }

    def settled(self, of: Owner) -> list[Settled]:
        """Return per edition what was settled when the items of this series were arranged."""
        return [self._settled[of][index] for index in range(len(self.known_on))]

    def items(self, series: Series, *, per_month: float) -> list[Item]:
        """Return the items of a series; `per_month` where no figure says.

        Raises FiguresError naming the figures that are at odds.
        """
        rng = self.chance(f"series {series}")
        # Months differ a little where no edition prints them (ours).
        exposure = {month: rng.uniform(0.85, 1.15) for month in self.span}
        of = OWNERS.get(series)
        floor = self.effort.floor if series in self.waited_for else 0.0

        def solve(index: int, target: Mapping[int, float]) -> dict[int, int]:
            if of is None:
                raise AssertionError("only records that carry attributes are solved for")
            found = settle(
                self.stated[index][series], self._wishes[of][index], self.outcome_span, target
            )
            self._settled[of][index] = found
            return dict(found.numbers)

        cuts = [
            [claim.months for wish in wishes for claim in wish.claims.claims]
            for wishes in (self._wishes[of] if of else ())
        ]
        question = Question(
            statements=[stated[series] for stated in self.stated],
            known_on=self.known_on,
            span=self.outcome_span,
            exposure=exposure,
            default_rate=per_month,
            churn_share=self.assumptions.churn_share if of else 0.0,
            solve=solve if of else None,
            cuts=cuts,
            floors=dict.fromkeys(self.span, floor),
            early=self.eves if self.effort.is_early and series == "report" else None,
        )
        numbers = arrange_series(question, rng)
        return items_of(numbers, question, rng, moves=series == "report")


def _handover_leads(figures: Figures) -> list[int]:
    """Return the months from which on the reports behind printed handovers may have come in."""
    return [
        count.months.start - LEAD_MONTHS_MIN
        for edition in figures.editions
        for count in edition.counts
        if count.statistic in HANDOVER_STATISTICS
    ]


def _lead_of(term: TermFigure) -> int:
    """Return the month from which on a term's reports may have come in."""
    mean_months = float(term.mean_days_last or 0) / 30
    return term.months.start - max(LEAD_MONTHS_MIN, round(3 * mean_months) + 2)
