"""A journal folded household by household gives what it gives row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given

from streams.household.findings import FindingChange
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.radar.lives import Everyone, Life
from streams.radar.region_fold import Kept, RegionFold, Said
from streams.radar.rows import Row, RowsAt
from tests.replay.test_radar_year import synthetic_year
from tests.support import journal
from tests.support.journal import REGION, rows
from tests.support.journals import EXAMPLES, regions

pytestmark = pytest.mark.timeout(900)

Told = Mapping[str, Sequence[tuple[int, FindingChange]]]


def by_household(said: Sequence[Said]) -> Told:
    found = defaultdict(list)
    for one in said:
        found[one.change.cause.household_id].append((one.row.event.position, one.change))
    return found


def row_by_row(read: Sequence[Row]) -> tuple[Mapping[str, Kept], Told]:
    fold = RegionFold(
        region=REGION, rule_set=DEFAULT_RULE_SET, households={}, rows_at=looking_in(read)
    )
    said = [one for row in read for one in fold.apply(row)]
    return fold.households, by_household(said)


def life_by_life(read: Sequence[Row]) -> tuple[Mapping[str, Kept], Told]:
    everyone = Everyone(read)
    households: dict[str, Kept] = {}
    said: list[Said] = []
    for name in sorted({name for row in read for name in row.household_ids}):
        own = [replace(row, household_ids=(name,)) for row in read if name in row.household_ids]
        life = Life(name, everyone, region=REGION, rows_at=looking_in(read))
        kept, told = life.run(own, read[-1].event.position)
        said += told
        if kept is not None:
            households[name] = kept
    return households, by_household(said)


def looking_in(read: Sequence[Row]) -> RowsAt:
    by_position = {row.event.position: row for row in read}

    def rows_at(positions: Collection[int]) -> list[Row]:
        return [by_position[position] for position in sorted(positions)]

    return rows_at


@EXAMPLES
@given(regions())
def test_a_journal_may_be_folded_life_by_life(said: list[journal.Said]) -> None:
    read = rows(said)
    assert life_by_life(read) == row_by_row(read)


def test_a_year_life_by_life() -> None:
    read = rows(synthetic_year())
    households, told = row_by_row(read)
    assert len(households) > 20
    assert len(told) > 5
    assert life_by_life(read) == (households, told)


def test_rules_that_come_into_force_wake_at_the_next_tick() -> None:
    said = [
        journal.police("2025-01-01", "a"),
        journal.tick("2025-01-02"),
        journal.activated("2025-01-15", "rules", {}),
        journal.tick("2025-01-14"),
        journal.tick("2025-01-15"),
        journal.police("2025-01-21", "c"),
        journal.activated("2025-01-22", "again", {}),
    ]
    read = rows(said)
    households, _ = row_by_row(read)
    assert life_by_life(read)[0] == households
    assert [kept.wake_at for kept in households.values()] != [None]


def test_a_parked_household_takes_nothing_from_its_row_on() -> None:
    read = rows([journal.police(f"2025-01-{day:02}", f"e{day}") for day in range(1, 20, 3)])
    (name,) = read[0].household_ids
    life = Life(name, Everyone(read), region=REGION, rows_at=looking_in(read), waits=4)
    kept, said = life.run(read, read[-1].event.position)
    assert kept is not None
    assert kept.journal_position == 3
    assert {one.row.event.position for one in said} <= {1, 2, 3}
