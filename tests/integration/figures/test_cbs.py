"""The delivery over the simulated region: totals are the report's, and gaps are told."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.simulation.figures import Figures
from projections.statistics import PLAIN, Period, Question, figures_of
from query.cbs.delivery import Asked, DeliveredSet, Delivery, collect_delivery
from query.cbs.document import check_document, record_files
from query.cbs.half_year import HalfYear
from query.cbs.layout import shipped_layout
from query.cbs.numbers import numbers_key
from streams.engine.database import Connection

KNOWN_ON = date(2025, 9, 15)
HALF_YEARS = [HalfYear(year=year, half=half) for year in (2023, 2024) for half in (1, 2)]
HALF_YEARS.append(HalfYear(year=2025, half=1))


def delivery_of(connection: Connection, printed: Figures, half_year: HalfYear) -> Delivery:
    asked = Asked(
        region=printed.region.code,
        half_year=half_year,
        known_on=KNOWN_ON,
        organisation=printed.region.code,
        numbers_key=numbers_key(bytes(32), printed.region.code),
    )
    return collect_delivery(connection, asked, shipped_layout(), parked=0)


@pytest.fixture(scope="module")
def deliveries(filled: Connection, printed: Figures) -> list[Delivery]:
    return [delivery_of(filled, printed, half_year) for half_year in HALF_YEARS]


def set_of(delivery: Delivery, name: str) -> DeliveredSet:
    return next(each for each in delivery.sets if each.record_set.name == name)


def test_every_total_leads_exactly_from_the_report_to_the_records(
    deliveries: list[Delivery],
) -> None:
    for delivery in deliveries:
        for each in delivery.sets:
            assert each.records, f"{delivery.asked.half_year} {each.record_set.name} is empty"
            assert each.total.is_explained


def test_the_reported_counts_are_those_of_the_months(
    filled: Connection, printed: Figures, deliveries: list[Delivery]
) -> None:
    """The months are asked one by one, so no boundary of the half-year can hide."""
    question = Question(region=printed.region.code, known_on=KNOWN_ON)
    for delivery in deliveries:
        half = delivery.asked.half_year
        months = [
            Period(first=date(half.year, month, 1), last=_last(half.year, month))
            for month in range(half.first.month, half.last.month + 1)
        ]
        for statistic, name in (("S01", "adviezen"), ("S08", "meldingen")):
            figures = figures_of(filled, statistic, question, months)
            counted = sum(month[PLAIN].count for month in figures)
            assert set_of(delivery, name).total.reported == counted


def test_no_report_or_investigation_stands_in_two_half_years(deliveries: list[Delivery]) -> None:
    for name in ("adviezen", "meldingen", "onderzoeken"):
        numbers = [record.number for each in deliveries for record in set_of(each, name).records]
        assert len(set(numbers)) == len(numbers)


def test_an_investigation_is_found_by_the_number_that_its_report_names(
    deliveries: list[Delivery],
) -> None:
    named = {
        number
        for each in deliveries
        for record in set_of(each, "meldingen").records
        for number in record.values["onderzoeksnummer"]
    }
    own = {record.number for each in deliveries for record in set_of(each, "onderzoeken").records}
    assert len(named & own) > 50


def test_gaps_of_the_journal_are_told_and_none_is_hidden(deliveries: list[Delivery]) -> None:
    reports = set_of(deliveries[-1], "meldingen")
    missing = {
        each.field: each.records
        for each in reports.problems
        if each.is_refused and each.problem.startswith("required")
    }
    assert missing["aanleiding"] == sum(not r.values["aanleiding"] for r in reports.records) > 0
    assert missing["aard"] == sum(not r.values["aard"] for r in reports.records) > 0
    assert not deliveries[-1].is_fit
    assert check_document(deliveries[-1])["fit"] is False


def test_the_lines_have_the_width_of_the_layout(deliveries: list[Delivery]) -> None:
    delivery = deliveries[-1]
    for each, text in zip(delivery.sets, record_files(delivery).values(), strict=True):
        width = sum(field.width for field in each.record_set.fields)
        lines = text.decode("ascii").split("\r\n")
        assert lines.pop() == ""
        assert {len(line) for line in lines} == {width}
        assert lines == sorted(lines), "by number: no order says what came when"


def _last(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
