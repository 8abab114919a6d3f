"""A fold over a whole journal is the same however few households are awake at a time."""

from __future__ import annotations

import pytest

from streams.household import paging
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.stored import to_stored
from streams.radar.region_fold import Kept, RegionFold, Said
from streams.radar.resting import RestingHouseholds
from streams.radar.rows import Row
from tests.replay.test_radar_year import synthetic_year
from tests.support.journal import REGION, rows


def folded(read: list[Row], households: dict[str, Kept] | RestingHouseholds) -> list[Said]:
    by_position = {row.event.position: row for row in read}
    fold = RegionFold(
        region=REGION,
        rule_set=DEFAULT_RULE_SET,
        households=households,
        rows_at=lambda positions: [by_position[position] for position in sorted(positions)],
    )
    return [said for row in read for said in fold.apply(row)]


@pytest.mark.parametrize(("awake_max", "facts_per_page"), [(2, 32), (20, 32), (2, 3)])
def test_resting_changes_nothing(
    awake_max: int, facts_per_page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "FACTS_PER_PAGE", facts_per_page)
    read = rows(synthetic_year()[:900])
    awake: dict[str, Kept] = {}
    resting = RestingHouseholds(awake_max)
    expected = folded(read, awake)
    assert expected
    assert folded(read, resting) == expected
    assert dict(resting.rows()) == {
        name: (to_stored(kept.state), kept.wake_at, kept.journal_position)
        for name, kept in awake.items()
    }
    assert len(resting) == len(awake) > awake_max
    assert {name: resting[name] for name in resting} == awake


def test_who_is_forgotten_is_gone() -> None:
    resting = RestingHouseholds(awake_max=2)
    for number in range(5):
        resting[f"home-{number}"] = Kept(journal_position=number)
    for name in ("home-0", "home-4"):
        del resting[name]
        with pytest.raises(KeyError):
            resting[name]
        assert resting.get(name) is None
        with pytest.raises(KeyError):
            del resting[name]
    assert sorted(resting) == ["home-1", "home-2", "home-3"]
    assert resting["home-1"].journal_position == 1
