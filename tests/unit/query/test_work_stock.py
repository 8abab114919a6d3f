"""What may be asked of the work stock, and of which days and months it tells. Pure."""

from __future__ import annotations

from datetime import date

import pytest

from projections.statistics import STATISTICS, Period
from projections.statistics.s16_work_stock import KINDS
from query.problems import BadQuestion
from query.work_stock import WORDS, StockOfDay, first_days_before, month_before, parse_stock

TODAY = date(2025, 9, 15)


def test_without_a_question_it_is_today_as_known_today() -> None:
    asked = parse_stock({"op": "", "gemeente": "", "dienst": ""}, TODAY)
    assert (asked.day, asked.known_on) == (TODAY, TODAY)
    assert (asked.municipality, asked.kind, asked.page) == (None, None, 1)
    assert asked.query() == "?op=2025-09-15&bekend-op=2025-09-15"


def test_a_question_writes_itself_as_an_address() -> None:
    given = {"op": "2025-03-01", "bekend-op": "2025-04-01", "gemeente": "GM0106"}
    asked = parse_stock({**given, "dienst": "voorwaarden", "pagina": "2"}, TODAY)
    assert asked.kind == "CONDITIONS_AND_FOLLOW_UP"
    assert asked.query() == (
        "?op=2025-03-01&bekend-op=2025-04-01&gemeente=GM0106&dienst=voorwaarden&pagina=2"
    )
    chosen = parse_stock({"dienst": "voorwaarden"}, TODAY)
    assert chosen.query(dienst=None) == "?op=2025-09-15&bekend-op=2025-09-15"


@pytest.mark.parametrize("name", ["op", "bekend-op"])
@pytest.mark.parametrize("text", ["2025-09-16", "2014-12-31", "20250915", "2025-02-29", "vandaag"])
def test_a_day_that_cannot_be_is_refused_without_an_echo(name: str, text: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        parse_stock({name: text}, TODAY)
    assert text not in refused.value.title + refused.value.detail


def test_the_firsts_of_a_year_newest_first() -> None:
    days = first_days_before(date(2025, 2, 14), 12)
    assert days[:3] == [date(2025, 2, 1), date(2025, 1, 1), date(2024, 12, 1)]
    assert (len(days), days[-1]) == (12, date(2024, 3, 1))
    assert first_days_before(date(2025, 2, 1), 1) == [date(2025, 2, 1)]


@pytest.mark.parametrize("day", [date(2024, 3, 1), date(2024, 3, 31)])
def test_the_month_before_is_the_last_that_was_over(day: date) -> None:
    assert month_before(day) == Period(first=date(2024, 2, 1), last=date(2024, 2, 29))


def test_every_kind_has_words_and_a_share_that_its_statistic_knows() -> None:
    by_id = {statistic.id: statistic for statistic in STATISTICS}
    assert set(WORDS) == set(KINDS)
    assert all(words.in_time in by_id[words.terms].codes for words in WORDS.values())


def test_a_share_of_nothing_is_no_share() -> None:
    nothing = StockOfDay(
        day=TODAY, open=0, waiting=None, picked_up=None, overdue=0, completed=0, in_time=0
    )
    assert (nothing.overdue_share, nothing.in_time_share) == (None, None)
