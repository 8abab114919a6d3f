"""Published figures beside ours: what was printed, and what the journal says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg

from connectors.simulation.figures import (
    CountFigure,
    Edition,
    Figures,
    ShareFigure,
    Table,
    TermFigure,
)
from connectors.simulation.months import first_day, last_day
from projections.statistics import (
    PLAIN,
    Figure,
    Period,
    Question,
    figures_of,
    month_matrix,
    rounded,
    share,
    statistic_of,
)

Number = int | Decimal
MONTH_STATISTICS = {
    "report": "S08",
    "advice": "S01",
    "investigation_started": "S20",
    "conditions_started": "S17",
}
"""Which statistic a series of the month matrix counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One published number beside ours; `published_max` when any number of a range is right."""

    id: str
    edition: str
    known_on: date
    published: Number
    ours: Number | None
    published_max: Number | None = None

    @property
    def is_equal(self) -> bool:
        """Say whether they agree."""
        if self.ours is None:
            return False
        most = self.published if self.published_max is None else self.published_max
        return self.published <= self.ours <= most

    def document(self) -> dict[str, object]:
        """Return it for a machine; a share is a number with the decimals it is printed with."""
        return {
            "id": self.id,
            "edition": self.edition,
            "known_on": self.known_on,
            "published": _plain(self.published),
            "ours": None if self.ours is None else _plain(self.ours),
        }


def compare(
    connection: psycopg.Connection[Any], figures: Figures, edition: str | None = None
) -> Sequence[Compared]:
    """Ask everything that a figures file prints, edition by edition, or of one edition.

    Raises KeyError for a statistic that Radar does not have, ValueError for a code.
    """
    found: list[Compared] = []
    for each in figures.editions:
        if edition in (None, each.id):
            asked = _Asked(connection, figures.region.code, each)
            found += asked.months()
            for table in each.tables:
                found += asked.table(table)
            found += [asked.count(figure) for figure in each.counts]
            found += [asked.share(figure) for figure in each.shares]
            for term in each.terms:
                found += asked.term(term)
    asked_of = [each for each in figures.editions if edition in (None, each.id)]
    if len(found) != sum(map(figures_stated, asked_of)):
        raise AssertionError("a figure of the file was compared with nothing")
    return found


def figures_stated(edition: Edition) -> int:
    """Return how many numbers an edition prints: each must be compared, none left out."""
    months = [n for years in edition.months.values() for twelve in years.values() for n in twelve]
    return (
        sum(number is not None for number in months)
        + sum(2 * len(table.rows) + (table.registered is not None) for table in edition.tables)
        + len(edition.counts)
        + len(edition.shares)
        + sum(
            sum(share is not None for share in (*term.shares, term.mean_days_last))
            for term in edition.terms
        )
    )


@dataclass(frozen=True, slots=True, kw_only=False)
class _Asked:
    connection: psycopg.Connection[Any]
    region: str
    edition: Edition

    def months(self) -> Iterator[Compared]:
        years = sorted({int(year) for series in self.edition.months.values() for year in series})
        if not years:
            return
        known_on = self.edition.known_on
        ours = month_matrix(self.connection, region=self.region, years=years, known_on=known_on)
        for series, printed in self.edition.months.items():
            for year, months in printed.items():
                for number, published in enumerate(months, start=1):
                    if published is not None:
                        name = f"months.{series}.{year}-{number:02d}"
                        count = ours[series][int(year)][number - 1]
                        if count is None:
                            count = self._month_so_far(series, int(year) * 12 + number - 1)
                        yield self._one(name, published, count)

    def _month_so_far(self, series: str, month: int) -> int:
        """Count a month that was not over: the matrix leaves it open, this edition printed it."""
        period = Period(first=first_day(month), last=last_day(month))
        question = Question(region=self.region, known_on=self.edition.known_on)
        statistic = MONTH_STATISTICS[series]
        (found,) = figures_of(self.connection, statistic, question, [period])
        return found[PLAIN].count

    def table(self, table: Table) -> Iterator[Compared]:
        figures = self._figures(table)
        if table.registered is not None:
            whole = figures[PLAIN]
            yield self._one(
                f"{table.id}.registered",
                table.registered.min,
                (whole.population or 0) - (whole.not_registered or 0),
                table.registered.max,
            )
        for row in table.rows:
            figure = figures.get(row.code)
            if figure is None:
                raise ValueError(f"{table.id}: {table.statistic} has no such code")
            name = f"{table.id}.{row.code}"
            yield self._one(f"{name}.count", row.count, figure.count)
            ours = _share(figure, "registered", table.decimals)
            yield self._one(f"{name}.share", row.share, ours)

    def count(self, figure: CountFigure) -> Compared:
        return self._one(figure.id, figure.count, self._figure(figure).count)

    def share(self, figure: ShareFigure) -> Compared:
        ours = _share(self._figure(figure), figure.base, figure.decimals)
        return self._one(figure.id, figure.share, ours)

    def term(self, term: TermFigure) -> Iterator[Compared]:
        figures = self._figures(term)
        buckets = [figures[code] for code in statistic_of(term.statistic).codes[:3]]
        for number, (printed, figure) in enumerate(zip(term.shares, buckets, strict=True), 1):
            if printed is not None:
                ours = _share(figure, "all", term.decimals)
                yield self._one(f"{term.id}.{number}", printed, ours)
        if term.mean_days_last is not None:
            last = buckets[-1]
            mean = rounded(Fraction(last.days or 0, last.count), 1) if last.count else None
            yield self._one(f"{term.id}.mean_days_last", term.mean_days_last, mean)

    def _figure(self, figure: CountFigure | ShareFigure) -> Figure:
        figures = self._figures(figure)
        code = PLAIN if figure.code is None else figure.code
        if code not in figures:
            raise ValueError(f"{figure.id}: {figure.statistic} has no such code")
        return figures[code]

    def _figures(
        self, figure: Table | CountFigure | ShareFigure | TermFigure
    ) -> Mapping[str, Figure]:
        period = Period(first=first_day(figure.months[0]), last=last_day(figure.months[-1]))
        question = Question(region=self.region, known_on=self.edition.known_on)
        (found,) = figures_of(self.connection, figure.statistic, question, [period])
        return found

    def _one(
        self, name: str, published: Number, ours: Number | None, most: int | None = None
    ) -> Compared:
        return Compared(
            id=name,
            edition=self.edition.id,
            known_on=self.edition.known_on,
            published=published,
            ours=ours,
            published_max=most,
        )


def _share(figure: Figure, base: str, decimals: int) -> Decimal | None:
    """Return the share that an edition prints; one of nothing is zero, as its tables print it."""
    population, not_registered = figure.population or 0, figure.not_registered or 0
    of = population if base == "all" else population - not_registered
    return share(figure.count, of, decimals) if of else Decimal(0)


def _plain(number: Number) -> int | float:
    return float(number) if isinstance(number, Decimal) else number
