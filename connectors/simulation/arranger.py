"""Arranges the series of one figures file: the question each time, the answer as dated items."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from connectors.simulation.assumptions import assumptions_of
from connectors.simulation.figures import Figures
from connectors.simulation.months import month_of
from connectors.simulation.series import Item, Question, arrange_series, items_of
from connectors.simulation.statements import Series, series_statements, span_of


class Arranger:
    """Arranges one series after another of the same figures."""

    def __init__(self, figures: Figures, seed: int) -> None:
        """Read what the editions state; raises FiguresError for a statistic nobody can steer."""
        self.figures = figures
        self.seed = seed
        self.assumptions = assumptions_of(figures)
        self.known_on = [edition.known_on for edition in figures.editions]
        self.span = span_of(figures)
        # Assessments go on after the last printed month, up to the last knowledge date.
        self.outcome_span = range(
            self.span.start, max(self.span.stop, month_of(self.known_on[-1]) + 1)
        )
        self._stated = [
            series_statements(edition, self.outcome_span) for edition in figures.editions
        ]

    def chance(self, part: str) -> Random:
        """Return a source of chance of its own for a part, so that parts do not shift each other.

        Not for secrets: the same seed must give the same log.
        """
        return Random(f"{self.seed}|{self.figures.region.code}|{part}")

    def items(
        self,
        series: Series,
        *,
        per_month: float,
        exposure: Mapping[int, float] | None = None,
        capacity: Mapping[int, int] | None = None,
    ) -> list[Item]:
        """Return the items of a series; `per_month` per unit of exposure where nobody says."""
        rng = self.chance(f"series {series}")
        if exposure is None:
            # Months differ a little where no edition prints them (ours).
            exposure = {month: rng.uniform(0.85, 1.15) for month in self.span}
        question = Question(
            statements=[stated[series] for stated in self._stated],
            known_on=self.known_on,
            span=self.outcome_span,
            exposure=exposure,
            default_rate=per_month,
            churn_share=self.assumptions.churn_share if series in ("report", "advice") else 0.0,
            capacity=capacity,
        )
        numbers = arrange_series(question, rng)
        return items_of(numbers, question, rng, moves=series == "report")

    def claimed_total(self, series: Series, months: range) -> int:
        """Return the most that any edition states of a series within these months."""
        return max(
            (
                sum(
                    each.count
                    for each in stated[series]
                    if each.months.start >= months.start and each.months.stop <= months.stop
                )
                for stated in self._stated
            ),
            default=0,
        )

    def claimed_figures(self, months: range, *series: Series) -> tuple[str, ...]:
        """Return the figures that state one of these series within these months."""
        return tuple(
            each.figure
            for stated in self._stated
            for name in series
            for each in stated[name]
            if each.months.start >= months.start
            and each.months.stop <= months.stop
            and not each.is_silence
        )

    def claimed_periods(self, *series: Series) -> list[range]:
        """Return the periods over which any edition states one of these series."""
        periods = {
            (each.months.start, each.months.stop)
            for stated in self._stated
            for name in series
            for each in stated[name]
            if each.count
        }
        return [range(*period) for period in sorted(periods)]
