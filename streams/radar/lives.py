"""One household's whole life: its own rows, and those of everyone's rows that it would notice.

What one household does never depends on another, so a journal may be folded household by household
as well as row by row.  Then nobody has to be kept in mind while others speak.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from streams.household.rule_set import DEFAULT_RULE_SET, RuleSet, rule_set_of
from streams.radar.region_fold import Kept, RegionFold, Said, activation_day, tick_day
from streams.radar.rows import CLOCK_TICKED, RULES_ACTIVATED, Row, RowsAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforced:
    """Rules that came into force at a row of the journal, and the local day of that."""

    position: int
    rule_set: RuleSet
    day: date


class Everyone:
    """The rows of a region's journal that are everyone's: ticks and rules, read once."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take the rows in the order of the journal, in which ticks come in the order of days."""
        self.enforced: list[Enforced] = []
        self._ticks: list[Row] = []
        for row in rows:
            if row.event.record_name == CLOCK_TICKED:
                self._ticks.append(row)
            elif row.event.record_name == RULES_ACTIVATED:
                rule_set, position = rule_set_of(row.event.payload), row.event.position
                self.enforced.append(
                    Enforced(position=position, rule_set=rule_set, day=activation_day(row))
                )
        self._days = [tick_day(row) for row in self._ticks]
        self._tick_positions = [row.event.position for row in self._ticks]
        self._positions = [each.position for each in self.enforced]

    def rules_after(self, position: int) -> Enforced | None:
        """Return the first rules that came into force after a row."""
        at = bisect_right(self._positions, position)
        return self.enforced[at] if at < len(self.enforced) else None

    def tick_after(self, position: int, day: date) -> Row | None:
        """Return the first tick after a row that is of this day or a later one."""
        at = max(bisect_right(self._tick_positions, position), bisect_left(self._days, day))
        return self._ticks[at] if at < len(self._ticks) else None


class Life:
    """Folds one household over rows that it is given in order, and all that comes in between."""

    def __init__(
        self,
        household_id: str,
        everyone: Everyone,
        *,
        region: str,
        rows_at: RowsAt,
        waits: int | None = None,
    ) -> None:
        """Begin before the journal's first row; from row `waits` on it is parked."""
        self._household_id = household_id
        self._everyone = everyone
        self._at = 0
        self._fold = RegionFold(
            region=region,
            rule_set=DEFAULT_RULE_SET,
            households={},
            waiting=None if waits is None else {household_id: waits},
            rows_at=rows_at,
        )

    def run(self, own: Sequence[Row], last: int) -> tuple[Kept | None, list[Said]]:
        """Return what it is after row `last`, None for nothing, and what was said of it.

        `own` are its rows, in order, as if they spoke of nobody else.
        """
        said: list[Said] = []
        for row in own:
            said += self._meanwhile(row.event.position)
            said += self._fold.apply(row)
            self._at = row.event.position
        said += self._meanwhile(last + 1)
        return self._fold.households.get(self._household_id), said

    def _meanwhile(self, before: int) -> list[Said]:
        """Take what everyone takes before a row; ticks that would not wake it are passed over."""
        said: list[Said] = []
        while True:
            rules = self._everyone.rules_after(self._at)
            until = before if rules is None else min(before, rules.position)
            kept = self._fold.households.get(self._household_id)
            day = None if kept is None else kept.wake_at
            tick = None if day is None else self._everyone.tick_after(self._at, day)
            if tick is not None and tick.event.position < until:
                said += self._fold.apply(tick)
                self._at = tick.event.position
            elif rules is not None and rules.position < before:
                self._fold.enforce(rules.rule_set, rules.day)
                self._at = rules.position
            else:
                return said
