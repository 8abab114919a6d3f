"""Fills the read tables with a simulated region, without a broker and without admission.

Every event that figures are made of is its own journal row, known at the start of its day, as the
clock of a REPLAY region has it.  The rows stand in the logs' tables too, for who asks what stood
at a position.
"""

from __future__ import annotations

from connectors.simulation.days import simulate
from connectors.simulation.events import SimulatedEvent, Slice
from connectors.simulation.figures import Figures
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from streams.household.terms import start_of_day
from tests.support.log_rows import LogRows, keep_rows, lease
from tests.support.projected import project

UNIT_ROWS = 1000
COUNTED = {"RegionOpened", "ClockTicked", "EventCorrected", "AdviceCorrected"} | {
    fact.record_name for fact in (*JOURNAL_FACTS, *ADVICE_FACTS)
}


def fill(connection: Connection, figures: Figures, seed: int) -> None:
    """Apply the region's whole log to tables that are there and empty of this region."""
    code = figures.region.code
    held, log, waiting = lease(code), LogRows(region=code), []
    for day in simulate(figures, seed):
        told = [*([] if day.tick is None else [day.tick]), *day.events]
        waiting += [_row(log, day, e) for e in told if e.record_name in COUNTED]
        if len(waiting) >= UNIT_ROWS:
            keep_rows(connection, code, waiting)
            project(connection, held, waiting)
            waiting = []
    keep_rows(connection, code, waiting)
    project(connection, held, waiting)


def _row(log: LogRows, day: Slice, event: SimulatedEvent) -> InputRecord:
    households = [event.record["case_id"]] if "case_id" in event.record else []
    return log.record(
        event.record_name, event.record, known_at=start_of_day(day.day), households=households
    )
