"""How records are batched, and which regions share a unit, may not change what is admitted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.support.admission import (
    AdmissionRoad,
)
from tests.support.six_families import scenario, shape

PEOPLE = "select pid from vault.person where region = %s"


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    road.open()
    yield road
    road.connection.close()


@pytest.fixture
def other_road(database: str) -> Iterator[AdmissionRoad]:
    url = f"{database}_other"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'create database "{urlsplit(url).path[1:]}"'.encode())
    other = AdmissionRoad(database=url, spoken_for=("drenthe", "zuid"))
    other.open()
    yield other
    other.connection.close()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'drop database "{urlsplit(url).path[1:]}"'.encode())


def test_how_records_are_batched_changes_nothing(
    road: AdmissionRoad, other_road: AdmissionRoad
) -> None:
    for each in (road, other_road):
        scenario(each)
    road.unit()
    said, other_road.waiting = other_road.waiting, []
    rng = random.Random(11)
    while said:
        size = rng.randint(1, 4)
        other_road.waiting, said = said[:size], said[size:]
        other_road.unit()
    assert shape(road) == shape(other_road)
    kinds = {name for name, *_ in road.query("select record_name from engine.journal")}
    assert {"PersonSeenElsewhere", "EventCorrected"} <= kinds, "the scenario is worth its name"
    assert road.query("select count(*) from admission.review_entry")[0][0] > 0
    assert any(
        link["reason"] == "PENDING_RESOLVED" for row in road.journal() for link in row["households"]
    )


def test_regions_that_share_units_are_as_apart(
    road: AdmissionRoad, other_road: AdmissionRoad
) -> None:
    # The same ids, numbers and people in two regions: nothing of one may be taken for the other's.
    twin = AdmissionRoad(database=other_road.database, region="zuid", keys=other_road.keys)
    try:
        twin.open()
        for each in (road, other_road, twin):
            scenario(each)
        road.unit()
        rng = random.Random(12)
        here, there = other_road.waiting, twin.waiting
        while here or there:
            mine, yours = rng.randint(0, 5), rng.randint(0, 5)
            other_road.waiting, here = here[:mine], here[mine:]
            twin.waiting, there = there[:yours], there[yours:]
            other_road.unit_with([twin])
        assert shape(other_road) == shape(road)
        assert shape(twin) == shape(road)
        people = [
            {pid for (pid,) in each.query(PEOPLE, each.region)} for each in (other_road, twin)
        ]
        assert people[0] and not people[0] & people[1]
    finally:
        twin.connection.close()
