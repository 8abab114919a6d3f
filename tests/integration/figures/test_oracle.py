"""Every statistic, and the printed report, beside the definitions over the exported journal.

At several knowledge dates and municipalities, over journals in which all that is hard happens
often, and over the simulated region.  HYPOTHESIS_PROFILE=long takes twenty of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from connectors.simulation.figures import Figures
from projections.named_sql import query
from projections.statistics import STATISTICS, Period, Question
from projections.statistics.members import MEMBERSHIPS, members_of
from streams.engine.database import Connection
from tests.support.log_rows import lease
from tests.support.projected import migrate_projections, project
from tests.support.restless_journal import restless_journal
from tests.support.statistics_oracle.comparison import (
    Answers,
    Grid,
    bodies,
    defined,
    differences,
    kept_bodies,
    radars,
)
from tests.support.statistics_oracle.oracle import Answer, StatisticsOracle
from tests.support.statistics_oracle.printed import printed_differences

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SEEDS = tuple(range(1, 21)) if IS_LONG else (1, 2, 13)
UNIT_ROWS = 97
CODES = ("", "CHILD_ABUSE", "PHYSICAL_ABUSE", "MEDICAL", "FIRST", "WITHIN_LAW", "LATER", "OVERDUE")
KNOWN_ON = (date(2025, 1, 31), date(2025, 5, 4), date(2025, 9, 15), date(2026, 3, 1))
YEAR_SO_FAR = Period(first=date(2025, 1, 1), last=date(2025, 8, 31))
GRID = Grid(
    periods=(
        YEAR_SO_FAR,
        Period(first=date(2025, 2, 1), last=date(2025, 2, 28)),
        Period(first=date(2025, 5, 1), last=date(2025, 5, 1)),
        Period(first=date(2022, 1, 1), last=date(2025, 12, 31)),
    ),
    municipalities=(None, "GM0106", "GM1731"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One journal in the read tables, and the definitions applied to its export."""

    connection: Connection
    region: str
    oracle: StatisticsOracle
    right: dict[date, Answers] = field(default_factory=dict)

    def wrong(self, known_on: date) -> list[str]:
        """Return every figure that is not what the definitions say."""
        if known_on not in self.right:
            self.right[known_on] = defined(self.oracle, known_on, GRID)
        said = radars(self.connection, self.region, known_on, GRID)
        return differences(said, self.right[known_on])

    def wrongly_printed(self, known_on: date) -> list[str]:
        """Return every number of the report that is not what the definitions say."""
        return [
            one
            for municipality in GRID.municipalities
            for one in printed_differences(
                self.connection,
                self.oracle,
                region=self.region,
                period=YEAR_SO_FAR,
                known_on=known_on,
                municipality=municipality,
            )
        ]


@pytest.fixture(scope="module")
def migrated(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        yield connection


@pytest.fixture(scope="module")
def tell(migrated: Connection, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Told]:
    """Return how a journal is told by its seed, once: each in a region of its own."""
    known: dict[int, Told] = {}

    def told(seed: int) -> Told:
        if seed not in known:
            region = f"regio-{seed}"
            records, held = restless_journal(seed, region=region), lease(region)
            for at in range(0, len(records), UNIT_ROWS):
                project(migrated, held, records[at : at + UNIT_ROWS])
            oracle = StatisticsOracle(bodies(records), tmp_path_factory.mktemp("oracle"))
            known[seed] = Told(connection=migrated, region=region, oracle=oracle)
        return known[seed]

    return told


@pytest.mark.parametrize("seed", SEEDS)
def test_every_statistic_is_what_the_definitions_say(
    tell: Callable[[int], Told], seed: int
) -> None:
    told = tell(seed)
    for known_on in KNOWN_ON:
        wrong = told.wrong(known_on)
        assert not wrong, f"seed {seed}, as known on {known_on}: {len(wrong)}: {wrong[:5]}"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_printed_number_is_what_the_definitions_say(
    tell: Callable[[int], Told], seed: int
) -> None:
    told = tell(seed)
    for known_on in KNOWN_ON[1:3]:
        wrong = told.wrongly_printed(known_on)
        assert not wrong, f"seed {seed}, as known on {known_on}: {len(wrong)}: {wrong[:5]}"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_units_behind_a_figure_are_as_many_as_the_definitions_count(
    tell: Callable[[int], Told], seed: int
) -> None:
    """What explains two editions (members.sql) tells every statistic again, unit by unit."""
    told, known_on = tell(seed), KNOWN_ON[2]
    right = defined(told.oracle, known_on, GRID)
    wrong = []
    for statistic in sorted(MEMBERSHIPS):
        for place, municipality in enumerate(GRID.municipalities):
            question = Question(region=told.region, known_on=known_on, municipality=municipality)
            found = members_of(told.connection, statistic, question, GRID.periods)
            for number, by_measure in enumerate(found):
                n = place * len(GRID.periods) + number
                counts = {code: right.get((statistic, n, code), Answer()).count for code in CODES}
                units = {code: len(by_measure.get(code, ())) for code in CODES}
                wrong += [(statistic, n, units, counts)] if units != counts else []
    assert not wrong, f"seed {seed}: {len(wrong)}: {wrong[:3]}"


def test_nothing_was_compared_with_nothing(tell: Callable[[int], Told]) -> None:
    right = defined(tell(SEEDS[0]).oracle, KNOWN_ON[-1], GRID)
    counted = {key[0] for key, answer in right.items() if answer.count}
    # Findings are no part of the journal: S32 has a test of its own (test_findings.py).
    assert counted == {one.id for one in STATISTICS if not one.id.startswith("S32")}


def test_the_simulated_region_is_what_the_definitions_say(
    filled: Connection, printed: Figures, tmp_path: Path
) -> None:
    oracle = StatisticsOracle(kept_bodies(filled, printed.region.code), tmp_path)
    told = Told(connection=filled, region=printed.region.code, oracle=oracle)
    for edition in printed.editions:
        assert told.wrong(edition.known_on)[:5] == []
    assert told.wrongly_printed(printed.editions[-1].known_on)[:5] == []


STANDING = "f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz"
PLANTED = {
    "75 days are no longer within 75 days": ("m.days <= 75", "m.days < 75", {"S21"}),
    "what is known now, whatever was asked": (STANDING, "f.known_to = 'infinity'", {"S08", "S01"}),
    "what was withdrawn still counts": (
        STANDING,
        "f.known_from < %(cutoff)s::timestamptz",
        {"S01", "S17", "S20"},
    ),
    "not registered counts in the denominator": (
        "count(*) filter (where cardinality(codes) > 0)",
        "count(*)",
        {"S07", "S10", "S12", "S13"},
    ),
    "the first day of a period does not count": (
        "f.received_on between p.first and p.last",
        "f.received_on > p.first and f.received_on <= p.last",
        {"S08", "S12", "S30"},
    ),
    "a term ends a day later": (
        "r.assessment_due_on then",
        "r.assessment_due_on + 1 then",
        {"S15"},
    ),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_a_wrong_statistic_is_seen(
    tell: Callable[[int], Told], monkeypatch: pytest.MonkeyPatch, plant: str
) -> None:
    right, wrong, statistics = PLANTED[plant]
    told, sound, changed = tell(SEEDS[0]), query, set()

    def planted(file: str, name: str, package: str) -> sql.SQL:
        text = sound(file, name, package).as_string()
        if right in text:
            changed.add(name)
        return sql.SQL(text.replace(right, wrong))

    monkeypatch.setattr("projections.statistics.figure.query", planted)
    seen = {one.split("'")[1] for known_on in KNOWN_ON for one in told.wrong(known_on)}
    assert changed, "the plant changed nothing"
    assert seen >= statistics


def test_a_share_rounded_to_even_is_seen(
    tell: Callable[[int], Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    def to_even(count: int, denominator: int, decimals: int) -> Decimal | None:
        if not denominator:
            return None
        exact = Decimal(100 * count) / denominator
        return exact.quantize(Decimal(1).scaleb(-decimals))

    monkeypatch.setattr("query.report.content.share", to_even)
    seen = [one for seed in SEEDS for one in tell(seed).wrongly_printed(KNOWN_ON[2])]
    assert seen
    assert all("share" in one for one in seen)
