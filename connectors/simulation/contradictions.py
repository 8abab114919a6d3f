"""Figures that cannot be true, whatever the log: found before anything is arranged.

What only shows when figures are put together (sums over months, rows against records, terms) is
found by the part that arranges them; every refusal is a FiguresError with a code and the names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from connectors.simulation.claims import table_attribute
from connectors.simulation.figures import (
    CountFigure,
    Edition,
    Figures,
    FiguresError,
    ShareFigure,
    Table,
    TermFigure,
)
from connectors.simulation.months import first_day
from connectors.simulation.statements import TERM_STATISTICS, attribute_of, span_of

YEARS_MAX = 40
"""Veilig Thuis exists since 2015."""


def refuse_contradictions(figures: Figures) -> None:
    """Raise FiguresError for the first figure that contradicts itself or its own edition."""
    days = [edition.known_on for edition in figures.editions]
    if any(later <= earlier for earlier, later in pairwise(days)):
        names = tuple(edition.id for edition in figures.editions)
        raise FiguresError("editions_out_of_order", names, "known_on must rise from one to next")
    _refuse_too_long(figures)
    names = tuple(edition.id for edition in figures.editions)
    _refuse_twice("edition_twice", names)
    for edition in figures.editions:
        _refuse_twice("figure_twice", _names(edition))
        _check_periods(edition)
        _check_tables(edition)
        _check_terms(edition)
        for count in edition.counts:
            attribute_of(count)
        for share in edition.shares:
            attribute_of(share)
            _check_share(share.id, share.share, share.decimals)


def _refuse_too_long(figures: Figures) -> None:
    """Refuse what a replay, which lives through every day, would not come to the end of."""
    years = (figures.editions[-1].known_on - first_day(span_of(figures).start)).days / 365
    if years > YEARS_MAX:
        names = tuple(edition.id for edition in figures.editions)
        raise FiguresError("too_long", names, f"they span more than {YEARS_MAX} years")


def _names(edition: Edition) -> tuple[str, ...]:
    return tuple(figure.id for figure in _stated(edition) if not isinstance(figure, TermFigure))


def _stated(edition: Edition) -> Iterator[Table | CountFigure | ShareFigure | TermFigure]:
    """Yield everything with a period that an edition states."""
    yield from edition.tables
    yield from edition.counts
    yield from edition.shares
    yield from edition.terms


def _refuse_twice(code: str, names: tuple[str, ...]) -> None:
    twice = tuple(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise FiguresError(code, twice, "the same name stands there twice")


def _check_periods(edition: Edition) -> None:
    for figure in _stated(edition):
        if not figure.months:
            raise FiguresError("period_reversed", (figure.id,), "it ends before it starts")
        if first_day(figure.months.start) > edition.known_on:
            raise FiguresError(
                "period_unknown", (figure.id, edition.id), "it starts after the knowledge date"
            )


def _check_tables(edition: Edition) -> None:
    for table in edition.tables:
        table_attribute(table)
        for row in table.rows:
            _check_share(f"{table.id}.{row.code}", row.share, table.decimals)
        codes = Counter(row.code for row in table.rows)
        _refuse_twice("row_twice", tuple(f"{table.id}.{code}" for code in codes.elements()))
        if table.registered is None:
            continue
        if table.registered.min > table.registered.max:
            raise FiguresError("registered_reversed", (table.id,), "min is above max")
        rows = sum(row.count for row in table.rows)
        if not table.multiple and rows > table.registered.max:
            raise FiguresError(
                "single_choice_exceeds",
                (table.id,),
                f"single choice, yet its rows sum to {rows}, above {table.registered.max}",
            )
        for row in table.rows:
            if row.count > table.registered.max:
                raise FiguresError(
                    "row_exceeds_registered",
                    (f"{table.id}.{row.code}",),
                    f"{row.count} of at most {table.registered.max}",
                )


def _check_share(figure: str, share: Decimal, decimals: int) -> None:
    if not 0 <= share <= 100:
        raise FiguresError("share_impossible", (figure,), "a share is 0 to 100 %")
    if share != round(share, decimals):
        raise FiguresError(
            "share_impossible", (figure,), f"it has more than the {decimals} decimals it prints"
        )


def _check_terms(edition: Edition) -> None:
    for term in edition.terms:
        if TERM_STATISTICS[term.service] != term.statistic:
            raise FiguresError(
                "statistic", (term.id,), f"{term.service} is {TERM_STATISTICS[term.service]}"
            )
        printed = [share for share in term.shares if share is not None]
        for share in printed:
            _check_share(term.id, share, term.decimals)
        if term.mean_days_last is not None and term.mean_days_last != round(term.mean_days_last, 1):
            raise FiguresError("mean_impossible", (term.id,), "a mean is printed to one decimal")
        # Each printed share may be rounded up by half a step at most.
        slack = len(printed) * 0.5 * 10**-term.decimals
        if float(sum(printed)) > 100 + slack:
            raise FiguresError("share_impossible", (term.id,), "the shares exceed 100 %")
