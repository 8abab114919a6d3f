"""Lead-time buckets: how many must fall in each for the printed shares to come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from connectors.simulation.figures import FiguresError, TermFigure, prints_as


def quotas(total: int, term: TermFigure) -> tuple[int, int, int] | None:
    """Return counts per bucket that sum to `total` and print as the term's shares, if any do.

    The last bucket is its own count: it need not print as 100 minus the others.
    """
    first, second, last = term.shares
    for one in _fitting(total, first, term.decimals, default=1 / 3):
        for two in _fitting(total, second, term.decimals, default=1 / 3):
            three = total - one - two
            if three < 0 or (three == 0 and term.mean_days_last is not None):
                continue
            if last is None or prints_as(three, total, last, term.decimals):
                return one, two, three
    return None


def _fitting(total: int, share: Decimal | None, decimals: int, default: float) -> Iterator[int]:
    """Yield the counts of `total` that print as `share`, the nearest to it first."""
    if share is None:
        yield round(total * default)
        return
    centre = round(float(share) * total / 100)
    reach = 1 + total * 10**-decimals // 200
    near = range(max(0, int(centre - reach)), min(total, int(centre + reach)) + 1)
    for count in sorted(near, key=lambda count: (abs(count - centre), count)):
        if prints_as(count, total, share, decimals):
            yield count


def day_total(count: int, term: TermFigure) -> int:
    """Return a sum of whole days over `count` that prints as the term's mean, 1 decimal half up.

    Raises FiguresError `mean_impossible` when no whole number of days does.
    """
    mean = term.mean_days_last or Decimal(0)
    centre = int(mean * count)
    for days in sorted(range(max(0, centre - 2), centre + 3), key=lambda each: abs(each - centre)):
        if prints_as(days, 100 * count, mean, 1):
            return days
    raise FiguresError(
        "mean_impossible", (term.id,), f"no whole days over {count} give the printed mean"
    )


def settle_buckets(
    term: TermFigure, fixed: Sequence[int], flexible: int
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return (quota, kept) per bucket for the largest population that can print the shares.

    `fixed` can stand in one bucket only, `flexible` in any; what is in neither result is left
    out of the population.  Raises FiguresError `term_unreachable` when there is none.
    """
    total = sum(fixed) + flexible
    for population in range(total, -1, -1):
        quota = quotas(population, term)
        if quota is None:
            continue
        kept = tuple(min(have, want) for have, want in zip(fixed, quota, strict=True))
        if population - sum(kept) <= flexible and (population or not total):
            return quota, (kept[0], kept[1], kept[2])
    raise FiguresError(
        "term_unreachable", (term.id,), f"no population up to {total} prints these shares"
    )
