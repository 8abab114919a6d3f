"""One region's journal, row by row, over the households that its rows can touch."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from streams.engine.parking import Failure, failure_of, may_park
from streams.household.findings import FindingChange
from streams.household.fold import INITIAL
from streams.household.picture import Picture
from streams.household.rearranging import HOUSEHOLDS_REARRANGED, take_rearrangement
from streams.household.rule_set import RuleSet, rule_set_of
from streams.household.state import HouseholdState
from streams.household.steps import Step, take_event, take_tick
from streams.household.terms import amsterdam_day
from streams.radar.rearrangements import moves_of
from streams.radar.rows import CLOCK_TICKED, READ_RECORDS, RULES_ACTIVATED, Row, RowsAt


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A household that could not take the row at `position`."""

    household_id: str
    position: int
    failure: Failure


class RegionFold:
    """Applies rows strictly in order; how they are cut into units changes nothing.

    `households` must hold every known household that a row names, and every one whose `wake_at`
    is reached by a tick among the rows; one that is absent is taken for new. `rows_at` gives the
    earlier rows that a rearrangement moves from one household to another.

    `waiting` names parked households with the first position that they do not take. With `parks` a
    household that fails at a row joins them, and all others go on; without, its error is raised.
    """

    def __init__(
        self,
        *,
        region: str,
        rule_set: RuleSet,
        households: MutableMapping[str, Kept],
        rows_at: RowsAt,
        waiting: Mapping[str, int] | None = None,
        parks: bool = False,
    ) -> None:
        self.region = region
        self.rule_set = rule_set
        self._rows_at = rows_at
        self.households = households
        self.waiting = dict(waiting or {})
        self.failed: list[Failed] = []
        self.changed: set[str] = set()
        self._parks = parks
        self._wake_at = {
            household_id: kept.wake_at
            for household_id, kept in households.items()
            if kept.wake_at is not None
        }
        # Days may be stale; each is compared with the household's own day when it comes up.
        self._wakes = [(day, household_id) for household_id, day in self._wake_at.items()]
        heapq.heapify(self._wakes)

    def apply(self, row: Row) -> list[Said]:
        """Take one row; return what the finding log must say, in its order."""
        match row.event.record_name:
            case name if name == CLOCK_TICKED:
                return self._tick(row)
            case name if name == RULES_ACTIVATED:
                self.enforce(rule_set_of(row.event.payload), activation_day(row))
                return []
            case name if name == HOUSEHOLDS_REARRANGED:
                return self._rearranged(row)
            case _:
                return self._event(row)

    def release(self, household_id: str, kept: Kept | None) -> None:
        """Let a parked household go on from this state; None where the journal gives it none."""
        self.waiting.pop(household_id, None)
        if kept is not None:
            self._keep(household_id, kept)
            self.changed.add(household_id)

    def enforce(self, rule_set: RuleSet, day: date) -> None:
        """Put rules in force; the next tick looks at every household by them.

        Nothing that was said changes, but the days on which silences begin to speak do.
        """
        self.rule_set = rule_set
        for household_id, kept in self.households.items():
            self.households[household_id] = replace(kept, wake_at=day)
            self.changed.add(household_id)
            self._wake(household_id, day)

    def _event(self, row: Row) -> list[Said]:
        said: list[Said] = []
        for household_id in row.household_ids:
            kept = self.households.get(household_id) or Kept()
            take = partial(
                take_event,
                kept.state,
                row.event,
                region=self.region,
                household_id=household_id,
                rule_set=self.rule_set,
                picture=kept.picture,
            )
            said += self._advance(household_id, kept, row, take)
        return said

    def _rearranged(self, row: Row) -> list[Said]:
        """Let each household of the row lose and gain the events that it moves."""
        if not row.household_ids:
            return []
        moves = moves_of(row)
        moved = {move.positions: [r.event for r in self._rows_at(move.positions)] for move in moves}
        said: list[Said] = []
        for household_id in row.household_ids:
            kept = self.households.get(household_id) or Kept()
            take = partial(
                take_rearrangement,
                kept.state,
                row.event,
                gone=[e for m in moves if m.left == household_id for e in moved[m.positions]],
                came=[e for m in moves if m.joined == household_id for e in moved[m.positions]],
                region=self.region,
                household_id=household_id,
                rule_set=self.rule_set,
            )
            said += self._advance(household_id, kept, row, take)
        return said

    def _tick(self, row: Row) -> list[Said]:
        today = tick_day(row)
        said: list[Said] = []
        for household_id in self._woken(today):
            kept = self.households[household_id]
            take = partial(
                take_tick,
                kept.state,
                row.event,
                today,
                region=self.region,
                household_id=household_id,
                rule_set=self.rule_set,
                picture=kept.picture,
            )
            said += self._advance(household_id, kept, row, take)
        return said

    def _advance(
        self, household_id: str, kept: Kept, row: Row, take: Callable[[], Step | None]
    ) -> Iterable[Said]:
        """Let one household take the row, unless it waits, or waits from this row on.

        Nothing but this household goes into its step, so whatever goes wrong there is its own.
        """
        position = row.event.position
        if self.waiting and self.waiting.get(household_id, position + 1) <= position:
            return ()
        try:
            step = take()
        except Exception as error:
            if not self._parks or not may_park(error):
                raise
            failed = Failed(household_id=household_id, position=position, failure=failure_of(error))
            self.waiting[household_id] = position
            self.failed.append(failed)
            return ()
        if step is None:
            return ()
        is_same = step.state is kept.state
        after = Kept(
            state=step.state,
            wake_at=step.wake_at,
            journal_position=kept.journal_position if is_same else position,
            picture=step.picture,
        )
        self._keep(household_id, after)
        if not is_same or step.wake_at != kept.wake_at:
            self.changed.add(household_id)
        return [Said(row=row, change=change) for change in step.changes]

    def _keep(self, household_id: str, kept: Kept) -> None:
        self.households[household_id] = kept
        self._wake(household_id, kept.wake_at)

    def _wake(self, household_id: str, day: date | None) -> None:
        if day is None:
            self._wake_at.pop(household_id, None)
        elif self._wake_at.get(household_id) != day:
            self._wake_at[household_id] = day
            heapq.heappush(self._wakes, (day, household_id))

    def _woken(self, today: date) -> list[str]:
        woken = set()
        while self._wakes and self._wakes[0][0] <= today:
            day, household_id = heapq.heappop(self._wakes)
            if self._wake_at.get(household_id) == day:
                del self._wake_at[household_id]
                woken.add(household_id)
        return sorted(woken)


def touched(rows: Sequence[Row]) -> set[str]:
    """Return the households of the rows that the radar reads; others cannot change."""
    return {
        household_id
        for row in rows
        if row.event.record_name in READ_RECORDS
        for household_id in row.household_ids
    }


def last_tick(rows: Sequence[Row]) -> date | None:
    """Return the day of the last tick among the rows: ticks come in order of days.

    A tick after rules came into force wakes every household: then it is the end of all days.
    """
    day: date | None = None
    is_changed = False
    for row in rows:
        is_changed = is_changed or row.event.record_name == RULES_ACTIVATED
        if row.event.record_name == CLOCK_TICKED:
            day = date.max if is_changed else tick_day(row)
    return day


def tick_day(row: Row) -> date:
    """Return the day that begins with a tick."""
    day = row.event.payload["day"]
    if not isinstance(day, date):
        raise TypeError("a tick names the day that begins")
    return day


def activation_day(row: Row) -> date:
    """Return the day from which all households are to be looked at by the rules of a row."""
    return amsterdam_day(row.event.known_at)
