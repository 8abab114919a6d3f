"""The month matrix as a page shows it: four series, months down, years across, totals below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from projections.statistics import month_matrix
from query.limits import YEARS_SHOWN
from query.problems import BadQuestion
from query.reading import ReadConnection
from query.regions import Region
from query.wording import day_words

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

EARLIEST_DAY: Final = date(2015, 1, 1)
"""Veilig Thuis exists since 1 January 2015 (Wmo 2015, article 4.1.1)."""

SERIES_WORDS: Final = (
    ("report", "Meldingen"),
    ("advice", "Adviezen"),
    ("investigation_started", "Onderzoeken gestart"),
    ("conditions_started", "Voorwaarden en vervolg gestart"),
)
"""In the order of the Bestuursrapportage's appendix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series: `months[m][y]` is month m + 1 of the y-th year, None when it was not over."""

    code: str
    word: str
    months: tuple[tuple[int | None, ...], ...]
    totals: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """The matrix as known at the end of `known_on`."""

    known_on: date
    years: tuple[int, ...]
    series: tuple[Series, ...]


def parse_known_on(asked: Mapping[str, str], today: date) -> date:
    """Return the day of knowledge a query string asks for, the region's day when it asks none.

    Raises BadQuestion for a text that is no date, and for a day before Veilig Thuis or to come.
    """
    text = asked.get("peildatum") or today.isoformat()
    try:
        day = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadQuestion(
            "Deze peildatum is geen datum", "Schrijf de datum als jaar-maand-dag: 2025-09-15."
        )
    if not EARLIEST_DAY <= day <= today:
        raise BadQuestion(
            "Voor deze peildatum zijn er geen cijfers",
            f"Kies een dag van {day_words(EARLIEST_DAY)} tot en met {day_words(today)}.",
        )
    return day


def total_of(months: Sequence[int | None]) -> int | None:
    """Return the sum of the months that there are, None when there is none.

    The printed total is always the sum of the printed months: the appendix of the
    Bestuursrapportage has one year in which it is not.
    """
    known = [month for month in months if month is not None]
    return sum(known) if known else None


def read_figures(connection: ReadConnection, region: Region, known_on: date) -> MonthFigures:
    """Return the months of three years up to and including the year of `known_on`."""
    years = tuple(range(known_on.year - YEARS_SHOWN + 1, known_on.year + 1))
    matrix = month_matrix(connection, region=region.code, years=years, known_on=known_on)
    return MonthFigures(
        known_on=known_on,
        years=years,
        series=tuple(
            Series(
                code=code,
                word=word,
                months=tuple(zip(*(matrix[code][year] for year in years), strict=True)),
                totals=tuple(total_of(matrix[code][year]) for year in years),
            )
            for code, word in SERIES_WORDS
        ),
    )
