"""The pages' queries fit the real views of projections, and the tables that stand in for them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from query.reading import QUERIES
from tests.support.pages.served import fill, migrate

VIEWS = (
    "region_view",
    "household_view",
    "timeline_view",
    "finding_view",
    "radar_list_view",
    "parked_view",
    "household_journal_view",
    "review_view",
    "membership_view",
    "named_view",
    "numbered_person_view",
    "residence_view",
)
ANYTHING: dict[str, Any] = {
    "region": "drenthe",
    "household": "3f9c71a2-5f0e-4c1b-9a44-0d8e2b7c6a10",
    "level": None,
    "rule": None,
    "limit": 10,
    "offset": 0,
    "event_ids": ["one"],
    "kind": None,
    "households": [],
    "pids": ["one"],
}


def columns(connection: psycopg.Connection[Any]) -> dict[tuple[str, str], str]:
    rows = connection.execute(
        "select table_name, column_name, udt_name from information_schema.columns "
        "where table_schema = 'projections' and table_name = any (%s)",
        [list(VIEWS)],
    ).fetchall()
    return {(table, column): kind for table, column, kind in rows}


@pytest.mark.parametrize("name", sorted(set(QUERIES) - {"begin_snapshot"}))
def test_every_query_runs_on_the_real_views(module_database: str, name: str) -> None:
    with psycopg.connect(module_database, autocommit=True) as connection:
        exists = connection.execute("select to_regclass('projections.region_view')").fetchone()
        if exists == (None,):
            migrate(module_database)
        rows = connection.execute(QUERIES[name], ANYTHING).fetchall()
    assert rows == ([(0,)] if name == "timeline_count" else [])


def test_the_tables_of_the_page_tests_have_the_views_columns_and_types(database: str) -> None:
    migrate(database)
    with psycopg.connect(database) as connection:
        real = columns(connection)
    fill(database)
    with psycopg.connect(database) as connection:
        assert columns(connection) == real
