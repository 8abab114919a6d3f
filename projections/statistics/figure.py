"""What a statistic answers, and what it is asked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from projections.copying import Connection
from projections.named_sql import query
from schemas.code_lists import CODE_LISTS
from streams.household.terms import start_of_day

SQL_PACKAGE = "projections.statistics"
PLAIN = ""
"""The code of a figure that is no row of a table."""


class Base(Enum):
    """What a share is a share of; two measures with two names, never one for the other."""

    NONE = "none"
    ALL = "all"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A count, what it is a share of, and how many records lack the attribute.

    `denominator` and `not_registered` are None for a plain count. Count and denominator are
    primary; a share is made of them once, by `rounding.share`. `population` is the denominator
    of the share of all, whatever the statistic's own base; `days` are those of the records that
    `count` counts, together, where a mean is printed.
    """

    count: int
    denominator: int | None = None
    not_registered: int | None = None
    population: int | None = None
    code: str = PLAIN
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period of event dates, both ends in."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Where, as of when, and of which municipality a statistic is asked.

    `known_on` None: as known now. `municipality` None: the whole region.
    """

    region: str
    known_on: date | None = None
    municipality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One statistic: its question in SQL, asked of many periods in one round trip.

    `file` and `section` name the query.  It takes region, cutoff, municipality, the arrays
    `firsts` and `lasts`, and the ends of them all, `earliest` and `latest`: known when the query is
    planned, so that an index on the day is used.  It answers (ordinal, code, count, population,
    registered, days): one row per period with code null, which holds population and registered,
    and one per code found.  `parameters` tell it from another statistic with the same question,
    `codes` are the rows of a table in the order of its code list, and `decimals` those of its
    printed share.
    """

    id: str
    title: str
    file: str
    section: str
    parameters: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()
    base: Base = Base.NONE
    decimals: int = 1


def ask(
    connection: Connection, statistic: Statistic, question: Question, periods: Sequence[Period]
) -> list[Mapping[str, Figure]]:
    """Return the figures of each period by code, in the order of the statistic's codes.

    A plain count has one figure, under `PLAIN`; a table has it too, for the whole population.
    """
    cursor = connection.execute(
        query(statistic.file, statistic.section, SQL_PACKAGE),
        {
            "region": question.region,
            "municipality": question.municipality,
            "cutoff": cutoff(question.known_on),
            "known_on": question.known_on,
            "firsts": [period.first for period in periods],
            "lasts": [period.last for period in periods],
            "earliest": min((period.first for period in periods), default=None),
            "latest": max((period.last for period in periods), default=None),
            **dict(statistic.parameters),
        },
    )
    found: list[dict[str, tuple[int | None, ...]]] = [{} for _ in periods]
    for ordinal, code, *numbers in cursor:
        found[ordinal - 1][code or PLAIN] = tuple(numbers)
    return [_figures(statistic, rows) for rows in found]


def _figures(
    statistic: Statistic, rows: Mapping[str, tuple[int | None, ...]]
) -> Mapping[str, Figure]:
    total, population, registered, days = rows.get(PLAIN, (0, 0, 0, None))
    if statistic.base is Base.NONE:
        figures = {PLAIN: Figure(count=total or 0, days=days)}
        extra = {code: row for code, row in rows.items() if code != PLAIN}
        return figures | {
            code: Figure(count=extra.get(code, (0,))[0] or 0, code=code) for code in statistic.codes
        }
    population, registered = population or 0, registered or 0
    whole = Figure(
        count=total or 0,
        denominator=registered if statistic.base is Base.REGISTERED else population,
        not_registered=population - registered,
        population=population,
    )
    figures = {PLAIN: whole}
    for code in statistic.codes:
        count, _, _, days = rows.get(code, (0, None, None, None))
        figures[code] = replace(whole, count=count or 0, code=code, days=days)
    return figures


def codes_of(list_name: str) -> tuple[str, ...]:
    """Return the rows of a table: the codes of a list in its order, without "not registered"."""
    return tuple(code for code in CODE_LISTS[list_name].codes if code != "UNKNOWN")


def cutoff(known_on: date | None) -> datetime | str:
    """Return the first instant that was not known yet at the end of a day in Amsterdam."""
    return "infinity" if known_on is None else start_of_day(known_on + timedelta(days=1))


def month(year: int, number: int) -> Period:
    """Return the period of one calendar month."""
    last = monthrange(year, number)[1]
    return Period(first=date(year, number, 1), last=date(year, number, last))
