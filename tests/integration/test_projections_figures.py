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
from connectors.simulation.figures import Figures, shipped_figures
from hub.published import compare
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
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
FIGURES_STATED = 244
"""Every month, count, share, row and bucket of the file, and how many were registered."""


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


def test_every_printed_figure_is_ours_at_its_knowledge_date(filled: Connection) -> None:
    compared = compare(filled, FIGURES)
    assert [entry.document() for entry in compared if not entry.is_equal] == []
    assert len(compared) == FIGURES_STATED
    assert {entry.edition for entry in compared} == {edition.id for edition in FIGURES.editions}


def test_a_figure_that_is_not_ours_is_named(filled: Connection) -> None:
    edition = FIGURES.editions[0]
    first, *others = edition.counts
    wrong = first.model_copy(update={"count": first.count + 1})
    counts = (wrong, *others)
    other = FIGURES.model_copy(
        update={"editions": (edition.model_copy(update={"counts": counts}),)}
    )
    different = [entry for entry in compare(filled, other) if not entry.is_equal]
    assert [entry.id for entry in different] == [first.id]
    assert different[0].document()["published"] == first.count + 1
