"""Any region's figures, not Drenthe's alone: does the simulator solve whatever is consistent?

`figures_maker.py` prints files from random worlds; the oracle counts what the simulator makes of
them.  HYPOTHESIS_PROFILE=long takes thirty seeds and a region of three times Drenthe.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from connectors.simulation.days import simulate
from connectors.simulation.events import Slice
from connectors.simulation.figures import parse_figures
from connectors.simulation.log_files import json_line
from schemas.cloud_events import parse_event
from schemas.person_numbers import is_valid_bsn
from tests.support.figures_maker import make_figures
from tests.support.figures_oracle import Comparison, Sent
from tests.support.saying_order import said_too_early

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SEEDS = range(1, 31) if IS_LONG else (3, 13, 14)
"""3: tiny; 13: four editions, all tables and terms; 14: tables of nothing, 30 months, three."""


def made(seed: int, size: str | None = None) -> tuple[dict[str, Any], list[Slice]]:
    document = make_figures(seed, size)
    return document, list(simulate(parse_figures(json.dumps(document)), seed))


def sent(slices: list[Slice]) -> list[Sent]:
    return [(each.day, e.record_name, e.record) for each in slices for e in each.events]


@pytest.fixture(scope="module")
def four_editions() -> list[Slice]:
    return made(13)[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_of_every_edition_holds(seed: int) -> None:
    document, slices = made(seed)
    comparison = Comparison(document, sent(slices))
    assert comparison.wrong == []
    assert comparison.compared > 0
    assert said_too_early(slices) == []


@pytest.mark.skipif(not IS_LONG, reason="30,000 events a year: HYPOTHESIS_PROFILE=long")
def test_a_region_of_three_times_drenthe_holds() -> None:
    document, slices = made(24, "large")
    assert Comparison(document, sent(slices)).wrong == []


def test_the_makers_files_differ_in_what_they_print() -> None:
    documents = [make_figures(seed) for seed in range(1, 31)]
    editions = [edition for document in documents for edition in document["editions"]]
    tables = [table for edition in editions for table in edition.get("tables", ())]
    assert {len(document["editions"]) for document in documents} >= {1, 2, 3, 4}
    assert {table["decimals"] for table in tables} == {0, 1, 2, 3}
    assert any(row["count"] == 0 and row["share"] == 0 for t in tables for row in t["rows"])
    assert any(t.get("registered", {"min": 0, "max": 0})["min"] == 0 for t in tables)
    assert any(t["registered"]["min"] < t["registered"]["max"] for t in tables if "registered" in t)
    assert len({document["region"]["code"] for document in documents}) >= 3
    assert {term["service"] for e in editions for term in e.get("terms", ())} == {
        "safety_assessment", "conditions", "investigation",
    }  # fmt: skip


def test_every_event_passes_the_gateways_own_checks(four_editions: list[Slice]) -> None:
    numbers = set()
    for event in (e for each in four_editions for e in each.events):
        offered = parse_event(json.loads(json_line(event)))
        assert offered.record == event.record
        numbers |= {person["bsn"] for person in event.persons}
    assert len(numbers) > 50
    assert all(number.startswith("999") and is_valid_bsn(number) for number in numbers)


def test_one_seed_says_the_same_and_another_of_other_people(four_editions: list[Slice]) -> None:
    def lines(slices: list[Slice]) -> list[str]:
        return [json_line(event) for each in slices for event in each.events]

    assert lines(made(13)[1]) == lines(four_editions)
    document = make_figures(13)
    other = list(simulate(parse_figures(json.dumps(document)), 99))
    assert not set(lines(other)[1:]) & set(lines(four_editions)[1:])
    assert Comparison(document, sent(other)).wrong == []


@pytest.mark.parametrize("seed", [13])
def test_the_oracle_misses_a_single_event(seed: int) -> None:
    document, slices = made(seed)
    everything = sent(slices)
    known_on = document["editions"][-1]["known_on"]
    place = next(
        index
        for index, (day, name, record) in enumerate(everything)
        if name == "ReportRegistered" and str(day) <= known_on and record["received_on"].year > 2023
    )
    del everything[place]
    assert Comparison(document, everything).wrong != []
