from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from streams.household.deadlines import (
    ASSESSMENT,
    CONDITIONS_DONE,
    ORDER,
    REPORT_MEASURE,
    TERM_BY_ID,
    TERMS,
    Unit,
)
from streams.household.terms import (
    Calendar,
    amsterdam_day,
    months_after,
    report_measure_due,
    years_after,
)
from tests.spec.terms.cases import CLOCKS, ENDS, RECEIPTS, VECTORS, Clock, End, Receipt, Vector
from tests.spec.terms.render import PAGE, page
from tests.support.journal import local

CALENDAR = Calendar()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.received)
def test_from_receipt_to_the_end_of_the_service(vector: Vector) -> None:
    received = date.fromisoformat(vector.received)
    assessment = ASSESSMENT.ends_on(received, CALENDAR)
    conditions = CONDITIONS_DONE.ends_on(assessment, CALENDAR)
    assert assessment == CALENDAR.assessment_due(received) == date.fromisoformat(vector.assessment)
    assert conditions == CALENDAR.service_due(received) == date.fromisoformat(vector.conditions)
    assert (conditions - received).days == vector.days


@pytest.mark.parametrize("case", ENDS, ids=lambda case: f"{case.term} {case.start}")
def test_the_last_day_of_a_term(case: End) -> None:
    calendar = Calendar(extra_days=frozenset(map(date.fromisoformat, case.extra_days)))
    end = TERM_BY_ID[case.term].ends_on(date.fromisoformat(case.start), calendar)
    assert end == date.fromisoformat(case.end)


@pytest.mark.parametrize("case", CLOCKS, ids=lambda case: f"{case.term} {case.start}")
def test_a_restraining_order_ends_at_the_same_time_of_the_wall_clock(case: Clock) -> None:
    start = local(case.start)
    end = TERM_BY_ID[case.term].ends_at(start)
    assert end == local(case.end)
    assert end - start == timedelta(hours=case.hours)


@pytest.mark.parametrize("case", RECEIPTS, ids=lambda case: case.at)
def test_day_zero_is_the_day_in_amsterdam(case: Receipt) -> None:
    at = datetime.fromisoformat(case.at).replace(tzinfo=UTC)
    assert amsterdam_day(at) == date.fromisoformat(case.day)


def test_five_working_days_and_ten_weeks_are_75_to_82_days() -> None:
    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(3 * 365)]
    lengths = {(CALENDAR.service_due(day) - day).days for day in days}
    assert (min(lengths), max(lengths)) == (75, 82)
    assert all(REPORT_MEASURE.ends_on(day, CALENDAR) == report_measure_due(day) for day in days)


def test_every_clock_of_the_law_sheet_has_a_row_and_a_case() -> None:
    ids = [term.term_id for term in TERMS]
    assert len(set(ids)) == len(ids)
    assert {f"D{number}" for number in range(1, 13)} <= set(ids)
    assert set(ids) == {case.term for case in ENDS} | {case.term for case in CLOCKS}


def test_only_terms_of_which_the_law_says_so_roll() -> None:
    for term in TERMS:
        assert not term.is_rolled or term.may_roll, f"{term.term_id}: article 4"
        assert term.unit is not Unit.WORKING_DAYS or not term.is_rolled
    assert not TERM_BY_ID["D6"].is_rolled, "Wth, article 13"
    assert not TERM_BY_ID["D6-verlenging"].is_rolled, "Wth, article 13"


def test_a_rolled_term_never_ends_on_a_day_off_and_a_restraining_order_may() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(366)]
    for term in TERMS:
        ends = {term.ends_on(day, CALENDAR) for day in days}
        is_always_worked = all(map(CALENDAR.is_working_day, ends))
        assert is_always_worked == (term.is_rolled or term.unit is Unit.WORKING_DAYS)


def test_a_term_that_rolls_has_no_instant() -> None:
    with pytest.raises(ValueError, match="D1 ends on a day"):
        ASSESSMENT.ends_at(local("2025-01-06 10:00"))
    assert ORDER.ends_at(local("2025-01-06 10:00")) == local("2025-01-16 10:00")


def test_a_term_that_starts_in_the_hour_that_spring_skips_still_ends() -> None:
    # 02:30 on 30 March 2025 does not exist; ten days after 20 March 02:30 the clock says 03:30.
    assert ORDER.ends_at(local("2025-03-20 02:30")) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


def test_months_and_years_end_with_the_month() -> None:
    assert months_after(date(2025, 1, 31), 1) == date(2025, 2, 28)
    assert months_after(date(2025, 1, 15), -24) == date(2023, 1, 15)
    assert months_after(date(2024, 12, 31), 2) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_the_page_of_the_terms_says_what_is_tested() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.spec.terms.render`"
