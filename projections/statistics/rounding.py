"""Rounding of shares: once, half up, to the decimals that the figure prints; pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def share(count: int, denominator: int, decimals: int) -> Decimal | None:
    """Return the percentage `count / denominator`, or None over nothing.

    From the counts, never from another share: 5 of 91 is 5.5 with one decimal and 5 with none,
    while 5.5 rounded again would say 6 (definitions.md, Rounding).
    """
    if denominator == 0:
        return None
    return rounded(Fraction(100 * count, denominator), decimals)


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Return an exact value rounded half up, away from zero, as the publications do."""
    # In whole numbers: a Decimal quotient would already be rounded once.
    doubled = abs(value) * 10**decimals * 2
    steps = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(-steps if value < 0 else steps).scaleb(-decimals)
