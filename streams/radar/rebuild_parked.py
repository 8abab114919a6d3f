"""Parked households in a rebuild: left out, and said, where the live stage did so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from streams.engine.database import Connection
from streams.engine.parked_rows import Interval, intervals
from streams.radar.redrive import refold
from streams.radar.region_fold import RegionFold, Said

# A row of which every household waits is not even decoded: perhaps it cannot be.
_SOMEBODY_TAKES_IT = sql.SQL(
    "(households = '{{}}' or exists (select from unnest(households) as h (token) where not exists ("
    "select from engine.parked p where p.stage = {stage} and p.version = {version} "
    "and p.region = {region} and p.log = 'journal' and p.household_id = h.token "
    "and p.position <= journal.position and (p.until is null or p.until > {last}))))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedThen:
    """What was parked in a region when its stage stood at `last`."""

    stage: str
    version: int
    region: str
    last: int
    intervals: Sequence[Interval]

    @classmethod
    def at(
        cls, connection: Connection, stage: str, version: int, region: str, last: int
    ) -> ParkedThen:
        """Read it from the intervals."""
        found = intervals(connection, stage, version, region, last)
        return cls(stage=stage, version=version, region=region, last=last, intervals=found)

    def of(self, holds: Callable[[str], bool]) -> ParkedThen:
        """Return it for some households only."""
        mine = [each for each in self.intervals if holds(each.household_id)]
        return replace(self, intervals=mine)

    @property
    def readable(self) -> sql.Composable:
        """Return the condition on a journal row that somebody takes it."""
        if all(each.until is not None for each in self.intervals):
            return sql.SQL("true")
        return _SOMEBODY_TAKES_IT.format(
            stage=sql.Literal(self.stage),
            version=sql.Literal(self.version),
            region=sql.Literal(self.region),
            last=sql.Literal(self.last),
        )

    def waiting(self) -> dict[str, int]:
        """Return who still waits at `last`, with the first row that waits."""
        return {each.household_id: each.position for each in self.intervals if each.until is None}

    @property
    def redrives(self) -> frozenset[int]:
        """Return the rows at which somebody was taken up again."""
        return frozenset(each.until for each in self.intervals if each.until is not None)

    def said(self, one: Said) -> Said:
        """Return what a household said, at the row where it was said: the redrive of that time."""
        position, household_id = one.row.event.position, one.change.cause.household_id
        for each in self.intervals:
            if each.until is None or each.household_id != household_id:
                continue
            if each.position <= position <= each.until:
                return _said_at(one, each)
        return one


class Waiting:
    """Lets a fold that goes on from earlier leave out and take up households at their rows."""

    def __init__(self, connection: Connection, then: ParkedThen, fold: RegionFold) -> None:
        self._connection = connection
        self._then = then
        self._fold = fold

    def before(self, position: int) -> None:
        """Tell the fold who waits at this row."""
        self._fold.waiting = {
            each.household_id: each.position
            for each in self._then.intervals
            if each.position <= position and (each.until is None or position <= each.until)
        }

    def after(self, position: int) -> list[Said]:
        """Take up who was redriven at this row; return what they say there.

        Raises what the fold raises: the live stage could, so this one can.
        """
        said: list[Said] = []
        for each in self._then.intervals:
            if each.until != position:
                continue
            refolded = refold(
                self._connection, self._then.region, [each.household_id], position, parks=False
            )
            self._fold.release(each.household_id, refolded.households.get(each.household_id))
            said += [
                _said_at(one, each)
                for one in refolded.said[each.household_id]
                if one.row.event.position >= each.position
            ]
        return said


def _said_at(one: Said, interval: Interval) -> Said:
    if interval.until is None or interval.incarnation is None or interval.known_at is None:
        raise AssertionError("an interval that is closed names the row that closed it")
    event = replace(one.row.event, position=interval.until, known_at=interval.known_at)
    return replace(one, row=replace(one.row, event=event, incarnation=interval.incarnation))
