"""Which numbers go with a small one, one case at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from projections.statistics.changes import SECTIONS
from projections.statistics.members import MEMBERSHIPS
from query.problems import BadQuestion
from query.report.cells import cells
from query.report.content import HIDDEN, Disclosure, Report, Rule
from query.report.disclosure import disclosed, parse_disclosure
from query.report.suppression import AtMost, Relation, Sum, suppressed
from tests.support.invented_report import invented_report

ROUNDED = Disclosure(rule=Rule.ROUND5)
SUPPRESSED = Disclosure(rule=Rule.SUPPRESS, below=5)
COLUMN = (Sum(total="t", parts=("a", "b", "c")),)


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        pytest.param({"a": 7, "b": 8, "c": 9}, "", id="nothing is small"),
        pytest.param({"a": 3, "b": 8, "c": 9}, "ab", id="the smallest other part goes along"),
        pytest.param({"a": 3, "b": 4, "c": 9}, "ab", id="two small ones hide each other"),
        pytest.param({"a": 1, "b": 1, "c": 9}, "abc", id="two times one is told by their sum"),
        pytest.param({"a": 3, "b": 0, "c": 9}, "ac", id="zero is shown and hides nothing"),
        pytest.param({"a": 3, "b": 0, "c": 0}, "at", id="a small total is small itself"),
        pytest.param({"a": 0, "b": 0, "c": 9}, "", id="zero is nobody"),
        pytest.param({"a": 4, "b": 5, "c": 5}, "ab", id="five is shown, unless it hides four"),
    ],
)
def test_a_column_with_its_total(values: Mapping[str, int], hidden: str) -> None:
    with_total = {**values, "t": sum(values.values())}
    found = suppressed(with_total, COLUMN, below=5, harmless=frozenset())
    assert "".join(sorted(found)) == hidden


@pytest.mark.parametrize(
    ("values", "relations", "hidden"),
    [
        # The same number at another place tells it.
        ({"a": 3, "b": 9, "x": 3}, (Sum(total="x", parts=("a",)),), "ax"),
        ({"t": 12, "x": 12, "a": 4, "b": 8}, (Sum(total="t", parts=("a", "b")),), "ab"),
        # Nine of nine is told by its whole; as soon as the whole may be more it is not.
        ({"a": 3, "b": 9}, (AtMost(least="a", most=("b",)),), "a"),
        # Between at most b and at least c nothing but b is left.
        (
            {"a": 4, "b": 4, "c": 9},
            (AtMost(least="a", most=("b",)), AtMost(least="b", most=("a",))),
            "ab",
        ),
    ],
)
def test_other_ways_to_tell(
    values: Mapping[str, int], relations: Sequence[Relation], hidden: str
) -> None:
    found = suppressed(values, relations, below=5, harmless=frozenset())
    assert "".join(sorted(found)) == hidden


def test_a_harmless_number_may_be_small() -> None:
    values = {"a": 3, "b": 8, "c": 9, "t": 20}
    assert not suppressed(values, COLUMN, below=5, harmless=frozenset("a"))


@pytest.fixture
def report() -> Report:
    return invented_report(3, 20, 8)


def test_every_cell_of_a_report_has_one_name_and_is_explained(report: Report) -> None:
    found = list(cells(report))
    names = [cell.id for cell in found]
    assert len(names) == len(set(names)) > 350
    assert {cell.statistic for cell in found} <= MEMBERSHIPS.keys()
    assert {membership.kind for membership in MEMBERSHIPS.values()} == SECTIONS.keys()


def test_a_share_is_made_of_rounded_counts(report: Report) -> None:
    exact = report.shares[0]
    made = replace(report, shares=[replace(exact, count=13, denominator=32)])
    (share,) = disclosed(made, ROUNDED).shares
    assert (share.count, share.denominator, share.share) == (15, 30, Decimal("50.0"))


def test_a_share_and_a_mean_go_with_their_numbers(report: Report) -> None:
    term = report.terms[0]
    few = replace(
        term,
        total=42,
        buckets=[
            replace(bucket, count=count)
            for bucket, count in zip(term.buckets, (30, 9, 3), strict=True)
        ],
        mean_days_last=Decimal("49.9"),
    )
    shown = disclosed(replace(report, terms=[few, *report.terms[1:]]), SUPPRESSED).terms[0]
    assert [bucket.count for bucket in shown.buckets] == [30, HIDDEN, HIDDEN]
    assert [bucket.share for bucket in shown.buckets][1:] == [HIDDEN, HIDDEN]
    assert shown.mean_days_last is HIDDEN
    rounded = disclosed(replace(report, terms=[few, *report.terms[1:]]), ROUNDED).terms[0]
    assert [bucket.count for bucket in rounded.buckets] == [30, 10, 5]


def test_rows_stand_in_an_order_that_tells_nothing(report: Report) -> None:
    for table in disclosed(report, SUPPRESSED).tables:
        hidden = [row.label for row in table.rows if row.count is HIDDEN]
        assert hidden == sorted(hidden)
        assert [row.label for row in table.rows][len(table.rows) - len(hidden) :] == hidden


def test_a_protected_report_is_not_protected_again(report: Report) -> None:
    with pytest.raises(ValueError, match="all its numbers"):
        disclosed(disclosed(report, ROUNDED), SUPPRESSED)


@pytest.mark.parametrize(
    ("text", "rule", "below"),
    [
        ("none", Rule.NONE, None),
        ("round5", Rule.ROUND5, None),
        ("suppress", Rule.SUPPRESS, 5),
        ("suppress:10", Rule.SUPPRESS, 10),
    ],
)
def test_a_protection_is_read(text: str, rule: Rule, below: int | None) -> None:
    assert parse_disclosure(text) == Disclosure(rule=rule, below=below)


@pytest.mark.parametrize(
    "text", ["", "suppress:1", "suppress:101", "suppress:x", "round10", "geen"]
)
def test_another_protection_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        parse_disclosure(text)
    assert "--disclosure" in refused.value.detail
