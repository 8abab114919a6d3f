"""The simulated region through the read tables: the printed figures, at their knowledge dates.

No broker and no admission: every event that figures are made of is its own journal row, known at
the start of its day, as the clock of a REPLAY region has it.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from connectors.simulation.days import simulate
from connectors.simulation.events import SimulatedEvent, Slice
from connectors.simulation.figures import Edition, Figures, shipped_figures
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from projections.statistics import STATISTICS, count, month_matrix
from projections.statistics.figure import month
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from streams.household.terms import start_of_day
from tests.support.log_rows import LogRows, lease
from tests.support.projected import migrate_projections, project

SEED = 20251123
UNIT_ROWS = 1000
COUNTED = {"EventCorrected", "AdviceCorrected"} | {
    fact.record_name for fact in (*JOURNAL_FACTS, *ADVICE_FACTS)
}
FIGURES: Figures = shipped_figures()
EDITIONS = {edition.id: edition for edition in FIGURES.editions}
ASKED = {statistic.id for statistic in STATISTICS}


@pytest.fixture(scope="module")
def filled(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        held, log, waiting = lease(FIGURES.region.code), LogRows(region=FIGURES.region.code), []
        for day in simulate(FIGURES, SEED):
            waiting += [_row(log, day, e) for e in day.events if e.record_name in COUNTED]
            if len(waiting) >= UNIT_ROWS:
                project(connection, held, waiting)
                waiting = []
        project(connection, held, waiting)
        connection.commit()
        yield connection


def _row(log: LogRows, day: Slice, event: SimulatedEvent) -> InputRecord:
    households = [event.record["case_id"]] if "case_id" in event.record else []
    return log.record(
        event.record_name, event.record, known_at=start_of_day(day.day), households=households
    )


@pytest.mark.parametrize("edition", [e for e in FIGURES.editions if e.months], ids=lambda e: e.id)
def test_the_month_matrix_is_the_printed_one(filled: Connection, edition: Edition) -> None:
    assert edition.months is not None
    printed = {
        series: {int(year): list(months) for year, months in years.items()}
        for series, years in edition.months.items()
    }
    years = sorted({year for by_year in printed.values() for year in by_year})
    matrix = month_matrix(
        filled, region=FIGURES.region.code, years=years, known_on=edition.known_on
    )
    assert matrix == printed


def test_the_counts_are_the_printed_ones_on_their_knowledge_date(filled: Connection) -> None:
    printed, ours = {}, {}
    for edition in FIGURES.editions:
        for figure in edition.counts:
            if figure.statistic in ASKED:
                name = (edition.id, figure.id)
                printed[name] = figure.count
                ours[name] = count(
                    filled,
                    figure.statistic,
                    region=FIGURES.region.code,
                    first=month(*_month(figure.first)).first,
                    last=month(*_month(figure.last)).last,
                    known_on=edition.known_on,
                ).count
    assert len(printed) >= 6
    assert ours == printed


def _month(text: str) -> tuple[int, int]:
    year, number = text.split("-")
    return int(year), int(number)
