"""S25: the month matrix, "Gestart per maand": four series by month, several years side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from projections.copying import Connection
from projections.named_sql import query
from projections.statistics.figure import PLAIN, SQL_PACKAGE, Question, Statistic, ask, month
from projections.statistics.s01_advices import S01
from projections.statistics.s08_reports import S08
from projections.statistics.s17_services_started import S17, S20

SERIES: tuple[tuple[str, Statistic], ...] = (
    ("report", S08),
    ("advice", S01),
    ("investigation_started", S20),
    ("conditions_started", S17),
)

MonthMatrix = dict[str, dict[int, list[int | None]]]


def month_matrix(
    connection: Connection,
    *,
    region: str,
    years: Sequence[int],
    known_on: date | None,
    municipality: str | None = None,
) -> MonthMatrix:
    """Return {series: {year: twelve counts}} as known at the end of `known_on` (None: now).

    A month that was not over on that day is None: half a month beside whole ones misleads. Its
    printed total is the sum of the months (definitions.md, S25), which the caller makes.
    """
    question = Question(region=region, known_on=known_on, municipality=municipality)
    over_on = known_on or _yesterday(connection, region)
    months = [month(year, number) for year in years for number in range(1, 13)]
    matrix: MonthMatrix = {}
    for name, statistic in SERIES:
        answers = ask(connection, statistic, question, months)
        counts = [
            figures[PLAIN].count if over_on is not None and period.last <= over_on else None
            for period, figures in zip(months, answers, strict=True)
        ]
        matrix[name] = {
            year: counts[12 * place : 12 * place + 12] for place, year in enumerate(years)
        }
    return matrix


def _yesterday(connection: Connection, region: str) -> date | None:
    """Return the last day that is over by the region's own clock; None before its first tick."""
    row = connection.execute(
        query("s25_month_matrix.sql", "region_day", SQL_PACKAGE), {"region": region}
    ).fetchone()
    return row[0] - timedelta(days=1) if row is not None and row[0] is not None else None
