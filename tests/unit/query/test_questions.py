"""What may stand in the address of a page, and what is answered when it may not."""

from __future__ import annotations

from datetime import date

import pytest

from query.figures import parse_known_on, total_of
from query.paging import Paging, page_number
from query.problems import BadQuestion
from query.radar import parse_filter

TODAY = date(2025, 9, 15)


def test_an_empty_filter_is_everything() -> None:
    asked = parse_filter({"niveau": "", "regel": "", "pagina": ""})
    assert (asked.level, asked.rule, asked.page) == (None, None, 1)
    assert asked.query() == ""


def test_a_filter_writes_itself_as_an_address() -> None:
    asked = parse_filter({"niveau": "HIGH", "regel": "R07", "pagina": "3"})
    assert asked.query() == "?niveau=HIGH&regel=R07&pagina=3"
    assert asked.query(niveau=None, pagina=1) == "?regel=R07"


@pytest.mark.parametrize(
    "asked",
    [
        {"niveau": "UNKNOWN"},
        {"niveau": "hoog"},
        {"regel": "R7"},
        {"regel": "R07' or '1'='1"},
        {"pagina": "0"},
        {"pagina": "-1"},
        {"pagina": "1.5"},
        {"pagina": "²"},
        {"pagina": "10001"},
        {"pagina": "9" * 5000},
    ],
)
def test_a_filter_without_meaning_is_refused_without_an_echo(asked: dict[str, str]) -> None:
    with pytest.raises(BadQuestion) as refused:
        parse_filter(asked)
    (value,) = asked.values()
    assert value not in refused.value.detail + refused.value.title


def test_the_day_of_knowledge_is_today_unless_asked_otherwise() -> None:
    assert parse_known_on({}, TODAY) == TODAY
    assert parse_known_on({"peildatum": ""}, TODAY) == TODAY
    assert parse_known_on({"peildatum": "2024-03-01"}, TODAY) == date(2024, 3, 1)


@pytest.mark.parametrize(
    "text",
    ["2025-09-16", "2014-12-31", "2025-02-29", "15-09-2025", "20250915", "2025-W01-1", "gisteren"],
)
def test_a_day_that_is_none_or_to_come_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        parse_known_on({"peildatum": text}, TODAY)
    assert text not in refused.value.detail + refused.value.title


def test_a_total_is_the_sum_of_its_months() -> None:
    assert total_of([10, 20, None]) == 30
    assert total_of([0, None]) == 0
    assert total_of([None, None]) is None


@pytest.mark.parametrize(
    ("asked", "total", "number", "pages", "first", "last"),
    [(1, 0, 1, 1, 0, 0), (1, 50, 1, 1, 1, 50), (2, 51, 2, 2, 51, 51), (9, 51, 2, 2, 51, 51)],
)
def test_pages_are_counted_from_one(  # noqa: PLR0917  a row of the table above
    asked: int, total: int, number: int, pages: int, first: int, last: int
) -> None:
    paging = Paging.of(asked, total, 50)
    assert (paging.number, paging.pages, paging.first, paging.last) == (number, pages, first, last)


def test_a_place_stands_on_a_page() -> None:
    paging = Paging.of(1, 130, 100)
    assert [paging.page_of(place) for place in (1, 100, 101, 130)] == [1, 1, 2, 2]


def test_page_numbers_are_whole() -> None:
    assert page_number({"pagina": "12"}) == 12
