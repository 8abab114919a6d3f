"""Words for a difference with an earlier year, from the unrounded numbers. Pure.

The publications use such words without saying when; these thresholds are ours and are printed in
the report.  A rounded number decides nothing: 83.4 and 84.6 differ by more than they print.
"""

from __future__ import annotations

from fractions import Fraction

from query.report.content import Hidden, Number

COUNT_PERCENT = 5
"""A count differs when it is at least this percentage higher or lower."""
SHARE_POINTS = 2
"""A share differs when it is at least so many percentage points higher or lower."""

HIGHER, LOWER, SIMILAR, NOTHING = (
    "hoger dan",
    "lager dan",
    "vergelijkbaar met",
    "niet te vergelijken met",
)
THRESHOLDS = (
    f"“Hoger” en “lager” betekenen: een aantal dat ten minste {COUNT_PERCENT}% afwijkt, of een "
    f"percentage dat ten minste {SHARE_POINTS} procentpunt afwijkt, gerekend met niet-afgeronde "
    "getallen. Anders staat er “vergelijkbaar”."
)


def count_direction(now: Number, then: Number) -> str:
    """Return how a count compares with an earlier one: `hoger dan`, `lager dan`, …."""
    if isinstance(now, Hidden) or isinstance(then, Hidden):
        return NOTHING
    if now == then:
        return SIMILAR
    if then == 0:
        return HIGHER
    return _word(Fraction(100 * (now - then), then), COUNT_PERCENT)


def share_direction(now: Fraction | None, then: Fraction | None) -> str:
    """Return how a share in percent compares with an earlier one.

    None is a share of nothing, or one that is not shown.
    """
    if now is None or then is None:
        return NOTHING
    return _word(now - then, SHARE_POINTS)


def _word(difference: Fraction, threshold: int) -> str:
    if abs(difference) < threshold:
        return SIMILAR
    return HIGHER if difference > 0 else LOWER
