from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from projections.statistics.rounding import rounded, share

# count, denominator, decimals, printed: from domain.md §1.1 and definitions.md, Rounding.
PRINTED = [
    (967, 1516, 1, "63.8"),
    (40, 1516, 1, "2.6"),
    (59, 1516, 1, "3.9"),
    (85, 1319, 1, "6.4"),
    (236, 2458, 1, "9.6"),
    (205, 2458, 1, "8.3"),
    (5, 91, 1, "5.5"),
    (5, 91, 0, "5"),
    (1, 8, 0, "13"),
    (1, 200, 0, "1"),
    (0, 10, 1, "0.0"),
    (10, 10, 0, "100"),
]


@pytest.mark.parametrize(("count", "denominator", "decimals", "printed"), PRINTED)
def test_a_share_is_rounded_once_and_half_up(
    count: int, denominator: int, decimals: int, printed: str
) -> None:
    assert str(share(count, denominator, decimals)) == printed


def test_a_share_of_nothing_is_no_figure() -> None:
    assert share(0, 0, 1) is None


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
        (Fraction(499, 10), 1, "49.9"),
        # A binary float of 1.005 lies below it and would round down.
        (Fraction(1005, 1000), 2, "1.01"),
    ],
)
def test_halves_go_away_from_zero(value: Fraction, decimals: int, printed: str) -> None:
    assert rounded(value, decimals) == Decimal(printed)
