"""How rows are cut into units may not change a byte of states or finding log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.log import LogRow
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.state import from_bytes, to_bytes
from streams.radar.finding_rows import finding_log_rows
from streams.radar.region_fold import Kept, RegionFold
from streams.radar.replay import replay
from streams.radar.rows import Row
from streams.radar.stage import last_tick, touched
from tests.support.journal import REGION, Said, rows
from tests.support.journals import regions


@dataclass(slots=True)
class MemoryStore:
    """Keeps what the table keeps, as the table keeps it, and hands out no more than asked for."""

    rows: dict[str, tuple[bytes, date | None, int]] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    journal: dict[int, Row] = field(default_factory=dict)

    def rows_at(self, positions: Collection[int]) -> list[Row]:
        return [self.journal[position] for position in sorted(positions)]

    def apply(self, unit: Sequence[Row]) -> None:
        wanted, day = touched(unit), last_tick(unit)
        loaded = {
            name: Kept(state=from_bytes(state), wake_at=wake_at, journal_position=position)
            for name, (state, wake_at, position) in self.rows.items()
            if name in wanted or (day is not None and wake_at is not None and wake_at <= day)
        }
        fold = RegionFold(
            region=REGION, rule_set=DEFAULT_RULE_SET, households=loaded, rows_at=self.rows_at
        )
        said = [one for row in unit for one in fold.apply(row)]
        for name in fold.changed:
            kept = fold.households[name]
            self.rows[name] = (to_bytes(kept.state), kept.wake_at, kept.journal_position)
        self.log += finding_log_rows(said, region=REGION, incarnation=1, first=len(self.log) + 1)


@settings(max_examples=50, deadline=None)
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
