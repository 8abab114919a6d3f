"""The simulated region in the read tables: filled once, read by everything here.

No broker and no admission: every event that figures are made of is its own journal row, known at
the start of its day, as the clock of a REPLAY region has it.  The rows stand in the logs' tables
too, for who asks what stood at a position.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from connectors.simulation.days import simulate
from connectors.simulation.events import SimulatedEvent, Slice
from connectors.simulation.figures import Figures, shipped_figures
from hub.migrate import migrations
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from streams.engine.database import Connection
from streams.engine.stage import InputRecord
from streams.household.terms import start_of_day
from tests.support.databases import drop_database, fresh_database
from tests.support.log_rows import LogRows, keep_rows, lease
from tests.support.projected import migrate_projections, project

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

SEED = 20251123
UNIT_ROWS = 1000
COUNTED = {"RegionOpened", "ClockTicked", "EventCorrected", "AdviceCorrected"} | {
    fact.record_name for fact in (*JOURNAL_FACTS, *ADVICE_FACTS)
}


@pytest.fixture(scope="session")
def printed() -> Figures:
    return shipped_figures()


@pytest.fixture(scope="session")
def filled_records(printed: Figures) -> list[InputRecord]:
    """Return the rows of the region's logs in the order in which they came."""
    log = LogRows(region=printed.region.code)
    days = simulate(printed, SEED)
    return [_row(log, day, e) for day in days for e in day.events if e.record_name in COUNTED]


@pytest.fixture(scope="session")
def filled_database(
    stack: Endpoints, printed: Figures, filled_records: list[InputRecord]
) -> Iterator[str]:
    url = fresh_database(stack)
    with psycopg.connect(url) as connection:
        migrate_projections(connection)
        for migration in migrations():
            if migration.package == "query":
                connection.execute(migration.text.encode())
        code = printed.region.code
        held = lease(code)
        for start in range(0, len(filled_records), UNIT_ROWS):
            unit = filled_records[start : start + UNIT_ROWS]
            keep_rows(connection, code, unit)
            project(connection, held, unit)
    yield url
    drop_database(stack, url)


@pytest.fixture(scope="module")
def filled(filled_database: str) -> Iterator[Connection]:
    """Read it by a connection of the module's own: other modules stop the server."""
    with psycopg.connect(filled_database) as connection:
        yield connection


def _row(log: LogRows, day: Slice, event: SimulatedEvent) -> InputRecord:
    households = [event.record["case_id"]] if "case_id" in event.record else []
    return log.record(
        event.record_name, event.record, known_at=start_of_day(day.day), households=households
    )
