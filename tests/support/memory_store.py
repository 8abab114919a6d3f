"""The radar stage's table in memory: what is handed to a unit, and kept of it, is bytes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from streams.engine.log import LogRow
from streams.household.rule_set import DEFAULT_RULE_SET, RuleSet
from streams.household.state import HouseholdState
from streams.household.stored import Stored, from_stored, to_stored
from streams.radar.finding_rows import finding_log_rows
from streams.radar.region_fold import Kept, RegionFold, activation_day, last_tick, touched
from streams.radar.rows import RULES_ACTIVATED, Row
from tests.support.journal import REGION


@dataclass(slots=True)
class MemoryStore:
    """Keeps what the table keeps, as the table keeps it, and hands out no more than asked for."""

    rows: dict[str, tuple[Stored, date | None, int]] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    journal: dict[int, Row] = field(default_factory=dict)
    rule_set: RuleSet = DEFAULT_RULE_SET

    def rows_at(self, positions: Collection[int]) -> list[Row]:
        return [self.journal[position] for position in sorted(positions)]

    def apply(self, unit: Sequence[Row]) -> None:
        wanted, day = touched(unit), last_tick(unit)
        loaded = {
            name: Kept(state=read(stored), wake_at=wake_at, journal_position=position)
            for name, (stored, wake_at, position) in self.rows.items()
            if name in wanted or day == date.max or (day and wake_at and wake_at <= day)
        }
        before = {name: kept.state for name, kept in loaded.items()}
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
            stored = to_stored(kept.state, before.get(name))
            self.rows[name] = (self._written(name, stored), kept.wake_at, kept.journal_position)
        self.log += finding_log_rows(said, region=REGION, incarnation=1, first=len(self.log) + 1)

    def _written(self, name: str, stored: Stored) -> Stored:
        """Return what is kept after writing: new pages beside those that stay."""
        kept = self.rows[name][0].pages if name in self.rows and not stored.replaces else {}
        return Stored(state=stored.state, pages={**kept, **stored.pages})


def read(stored: Stored) -> HouseholdState:
    """Return the state of what is kept, as a store reads it."""
    return from_stored(stored.state, [stored.pages[number] for number in sorted(stored.pages)])
