"""The rigs, each with an empty database; the one in PostgreSQL is copied from a migrated one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.contract.engine.rigs import REGIONS, PostgresRig, Rig, SimulatedRig
from tests.support.counting_stage import regions_of

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints


@pytest.fixture(scope="module")
def migrated(stack: Endpoints) -> Iterator[str]:
    """Return the name of a migrated database that nobody is connected to."""
    from hub.migrate import migrate
    from tests.support.databases import database_name, drop_database, fresh_database

    url = fresh_database(stack)
    migrate(url, regions_of(*REGIONS))
    yield database_name(url)
    drop_database(stack, url)


@pytest.fixture
def postgres(stack: Endpoints, migrated: str) -> Iterator[PostgresRig]:
    from tests.support.databases import drop_database, fresh_database

    url = fresh_database(stack, migrated)
    rig = PostgresRig(url)
    yield rig
    rig.close()
    drop_database(stack, url)


@pytest.fixture(params=["simulated", "postgres"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """Return each rig in turn: a test that asks for it holds in both."""
    if request.param == "simulated":
        return SimulatedRig()
    found: PostgresRig = request.getfixturevalue("postgres")
    return found
