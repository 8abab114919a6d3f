"""Other regions' figures through the read tables: every number that a made file prints is ours."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import psycopg
import pytest

from connectors.simulation.figures import parse_figures
from hub.published import compare, figures_stated
from tests.support.databases import drop_database, fresh_database
from tests.support.figures_maker import make_figures
from tests.support.filled import fill
from tests.support.projected import migrate_projections

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SEEDS = range(1, 31) if IS_LONG else (13, 14, 21)
"""Two to four editions, all tables, terms of every service, months with gaps, retractions."""


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_of_the_file_is_ours(seed: int, stack: Endpoints) -> None:
    figures = parse_figures(json.dumps(make_figures(seed)))
    url = fresh_database(stack)
    with psycopg.connect(url) as connection:
        migrate_projections(connection)
        fill(connection, figures, seed)
        compared = compare(connection, figures)
    drop_database(stack, url)
    assert [entry.document() for entry in compared if not entry.is_equal] == []
    assert len(compared) == sum(map(figures_stated, figures.editions))
    assert {entry.edition for entry in compared} == {each.id for each in figures.editions}
