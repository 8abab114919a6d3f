"""What a protected report does not show cannot be computed from what it shows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from query.report.cells import cells
from query.report.content import Disclosure, Report, Rule
from query.report.disclosure import disclosed
from query.report.document import report_document
from query.report.document_reading import report_of
from query.report.suppression import AtMost, Relation, Sum, suppressed
from tests.support.disclosure_attack import knowledge_of, told_by_intervals, told_by_sums
from tests.support.invented_report import invented_report

ROUNDED = Disclosure(rule=Rule.ROUND5)
WORLD_NUMBERS_MAX = 9
"""All worlds of so many numbers are tried: three to the ninth."""


def reports() -> st.SearchStrategy[Report]:
    return st.builds(
        invented_report,
        st.integers(0, 2**32),
        st.sampled_from((1, 2, 6, 12, 60)),
        st.sampled_from((1, 3, 12)),
    )


def numbers(report: Report) -> dict[str, int]:
    return {cell.id: cell.number for cell in cells(report) if isinstance(cell.number, int)}


@settings(max_examples=40)
@given(reports(), st.sampled_from((3, 5, 10)))
def test_nobody_can_compute_what_is_not_shown(report: Report, below: int) -> None:
    truth = numbers(report)
    shown = disclosed(report, Disclosure(rule=Rule.SUPPRESS, below=below))
    known = knowledge_of(report_document(shown))
    small = {
        name
        for name, number in truth.items()
        if 0 < number < below and not name.endswith(".not_registered")
    }
    assert small <= {name for name, number in known.printed.items() if number is None}
    assert {name: known.printed[name] for name in numbers(shown)} == numbers(shown)
    assert all(truth[name] == number for name, number in numbers(shown).items())
    assert told_by_sums(known, truth) == set()
    assert told_by_intervals(known, truth) == set()


def test_the_attack_finds_what_is_hidden_alone() -> None:
    """Show the attacker reports with only the small numbers hidden: it must compute some."""
    told = 0
    for seed in range(20):
        report = invented_report(seed, 12)
        document = report_document(report)
        truth = numbers(report)
        known = knowledge_of(document)
        printed: Mapping[str, int | None] = {
            name: None if 0 < number < 5 and not name.endswith(".not_registered") else number
            for name, number in truth.items()
        }
        naive = type(known)(printed=printed, sums=known.sums, parts=known.parts)
        told += len(told_by_sums(naive, truth)) + len(told_by_intervals(naive, truth))
    assert told > 50


@st.composite
def grids(draw: st.DrawFn) -> tuple[dict[str, int], list[Relation]]:
    """Draw a table with totals of rows, columns and all, and parts of some of its numbers."""
    height, width = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    values = {
        f"{row}.{column}": draw(st.sampled_from((0, 0, 1, 2, 3, 5, 7)))
        for row, column in itertools.product(range(height), range(width))
    }
    cells_of = dict(values)
    relations: list[Relation] = []
    for row in range(height):
        parts = tuple(f"{row}.{column}" for column in range(width))
        relations.append(Sum(total=f"{row}.", parts=parts))
    for column in range(width):
        parts = tuple(f"{row}.{column}" for row in range(height))
        relations.append(Sum(total=f".{column}", parts=parts))
    relations.append(Sum(total=".", parts=tuple(f"{row}." for row in range(height))))
    for relation in relations:
        assert isinstance(relation, Sum)
        values[relation.total] = sum(values[part] for part in relation.parts)
    whole = draw(st.sampled_from(sorted(cells_of)))
    values["part"] = draw(st.integers(0, values[whole]))
    relations.append(AtMost(least="part", most=(whole,)))
    return values, relations


def worlds(
    values: Mapping[str, int], hidden: Sequence[str], relations: Sequence[Relation]
) -> Iterator[Mapping[str, int]]:
    """Yield every world near the true one that looks the same from outside."""
    ranges = [range(max(1, values[name] - 1), values[name] + 2) for name in hidden]
    for numbers_ in itertools.product(*ranges):
        world = {**values, **dict(zip(hidden, numbers_, strict=True))}
        if all(_holds(relation, world) for relation in relations):
            yield world


def _holds(relation: Relation, world: Mapping[str, int]) -> bool:
    if isinstance(relation, Sum):
        return world[relation.total] == sum(world[part] for part in relation.parts)
    return world[relation.least] <= sum(world[one] for one in relation.most)


@settings(max_examples=60)
@given(grids())
def test_each_hidden_number_has_another_world(grid: tuple[dict[str, int], list[Relation]]) -> None:
    values, relations = grid
    hidden = sorted(suppressed(values, relations, below=4, harmless=frozenset()))
    assert {name for name, value in values.items() if 0 < value < 4} <= set(hidden)
    assert all(values[name] > 0 for name in hidden)
    assume(len(hidden) <= WORLD_NUMBERS_MAX)
    seen: dict[str, set[int]] = {name: set() for name in hidden}
    for world in worlds(values, hidden, relations):
        for name in hidden:
            seen[name].add(world[name])
    assert all(len(each) > 1 for each in seen.values())


@given(reports())
def test_rounded_numbers_are_multiples_of_five_near_the_true_ones(report: Report) -> None:
    shown = disclosed(report, ROUNDED)
    truth = numbers(report)
    for name, number in numbers(shown).items():
        assert number % 5 == 0
        assert abs(number - truth[name]) <= 2
    for share in shown.shares:
        assert share.exact is None or share.exact * share.denominator == 100 * share.count  # type: ignore[operator]


@pytest.mark.parametrize("rule", [Disclosure(), ROUNDED, Disclosure(rule=Rule.SUPPRESS, below=5)])
@given(reports())
def test_a_document_is_its_report(rule: Disclosure, report: Report) -> None:
    shown = disclosed(report, rule)
    document = report_document(shown)
    again = report_of(document)
    assert report_document(again) == document
    assert numbers(again) == numbers(shown)
    assert str(again.disclosure) == str(rule)
