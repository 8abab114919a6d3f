"""Do bucket counts print as the shares, and refuse what cannot be?"""

from __future__ import annotations

import pytest

from connectors.simulation.buckets import day_total, quotas, settle_buckets
from connectors.simulation.figures import FiguresError, TermFigure, share_of


def term(first: float | None, second: float | None, mean: str | None = None) -> TermFigure:
    return TermFigure.model_validate(
        {
            "service": "safety_assessment",
            "statistic": "S15",
            "from": "2025-01",
            "to": "2025-08",
            "decimals": 0,
            "shares": [first, second, None],
            "mean_days_last": mean,
        }
    )


@pytest.mark.parametrize("total", [100, 101, 333, 1500])
def test_counts_print_as_the_shares(total: int) -> None:
    found = quotas(total, term(26, 25))
    assert found is not None and sum(found) == total
    assert [share_of(count, total, 0) for count in found[:2]] == [26, 25]


def test_too_few_for_a_share_is_none() -> None:
    assert quotas(3, term(26, 25)) is None
    assert quotas(3, term(33, 67)) == (1, 2, 0)


def test_what_stands_in_one_bucket_only_is_left_out_when_it_is_too_much() -> None:
    quota, kept = settle_buckets(term(50, 0), (10, 5, 10), 0)
    assert kept == quota == (10, 0, 10)
    with pytest.raises(FiguresError, match="term_unreachable"):
        settle_buckets(term(26, 25), (0, 0, 0), 3)


def test_days_print_as_the_mean() -> None:
    assert day_total(803, term(26, 25, "49.9")) in range(round(803 * 49.85), round(803 * 49.95))
    with pytest.raises(FiguresError, match="mean_impossible"):
        day_total(1, term(26, 25, "49.9"))
