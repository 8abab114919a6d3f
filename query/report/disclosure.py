"""Protects a report before it leaves the house: rounded to five, or small numbers kept back. Pure.

Every number that is printed is a cell, and every way in which cells add up is a relation here: a
relation that is missing is a way to compute what was kept back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from projections.statistics import PLAIN, Period
from projections.statistics.members import NOT_REGISTERED, POPULATION
from projections.statistics.s16_work_stock import OPEN, OVERDUE, PICKED_UP, WAITING
from query.problems import BadQuestion
from query.report.cells import Cell, cells, month_cell, stock_cell
from query.report.content import (
    HIDDEN,
    OPEN_HAND,
    Bucket,
    Count,
    Disclosure,
    Hidden,
    Number,
    Report,
    Rule,
    Share,
    Stock,
    Table,
    Term,
    shown_share,
)
from query.report.suppression import AtMost, Relation, Sum, suppressed

BELOW_DEFAULT, BELOW_MIN, BELOW_MAX = 5, 2, 100
"""Five is what the analysts' conventions ask; one below would keep nothing back."""

STEP = 5
_SINGLE_CHOICE = frozenset({"S05", "S10", "S29"})
"""Tables in which each record has one code, so that the rows add up to the denominator."""

_POPULATION = {
    **dict.fromkeys(("S02", "S05", "S06", "S07"), "S01"),
    **dict.fromkeys(("S09", "S10", "S12", "S13", "S29"), "S08"),
}
"""The statistic that counts all records of which another counts some."""

_PARTS = (("S30", "S08"), ("S23", "S23-assessed"))
_FORM = re.compile(r"none|round5|suppress(?::([0-9]{1,3}))?")

Show = Callable[[str, Number], Number]


def parse_disclosure(text: str) -> Disclosure:
    """Return what an option asks for; raises BadQuestion for what it cannot."""
    found = _FORM.fullmatch(text)
    below = BELOW_DEFAULT if found is None or found[1] is None else int(found[1])
    if found is None or not BELOW_MIN <= below <= BELOW_MAX:
        raise BadQuestion(
            "Deze bescherming kennen wij niet",
            "Schrijf bij --disclosure none, round5, suppress of suppress:N, met N van "
            f"{BELOW_MIN} tot en met {BELOW_MAX}.",
        )
    rule = Rule(text.partition(":")[0])
    return Disclosure(rule=rule, below=below if rule is Rule.SUPPRESS else None)


def disclosed(report: Report, disclosure: Disclosure) -> Report:
    """Return the report as it may leave the house; one that is protected already is refused.

    Raises ValueError when it is, and suppression.Unprotected when nothing may be shown.
    """
    if report.disclosure != OPEN_HAND:
        raise ValueError("only a report with all its numbers can be protected")
    match disclosure.rule:
        case Rule.NONE:
            return report
        case Rule.ROUND5:
            return replace(
                _shown(report, lambda _, number: _rounded(number)), disclosure=disclosure
            )
        case Rule.SUPPRESS:
            hidden = hidden_cells(report, disclosure.below or BELOW_DEFAULT)
            return replace(
                _shown(report, lambda name, number: HIDDEN if name in hidden else number),
                disclosure=disclosure,
            )


def hidden_cells(report: Report, below: int) -> frozenset[str]:
    """Return the cells that are not shown, small ones and those that would tell them."""
    there = list(cells(report))
    values = {cell.id: cell.number for cell in there if isinstance(cell.number, int)}
    totals = dict(_year_totals(report))
    values |= {total: sum(values[part] for part in parts) for total, parts in totals.items()}
    relations = [*_equal(there), *_inside(report), *_between(there)]
    relations += [Sum(total=total, parts=parts) for total, parts in totals.items()]
    relations += _months_of_counts(report, values)
    # How often a thing was not registered says nothing of anybody.
    harmless = frozenset(cell.id for cell in there if cell.measure == NOT_REGISTERED)
    return suppressed(values, relations, below=below, harmless=harmless)


def _equal(there: Sequence[Cell]) -> Iterator[Relation]:
    """Yield the same number at two places, also where it is the population of a share."""
    places: dict[tuple[str, Period, str], list[str]] = defaultdict(list)
    for cell in there:
        statistic, measure = cell.statistic, cell.measure
        if measure == POPULATION and statistic in _POPULATION:
            statistic, measure = _POPULATION[statistic], PLAIN
        places[statistic, cell.period, measure].append(cell.id)
    for first, *others in places.values():
        yield from (Sum(total=first, parts=(other,)) for other in others)


def _inside(report: Report) -> Iterator[Relation]:
    """Yield how the numbers of one table, term, share or day of the work stock belong together."""
    counts = {count.statistic: count.id for count in reversed(report.counts)}
    for table in report.tables:
        rows = tuple(f"{table.id}.{row.code}" for row in table.rows)
        denominator = f"{table.id}.denominator"
        if table.statistic in _SINGLE_CHOICE:
            yield Sum(total=denominator, parts=rows)
        else:
            yield AtMost(least=denominator, most=rows)
            yield from (AtMost(least=row, most=(denominator,)) for row in rows)
        population = counts[_POPULATION[table.statistic]]
        yield Sum(total=population, parts=(denominator, f"{table.id}.not_registered"))
    for term in report.terms:
        name, within = term.service, f"{term.service}.by_law.1"
        buckets = tuple(f"{name}.{place}" for place in range(1, len(term.buckets) + 1))
        yield Sum(total=f"{name}.total", parts=buckets)
        for place in range(1, len(term.by_law) + 1):
            yield AtMost(least=f"{name}.by_law.{place}", most=(f"{name}.total",))
        if term.by_law:
            # Five working days and ten weeks are never less than 75 days.
            yield AtMost(least=buckets[0], most=(within,))
    for share in report.shares:
        yield AtMost(least=share.id, most=(f"{share.id}.denominator",))
    for stock in report.stocks:
        whole = [code for code in (OPEN, WAITING, PICKED_UP) if code in stock.counts]
        for day in stock.days:
            most = tuple(stock_cell(stock.service, day, code) for code in whole)
            yield AtMost(least=stock_cell(stock.service, day, OVERDUE), most=most)


def _between(there: Sequence[Cell]) -> Iterator[Relation]:
    """Yield what is a part of what, period by period."""
    plain = {(cell.statistic, cell.period): cell.id for cell in there if cell.measure == PLAIN}
    for cell in there:
        if cell.measure == POPULATION and cell.statistic == "S33-reporters":
            yield AtMost(least=cell.id, most=(plain["S08", cell.period],))
    for (statistic, period), name in plain.items():
        for part, whole in (*_PARTS, *_POPULATION.items()):
            if statistic == part and (whole, period) in plain:
                yield AtMost(least=name, most=(plain[whole, period],))


def _year_totals(report: Report) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the total under each column of the appendix, which other publications print too."""
    for series, by_year in report.months.items():
        for year, counts in by_year.items():
            parts = tuple(
                month_cell(series, year, place)
                for place, count in enumerate(counts, start=1)
                if count is not None
            )
            if parts:
                yield f"months.{series}.{year}.total", parts


_SERIES = {
    "S08": "report",
    "S01": "advice",
    "S20": "investigation_started",
    "S17": "conditions_started",
}


def _months_of_counts(report: Report, values: Mapping[str, int]) -> Iterator[Relation]:
    for count in report.counts:
        if count.statistic not in _SERIES:
            continue
        first, last = count.period.first, count.period.last
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        parts = tuple(
            month_cell(_SERIES[count.statistic], month // 12, month % 12 + 1) for month in months
        )
        if all(part in values for part in parts):
            yield Sum(total=count.id, parts=parts)


def _rounded(number: Number) -> Number:
    """Return the nearest multiple of five; a whole number is never halfway between two."""
    return number if isinstance(number, Hidden) else (number + STEP // 2) // STEP * STEP


def _shown(report: Report, show: Show) -> Report:
    return replace(
        report,
        tables=[_table(table, show) for table in report.tables],
        months={
            series: {
                year: [
                    None if count is None else show(month_cell(series, year, place), count)
                    for place, count in enumerate(counts, start=1)
                ]
                for year, counts in by_year.items()
            }
            for series, by_year in report.months.items()
        },
        terms=[_term(term, show) for term in report.terms],
        stocks=[_stock(stock, show) for stock in report.stocks],
        counts=[_count(count, show) for count in report.counts],
        shares=[_share(share, show) for share in report.shares],
    )


def _table(table: Table, show: Show) -> Table:
    denominator = show(f"{table.id}.denominator", table.denominator)
    counts = {row.code: show(f"{table.id}.{row.code}", row.count) for row in table.rows}
    rows = [
        replace(
            row,
            count=counts[row.code],
            share=shown_share(counts[row.code], denominator, table.decimals),
        )
        # Where a row stands tells between which others its number lies.
        for row in sorted(table.rows, key=lambda row: (*_rank(counts[row.code]), row.label))
    ]
    return replace(
        table,
        denominator=denominator,
        not_registered=show(f"{table.id}.not_registered", table.not_registered),
        rows=rows,
    )


def _rank(number: Number) -> tuple[bool, int]:
    return (True, 0) if isinstance(number, Hidden) else (False, -number)


def _term(term: Term, show: Show) -> Term:
    name = term.service
    total = show(f"{name}.total", term.total)

    def bucket(cell: str, one: Bucket) -> Bucket:
        count = show(cell, one.count)
        return Bucket(label=one.label, count=count, share=shown_share(count, total, term.decimals))

    buckets = [bucket(f"{name}.{place}", one) for place, one in enumerate(term.buckets, start=1)]
    # A mean of few is nearly the number of one of them.
    is_told = term.mean_days_last is None or _is_many(buckets[-1].count)
    return replace(
        term,
        total=total,
        buckets=buckets,
        by_law=[
            bucket(f"{name}.by_law.{place}", one) for place, one in enumerate(term.by_law, start=1)
        ],
        mean_days_last=term.mean_days_last if is_told else HIDDEN,
    )


def _is_many(number: Number) -> bool:
    return isinstance(number, int) and number >= STEP


def _stock(stock: Stock, show: Show) -> Stock:
    return replace(
        stock,
        counts={
            code: [
                show(stock_cell(stock.service, day, code), count)
                for day, count in zip(stock.days, counts, strict=True)
            ]
            for code, counts in stock.counts.items()
        },
    )


def _count(count: Count, show: Show) -> Count:
    return replace(count, count=show(count.id, count.count))


def _share(share: Share, show: Show) -> Share:
    return replace(
        share,
        count=show(share.id, share.count),
        denominator=show(f"{share.id}.denominator", share.denominator),
    )
