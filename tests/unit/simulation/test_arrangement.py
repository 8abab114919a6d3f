"""Are sums over months met, and contradictions named?"""

from __future__ import annotations

import pytest

from connectors.simulation.arrangement import Statement, apportion, arrange
from connectors.simulation.figures import FiguresError

YEAR = range(2023 * 12, 2024 * 12)


def stated(figure: str, first: int, stop: int, count: int) -> Statement:
    months = range(YEAR.start + first, YEAR.start + stop)
    return Statement(figure=figure, months=months, count=count)


def test_overlapping_sums_are_met_together() -> None:
    statements = [stated("year", 0, 12, 100), stated("half", 0, 6, 70), stated("q23", 3, 9, 55)]
    numbers = arrange(statements, YEAR, dict.fromkeys(YEAR, 8.0))
    for each in statements:
        assert sum(numbers[month] for month in each.months) == each.count
    assert all(number >= 0 for number in numbers.values())


def test_silent_months_get_their_target() -> None:
    numbers = arrange([stated("q1", 0, 3, 30)], YEAR, dict.fromkeys(YEAR, 4.0))
    assert [numbers[month] for month in YEAR] == [10, 10, 10] + [4] * 9


def test_a_part_larger_than_its_whole_is_named() -> None:
    with pytest.raises(FiguresError) as refused:
        arrange([stated("year", 0, 12, 10), stated("half", 0, 6, 11)], YEAR, {})
    assert refused.value.code == "totals_disagree"
    assert set(refused.value.figures) == {"year", "half"}


def test_a_total_unlike_its_months_is_named_with_its_months() -> None:
    months = [stated("months.2023", place, place + 1, 5) for place in range(12)]
    with pytest.raises(FiguresError) as refused:
        arrange([*months, stated("total", 0, 12, 61)], YEAR, {})
    assert set(refused.value.figures) == {"months.2023", "total"}


def test_apportion_keeps_the_total() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(0, [1.0, 2.0]) == [0, 0]
    assert apportion(3, [0.0, 0.0, 0.0]) == [1, 1, 1]
