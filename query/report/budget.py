"""Lays a budget beside a report's counts (S24), and reads one from a file. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import replace

from projections.statistics.s24_budget import BUDGETED, Budget
from query.problems import BadQuestion
from query.report.content import BudgetLine, Report

NUMBER_MAX = 1_000_000
"""More than all regions together in a year: a larger number is a mistake."""


def parse_budget(text: str) -> Budget:
    """Read a budget: a table per year with a whole number per name.

    Raises BadQuestion, in Dutch, for a file that is none; it names the year and what is wrong.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise BadQuestion(
            "De begroting bij --budget is niet te lezen", "Schrijf per jaar een tabel in TOML."
        ) from None
    by_year: dict[int, dict[str, int]] = {}
    for year, numbers in document.items():
        if not (year.isascii() and year.isdigit() and len(year) == 4) or not isinstance(
            numbers, dict
        ):
            raise BadQuestion(
                "De begroting bij --budget heeft een deel dat geen jaar is",
                "Schrijf boven elk deel een jaar, zoals [2025].",
            )
        if strange := [name for name in numbers if name not in BUDGETED]:
            raise BadQuestion(
                f"De begroting van {year} noemt {len(strange)} namen die wij niet kennen",
                f"Gebruik alleen: {', '.join(BUDGETED)}.",
            )
        if not all(type(n) is int and 0 <= n <= NUMBER_MAX for n in numbers.values()):
            raise BadQuestion(
                f"De begroting van {year} heeft een getal dat niet kan",
                f"Schrijf hele getallen van 0 tot en met {NUMBER_MAX}.",
            )
        by_year[int(year)] = dict(numbers)
    return Budget(by_year=by_year)


def with_budget(report: Report, budget: Budget) -> Report:
    """Return the report with its budget lines; the counts stay what they are.

    What has no budget over the whole period has no line.
    """
    asked = report.question
    lines = []
    for name, statistic in BUDGETED.items():
        count = next(each for each in report.counts if each.id == name)
        budgeted = budget.over(name, asked.first, asked.last)
        if budgeted is not None:
            lines.append(
                BudgetLine(
                    id=name,
                    statistic=statistic,
                    title=count.title,
                    budgeted=budgeted,
                    count=count.count,
                )
            )
    return replace(report, budget=tuple(lines))
