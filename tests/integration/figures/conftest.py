"""The simulated region in the read tables: filled once, read by everything here.

No broker and no admission: see `tests/support/filled.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from connectors.simulation.figures import Figures, shipped_figures
from hub.migrate import migrations
from streams.engine.database import Connection
from tests.support.databases import drop_database, fresh_database
from tests.support.filled import fill
from tests.support.projected import migrate_projections

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

SEED = 20251123


@pytest.fixture(scope="session")
def printed() -> Figures:
    return shipped_figures()


@pytest.fixture(scope="session")
def filled_database(stack: Endpoints, printed: Figures) -> Iterator[str]:
    url = fresh_database(stack)
    with psycopg.connect(url) as connection:
        migrate_projections(connection)
        for migration in migrations():
            if migration.package == "query":
                connection.execute(migration.text.encode())
        fill(connection, printed, SEED)
    yield url
    drop_database(stack, url)


@pytest.fixture(scope="module")
def filled(filled_database: str) -> Iterator[Connection]:
    """Read it by a connection of the module's own: other modules stop the server."""
    with psycopg.connect(filled_database) as connection:
        yield connection
