"""A made file is consistent; with one figure changed it is not: is that figure named?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.simulation.figures import FiguresError, parse_figures
from connectors.simulation.plan import make_plan
from tests.support.figures_maker import make_figures

SEED = 13
Document = dict[str, Any]


def table(document: Document, edition: int, name: str) -> Document:
    tables: list[Document] = document["editions"][edition]["tables"]
    return next(each for each in tables if each["id"] == name)


def term(document: Document, edition: int, service: str) -> Document:
    terms: list[Document] = document["editions"][edition]["terms"]
    return next(each for each in terms if each["service"] == service)


def add_count(document: Document, edition: int, **fields: Any) -> None:
    document["editions"][edition].setdefault("counts", []).append(fields)


def first_printed(document: Document, edition: int, series: str) -> tuple[int, dict[str, str]]:
    """Return the first number that an edition prints of a series, and its month."""
    for year, numbers in document["editions"][edition]["months"][series].items():
        for place, number in enumerate(numbers, start=1):
            if number is not None:
                return int(number), {"from": f"{year}-{place:02d}", "to": f"{year}-{place:02d}"}
    raise AssertionError("the edition prints no months")


def single_choice_above_its_registered(document: Document) -> None:
    found = table(document, 3, "table2")
    most = sum(row["count"] for row in found["rows"]) - 1
    found["registered"] = {"min": 0, "max": most}


def single_choice_above_its_reports(document: Document) -> None:
    """Fifty times each row, so that every share stays as it was."""
    found = table(document, 3, "table2")
    found.pop("registered")
    for row in found["rows"]:
        row["count"] *= 50


def total_unlike_its_months(document: Document) -> None:
    months = document["editions"][3]["months"]["report"]["2024"]
    add_count(
        document, 3, id="year", statistic="S08", count=sum(number or 0 for number in months) - 1,
        **{"from": "2024-01", "to": "2024-12"},
    )  # fmt: skip


def share_of_no_whole_number(document: Document) -> None:
    found = table(document, 3, "table3")
    row = max(found["rows"], key=lambda each: int(each["count"]))
    row["share"] = round(row["share"] + 2 * 10 ** -found["decimals"], found["decimals"])


def share_with_a_decimal_too_many(document: Document) -> None:
    document["editions"][0]["shares"][0].update(share=12.34, decimals=1)


def editions_in_another_order(document: Document) -> None:
    document["editions"].reverse()


def row_above_the_registered(document: Document) -> None:
    found = table(document, 3, "table4")
    found["rows"][0]["count"] = found["registered"]["max"] + 1


def registered_above_the_reports(document: Document) -> None:
    table(document, 3, "table4")["registered"] = {"min": 5000, "max": 6000}


def a_mean_below_its_own_bucket(document: Document) -> None:
    term(document, 0, "safety_assessment")["mean_days_last"] = 12.0


def a_mean_of_an_empty_bucket(document: Document) -> None:
    term(document, 1, "conditions").update(shares=[50, 50, 0], mean_days_last=200.0)


def shares_that_leave_a_gap(document: Document) -> None:
    term(document, 2, "safety_assessment")["shares"] = [30.0, 24.0, 40.0]


def more_chats_than_advices(document: Document) -> None:
    everything, month = first_printed(document, 2, "advice")
    add_count(document, 2, id="chats", statistic="S02", count=everything + 1, **month)


def a_later_edition_of_what_nobody_knew(document: Document) -> None:
    """Whatever is retracted or late: on a day in November nothing of December is known."""
    add_count(
        document, 2, id="december", statistic="S08", count=0, **{"from": "2024-12", "to": "2024-12"}
    )


def a_later_edition_unlike_itself(document: Document) -> None:
    """Reports may be retracted between editions, yet one edition has one number for a month."""
    number, month = first_printed(document, 3, "report")
    add_count(document, 3, id="first", statistic="S08", count=number - 1, **month)


def a_code_that_nobody_has(document: Document) -> None:
    table(document, 3, "table2")["rows"][0]["code"] = "NEIGHBOURS"


def a_statistic_that_nobody_steers(document: Document) -> None:
    add_count(
        document, 0, id="cases", statistic="S30", count=1, **{"from": "2024-01", "to": "2024-03"}
    )


CASES: tuple[tuple[Callable[[Document], None], str, str], ...] = (
    (single_choice_above_its_registered, "single_choice_exceeds", "table2"),
    (single_choice_above_its_reports, "count_exceeds_records", "uitgave-4/table2"),
    (total_unlike_its_months, "totals_disagree", "uitgave-4/year"),
    (share_of_no_whole_number, "share_impossible", "uitgave-4/table3"),
    (share_with_a_decimal_too_many, "share_impossible", "share.0"),
    (editions_in_another_order, "editions_out_of_order", "uitgave-4"),
    (row_above_the_registered, "row_exceeds_registered", "table4"),
    (registered_above_the_reports, "registered_exceeds_records", "uitgave-4/table4"),
    (a_mean_below_its_own_bucket, "mean_unreachable", "terms.safety_assessment.2024-01"),
    (a_mean_of_an_empty_bucket, "mean_unreachable", "terms.conditions.2024-02"),
    (shares_that_leave_a_gap, "term_unreachable", "terms.safety_assessment.2024-01"),
    (more_chats_than_advices, "count_exceeds_records", "uitgave-3/chats"),
    (a_later_edition_of_what_nobody_knew, "period_unknown", "december"),
    (a_later_edition_unlike_itself, "totals_disagree", "uitgave-4/first"),
    (a_code_that_nobody_has, "code", "uitgave-4/table2.NEIGHBOURS"),
    (a_statistic_that_nobody_steers, "statistic", "cases"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_one_changed_figure_is_refused_by_name(
    case: tuple[Callable[[Document], None], str, str],
) -> None:
    change, code, figure = case
    document = make_figures(SEED)
    change(document)
    with pytest.raises(FiguresError) as refused:
        make_plan(parse_figures(json.dumps(document)), 1)
    assert refused.value.code == code, refused.value
    assert any(figure in each for each in refused.value.figures), refused.value


def test_unchanged_it_is_not_refused() -> None:
    make_plan(parse_figures(json.dumps(make_figures(SEED))), 1)
