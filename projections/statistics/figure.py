"""What a statistic answers, and what it is asked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from projections.copying import Connection
from projections.named_sql import query
from streams.household.terms import start_of_day

SQL_PACKAGE = "projections.statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A count, what it is a share of, and how many records lack the attribute.

    `denominator` and `not_registered` are None for a plain count. Count and denominator are
    primary; a share is made of them once, by `rounding.share`.
    """

    count: int
    denominator: int | None = None
    not_registered: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period of event dates, both ends in."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One statistic: its question in SQL, asked of many periods in one round trip.

    `file` and `section` name the query; it takes region, cutoff and the arrays `firsts` and
    `lasts`, and answers (ordinal, count, denominator, not registered) for every period.
    `parameters` is what tells it from another statistic with the same question, and `codes` are
    the rows of a table of shares; a plain count has none.
    """

    id: str
    title: str
    file: str
    section: str
    parameters: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()


def ask(
    connection: Connection,
    statistic: Statistic,
    *,
    region: str,
    periods: Sequence[Period],
    known_on: date | None,
    code: str | None = None,
) -> list[Figure]:
    """Return the figure of each period as the region knew it at the end of `known_on`.

    `known_on` None: as known now. Raises ValueError for a code that the statistic does not have,
    and when it needs one.
    """
    if (code is None) == bool(statistic.codes) or (
        code is not None and code not in statistic.codes
    ):
        raise ValueError(f"{statistic.id} is asked with one of {len(statistic.codes)} codes")
    cursor = connection.execute(
        query(statistic.file, statistic.section, SQL_PACKAGE),
        {
            "region": region,
            "cutoff": cutoff(known_on),
            "firsts": [period.first for period in periods],
            "lasts": [period.last for period in periods],
            "code": code,
            **dict(statistic.parameters),
        },
    )
    found = {
        ordinal: Figure(count=count, denominator=denominator, not_registered=not_registered)
        for ordinal, count, denominator, not_registered in cursor
    }
    return [found.get(ordinal, Figure(count=0)) for ordinal in range(1, len(periods) + 1)]


def cutoff(known_on: date | None) -> datetime | str:
    """Return the first instant that was not known yet at the end of a day in Amsterdam."""
    return "infinity" if known_on is None else start_of_day(known_on + timedelta(days=1))


def month(year: int, number: int) -> Period:
    """Return the period of one calendar month."""
    last = monthrange(year, number)[1]
    return Period(first=date(year, number, 1), last=date(year, number, last))
