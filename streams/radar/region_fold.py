"""One region's journal, row by row, over the households that its rows can touch."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import date

from streams.household.findings import FindingChange
from streams.household.fold import INITIAL
from streams.household.picture import Picture
from streams.household.rearranging import HOUSEHOLDS_REARRANGED, take_rearrangement
from streams.household.rule_set import RuleSet, rule_set_of
from streams.household.state import HouseholdState
from streams.household.steps import Step, take_event, take_tick
from streams.household.terms import amsterdam_day
from streams.radar.rearrangements import moves_of
from streams.radar.rows import CLOCK_TICKED, RULES_ACTIVATED, Row, RowsAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A household's state, the day that wakes it, and the row that changed it last.

    `picture` is what the state amounts to, as long as somebody has it at hand; it is not kept.
    """

    state: HouseholdState = INITIAL
    wake_at: date | None = None
    journal_position: int = 0
    picture: Picture | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A change of a finding with the row at which it was said."""

    row: Row
    change: FindingChange


class RegionFold:
    """Applies rows strictly in order; how they are cut into units changes nothing.

    `households` must hold every known household that a row names, and every one whose `wake_at`
    is reached by a tick among the rows; one that is absent is taken for new. `rows_at` gives the
    earlier rows that a rearrangement moves from one household to another.
    """

    def __init__(
        self,
        *,
        region: str,
        rule_set: RuleSet,
        households: MutableMapping[str, Kept],
        rows_at: RowsAt,
    ) -> None:
        self.region = region
        self.rule_set = rule_set
        self._rows_at = rows_at
        self.households = households
        self.changed: set[str] = set()
        # Days may be stale; each is compared with the household's own day when it comes up.
        self._wakes = [
            (kept.wake_at, household_id)
            for household_id, kept in households.items()
            if kept.wake_at is not None
        ]
        heapq.heapify(self._wakes)

    def apply(self, row: Row) -> list[Said]:
        """Take one row; return what the finding log must say, in its order."""
        match row.event.record_name:
            case name if name == CLOCK_TICKED:
                return self._tick(row)
            case name if name == RULES_ACTIVATED:
                self._activate(row)
                return []
            case name if name == HOUSEHOLDS_REARRANGED:
                return self._rearranged(row)
            case _:
                return self._event(row)

    def _event(self, row: Row) -> list[Said]:
        said: list[Said] = []
        for household_id in row.household_ids:
            kept = self.households.get(household_id) or Kept()
            step = take_event(
                kept.state,
                row.event,
                region=self.region,
                household_id=household_id,
                rule_set=self.rule_set,
                picture=kept.picture,
            )
            if step is not None:
                said += self._keep(household_id, kept, step, row)
        return said

    def _activate(self, row: Row) -> None:
        """Put rules in force; the next tick looks at every household by them.

        Nothing that was said changes, but the days on which silences begin to speak do.
        """
        self.rule_set = rule_set_of(row.event.payload)
        day = activation_day(row)
        for household_id, kept in self.households.items():
            self.households[household_id] = replace(kept, wake_at=day)
            self.changed.add(household_id)
            heapq.heappush(self._wakes, (day, household_id))

    def _rearranged(self, row: Row) -> list[Said]:
        """Let each household of the row lose and gain the events that it moves."""
        if not row.household_ids:
            return []
        moves = moves_of(row)
        moved = {move.positions: [r.event for r in self._rows_at(move.positions)] for move in moves}
        said: list[Said] = []
        for household_id in row.household_ids:
            kept = self.households.get(household_id) or Kept()
            step = take_rearrangement(
                kept.state,
                row.event,
                gone=[e for m in moves if m.left == household_id for e in moved[m.positions]],
                came=[e for m in moves if m.joined == household_id for e in moved[m.positions]],
                region=self.region,
                household_id=household_id,
                rule_set=self.rule_set,
            )
            said += self._keep(household_id, kept, step, row)
        return said

    def _tick(self, row: Row) -> list[Said]:
        today = row.event.payload["day"]
        if not isinstance(today, date):
            raise TypeError("a tick names the day that begins")
        said: list[Said] = []
        for household_id in self._woken(today):
            kept = self.households[household_id]
            step = take_tick(
                kept.state,
                row.event,
                today,
                region=self.region,
                household_id=household_id,
                rule_set=self.rule_set,
                picture=kept.picture,
            )
            said += self._keep(household_id, kept, step, row)
        return said

    def _keep(self, household_id: str, kept: Kept, step: Step, row: Row) -> Iterable[Said]:
        is_same = step.state is kept.state
        self.households[household_id] = Kept(
            state=step.state,
            wake_at=step.wake_at,
            journal_position=kept.journal_position if is_same else row.event.position,
            picture=step.picture,
        )
        if not is_same or step.wake_at != kept.wake_at:
            self.changed.add(household_id)
        if step.wake_at is not None:
            heapq.heappush(self._wakes, (step.wake_at, household_id))
        return [Said(row=row, change=change) for change in step.changes]

    def _woken(self, today: date) -> list[str]:
        woken = set()
        while self._wakes and self._wakes[0][0] <= today:
            day, household_id = heapq.heappop(self._wakes)
            if self.households[household_id].wake_at == day:
                woken.add(household_id)
        return sorted(woken)


def activation_day(row: Row) -> date:
    """Return the day from which all households are to be looked at by the rules of a row."""
    return amsterdam_day(row.event.known_at)
