"""`radar bench report` stays alive: its facts, small, and every question that it times."""

from __future__ import annotations

import psycopg

from projections.statistics import STATISTICS
from tests.bench.report import EVENTS_PER_REPORT, fill, measure
from tests.support.projected import migrate_projections

FACTS = 10_000


def test_facts_are_as_many_as_asked_and_every_statistic_is_timed(module_database: str) -> None:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
    facts = fill(module_database, FACTS)
    assert abs(facts - FACTS) < FACTS / 50, f"{facts / FACTS * EVENTS_PER_REPORT} a report"
    with psycopg.connect(module_database, autocommit=True) as connection:
        found = measure(connection, facts)
    assert set(found.region) == set(found.nation) == {one.id for one in STATISTICS}
    assert found.report > found.nothing > 0
