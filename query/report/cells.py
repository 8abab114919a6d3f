"""Every count of a report under one name: cells are hidden, compared and explained. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from projections.statistics import PLAIN, Period, statistic_of
from projections.statistics.figure import month
from projections.statistics.members import NOT_REGISTERED, POPULATION, REGISTERED
from projections.statistics.s16_work_stock import on_day
from projections.statistics.s25_month_matrix import SERIES
from query.report.content import Number, Report, Share, Stock, Table, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count: which statistic it is of, over which period, and which of its numbers.

    `measure` is a code of the statistic, PLAIN for its own count, or one of the words of
    `projections.statistics.members` for what its shares are of.
    """

    id: str
    statistic: str
    period: Period
    number: Number
    measure: str = PLAIN


def cells(report: Report) -> Iterator[Cell]:
    """Yield the cells in the order in which they are printed; months that were not over are none.

    A number that stands at two places has a cell at each.
    """
    asked = report.question
    period = Period(first=asked.first, last=asked.last)
    for table in report.tables:
        yield from _table(table, period)
    yield from _months(report)
    for term in report.terms:
        yield from _term(term, period)
    for stock in report.stocks:
        yield from _stock(stock)
    for count in report.counts:
        yield Cell(
            id=count.id,
            statistic=count.statistic,
            period=count.period,
            number=count.count,
            measure=count.code or PLAIN,
        )
    for share in report.shares:
        yield from _share(share)


def month_cell(series: str, year: int, month: int) -> str:
    """Return the name of a month of the appendix."""
    return f"months.{series}.{year}-{month:02d}"


def stock_cell(service: str, day: date, code: str) -> str:
    """Return the name of a number of the work stock."""
    return f"work_stock.{service}.{day.isoformat()}.{code}"


def _table(table: Table, period: Period) -> Iterator[Cell]:
    numbers = {row.code: (row.code, row.count) for row in table.rows} | {
        "denominator": (REGISTERED, table.denominator),
        "not_registered": (NOT_REGISTERED, table.not_registered),
    }
    for name, (measure, number) in numbers.items():
        yield Cell(
            id=f"{table.id}.{name}",
            statistic=table.statistic,
            period=period,
            number=number,
            measure=measure,
        )


def _months(report: Report) -> Iterator[Cell]:
    statistics = {name: statistic.id for name, statistic in SERIES}
    for series, by_year in report.months.items():
        for year, counts in by_year.items():
            for place, number in enumerate(counts, start=1):
                if number is not None:
                    yield Cell(
                        id=month_cell(series, year, place),
                        statistic=statistics[series],
                        period=month(year, place),
                        number=number,
                    )


def _term(term: Term, period: Period) -> Iterator[Cell]:
    codes = statistic_of(term.statistic).codes
    numbers = [("total", PLAIN, term.total)]
    numbers += [
        (str(place), codes[place - 1], bucket.count)
        for place, bucket in enumerate(term.buckets, start=1)
    ]
    numbers += [
        (f"by_law.{place}", codes[len(term.buckets) + place - 1], bucket.count)
        for place, bucket in enumerate(term.by_law, start=1)
    ]
    for name, measure, number in numbers:
        yield Cell(
            id=f"{term.service}.{name}",
            statistic=term.statistic,
            period=period,
            number=number,
            measure=measure,
        )


def _stock(stock: Stock) -> Iterator[Cell]:
    for code, counts in stock.counts.items():
        for day, number in zip(stock.days, counts, strict=True):
            yield Cell(
                id=stock_cell(stock.service, day, code),
                statistic=stock.statistic,
                period=on_day(day),
                number=number,
                measure=code,
            )


def _share(share: Share) -> Iterator[Cell]:
    of = POPULATION if share.base == "all" else REGISTERED
    for name, measure, number in (
        (share.id, PLAIN, share.count),
        (f"{share.id}.denominator", of, share.denominator),
    ):
        yield Cell(
            id=name,
            statistic=share.statistic,
            period=share.period,
            number=number,
            measure=measure,
        )
