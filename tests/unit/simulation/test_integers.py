"""Do whole numbers print as the figures say, and is what cannot be named, and no more than that?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.simulation.figures import FiguresError, share_of
from connectors.simulation.integers import MoreEffortError, Problem, Tag

CODES = ((frozenset({"share"}), "share_impossible"), (frozenset[str](), "totals_disagree"))


def tag(figure: str, kind: str = "sum") -> Tag:
    return Tag(figure=figure, kind=kind)


def can_print(count: int, whole: int, share: Decimal, decimals: int) -> bool:
    problem = Problem()
    part, all_of_it = problem.number(), problem.number()
    problem.equal({part: 1}, count)
    problem.equal({all_of_it: 1}, whole)
    problem.prints({part: 1}, {all_of_it: 1}, share, decimals, tag("share", "share"))
    try:
        problem.solve(CODES)
    except FiguresError as error:
        return (error.code, error.figures) != ("share_impossible", ("share",))
    return True


@pytest.mark.parametrize("decimals", [0, 1])
@pytest.mark.parametrize("whole", [0, 1, 8, 200, 1516])
def test_a_share_prints_as_rounding_half_up_prints_it(whole: int, decimals: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    for count in sorted({0, 1, 5, whole // 3, whole} & set(range(whole + 1))):
        share = share_of(count, whole, decimals)
        assert can_print(count, whole, share, decimals)
        assert not can_print(count, whole, share + step, decimals)
        assert share == 0 or not can_print(count, whole, share - step, decimals)


def test_half_a_unit_is_rounded_up() -> None:
    assert can_print(1, 200, Decimal(1), 0) and not can_print(1, 200, Decimal(0), 0)
    assert can_print(1, 201, Decimal(0), 0) and not can_print(1, 201, Decimal(1), 0)


def test_a_share_without_a_whole_finds_one() -> None:
    problem = Problem()
    count, whole = problem.number(), problem.number(high=40)
    problem.prints({count: 1}, {whole: 1}, Decimal("57.1"), 1)
    values = problem.solve(CODES)
    assert share_of(values[count], values[whole], 1) == Decimal("57.1")


def test_only_what_is_at_odds_is_named() -> None:
    problem = Problem()
    months = [problem.number() for _ in range(12)]
    for place, month in enumerate(months):
        problem.equal({month: 1}, 5, tag(f"month {place}"))
    problem.equal(dict.fromkeys(months[:2], 1), 11, tag("first two"))
    problem.equal(dict.fromkeys(months, 1), 60, tag("year"))
    with pytest.raises(FiguresError) as refused:
        problem.solve(CODES)
    assert refused.value.code == "totals_disagree"
    named = set(refused.value.figures)
    assert named in (
        {"month 0", "month 1", "first two"},
        {"year", "first two", *(f"month {place}" for place in range(2, 12))},
    )


def test_who_has_more_to_try_is_told_soon() -> None:
    problem = Problem()
    number = problem.number(high=3)
    problem.equal({number: 1}, 4, tag("four"))
    with pytest.raises(MoreEffortError):
        problem.solve(CODES, is_last=False)


def test_what_is_free_is_near_to_its_wish() -> None:
    problem = Problem()
    first, second = problem.number(), problem.number()
    problem.equal({first: 1, second: 1}, 10, tag("ten"))
    problem.near({first: 1}, 7, 1.0)
    assert problem.solve(CODES)[first] == 7
