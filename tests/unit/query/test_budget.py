"""S24: a budget over months, and which files are none."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from projections.statistics.s24_budget import Budget
from query.problems import BadQuestion
from query.report.budget import parse_budget

BUDGET = Budget(by_year={2024: {"reports": 1200}, 2025: {"reports": 1300, "advices": 10}})


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), Fraction(1300)),
        (date(2025, 1, 1), date(2025, 8, 31), Fraction(2600, 3)),
        (date(2025, 5, 1), date(2025, 5, 31), Fraction(325, 3)),
        (date(2024, 12, 1), date(2025, 1, 31), Fraction(100) + Fraction(325, 3)),
        (date(2023, 12, 1), date(2024, 1, 31), None),
    ],
)
def test_a_budget_over_months_is_exact(first: date, last: date, expected: Fraction | None) -> None:
    assert BUDGET.over("reports", first, last) == expected


def test_what_a_year_does_not_budget_is_unknown_and_not_zero() -> None:
    assert BUDGET.over("advices", date(2024, 1, 1), date(2024, 12, 31)) is None
    assert BUDGET.over("advices", date(2024, 7, 1), date(2025, 6, 30)) is None


def test_a_file_has_a_table_per_year() -> None:
    text = "[2024]\nreports = 1200\n[2025]\nreports = 1300\nadvices = 10\n"
    assert parse_budget(text) == BUDGET
    assert parse_budget("") == Budget(by_year={})


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("[2025", "De begroting bij --budget is niet te lezen"),
        ("reports = 1200", "De begroting bij --budget heeft een deel dat geen jaar is"),
        ("2025 = 1200", "De begroting bij --budget heeft een deel dat geen jaar is"),
        ("[jaar]\nreports = 1", "De begroting bij --budget heeft een deel dat geen jaar is"),
        ("[2025]\nmeldingen = 1", "De begroting van 2025 noemt 1 namen die wij niet kennen"),
        ("[2025]\nreports = 1.5", "De begroting van 2025 heeft een getal dat niet kan"),
        ("[2025]\nreports = true", "De begroting van 2025 heeft een getal dat niet kan"),
        ("[2025]\nreports = -1", "De begroting van 2025 heeft een getal dat niet kan"),
        ("[2025]\nreports = 1000001", "De begroting van 2025 heeft een getal dat niet kan"),
    ],
)
def test_what_is_no_budget_is_refused(text: str, title: str) -> None:
    with pytest.raises(BadQuestion, match=title):
        parse_budget(text)
