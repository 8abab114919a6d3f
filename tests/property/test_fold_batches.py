"""How rows are cut into units may not change a byte of states or finding log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.log import LogRow
from streams.household.rule_set import DEFAULT_RULE_SET, RuleSet
from streams.household.state import from_bytes, to_bytes
from streams.radar.finding_rows import finding_log_rows
from streams.radar.region_fold import Kept, RegionFold, activation_day
from streams.radar.replay import replay
from streams.radar.rows import RULES_ACTIVATED, Row
from streams.radar.stage import last_tick, touched
from tests.support.journal import REGION, Said, rows
from tests.support.journals import EXAMPLES, regions

# A thousand examples take their time on a busy machine.
pytestmark = pytest.mark.timeout(900)


@dataclass(slots=True)
class MemoryStore:
    """Keeps what the table keeps, as the table keeps it, and hands out no more than asked for."""

    rows: dict[str, tuple[bytes, date | None, int]] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    journal: dict[int, Row] = field(default_factory=dict)
    rule_set: RuleSet = DEFAULT_RULE_SET

    def rows_at(self, positions: Collection[int]) -> list[Row]:
        return [self.journal[position] for position in sorted(positions)]

    def apply(self, unit: Sequence[Row]) -> None:
        wanted, day = touched(unit), last_tick(unit)
        loaded = {
            name: Kept(state=from_bytes(state), wake_at=wake_at, journal_position=position)
            for name, (state, wake_at, position) in self.rows.items()
            if name in wanted or day == date.max or (day and wake_at and wake_at <= day)
        }
        fold = RegionFold(
            region=REGION, rule_set=self.rule_set, households=loaded, rows_at=self.rows_at
        )
        said = []
        for row in unit:
            said += fold.apply(row)
            if row.event.record_name == RULES_ACTIVATED:
                self.rule_set = fold.rule_set
                for name, (state, _, position) in self.rows.items():
                    self.rows[name] = (state, activation_day(row), position)
        for name in fold.changed:
            kept = fold.households[name]
            self.rows[name] = (to_bytes(kept.state), kept.wake_at, kept.journal_position)
        self.log += finding_log_rows(said, region=REGION, incarnation=1, first=len(self.log) + 1)


@EXAMPLES
@given(regions(), st.data())
def test_units_of_any_size_write_the_same_bytes(said: list[Said], data: st.DataObject) -> None:
    journal = rows(said)
    store = MemoryStore(journal={row.event.position: row for row in journal})
    start = 0
    while start < len(journal):
        size = data.draw(st.integers(1, len(journal) - start))
        store.apply(journal[start : start + size])
        start += size
    whole = replay(REGION, journal)
    assert store.log == list(whole.findings)
    assert store.rows == {
        name: (to_bytes(kept.state), kept.wake_at, kept.journal_position)
        for name, kept in whole.households.items()
    }
