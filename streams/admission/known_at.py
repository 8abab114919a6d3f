"""The region's clock: the only thing that decides what was known when (ADR 0005)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.problem_codes import DataError
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries

QUERIES = load_queries("streams.admission")
LOCAL = ZoneInfo("Europe/Amsterdam")
SYSTEM = "SYSTEM"
REPLAY = "REPLAY"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionClock:
    """The clock as the journal has set it; `now` is the known_at of the newest row."""

    region: str
    mode: str
    name: str
    now: datetime
    day: date | None
    opened_at: datetime

    def advanced(self, hub_now: datetime) -> RegionClock:
        """Return the clock at the hub's instant; in a REPLAY region only ticks move it."""
        if self.mode == REPLAY or hub_now <= self.now:
            # A hub clock that was set back may not make known_at decrease.
            return self
        return replace(self, now=hub_now)

    def horizon(self, hub_now: datetime) -> datetime:
        """Return the instant beyond which an event's times lie in the future.

        In a REPLAY region that is the end of the clock's day, for all of that day's events stand
        at its beginning (definitions.md).
        """
        if self.mode == REPLAY:
            return midnight(local_day(self.now) + timedelta(days=1))
        return max(self.now, hub_now)

    def ticked(self, day: date) -> RegionClock:
        """Return the clock on a new day; days come once each, in order, or DataError."""
        first = self.day is None and day >= local_day(self.opened_at)
        following = self.day is not None and day == self.day + timedelta(days=1)
        if not (first or following):
            raise DataError("clock.order", "/day")
        return replace(self, day=day, now=max(self.now, midnight(day)))

    def switched(self, mode: str, hub_now: datetime) -> RegionClock:
        """Return the clock gone live; it never goes back to REPLAY, or DataError."""
        if self.mode != REPLAY or mode != SYSTEM:
            raise DataError("clock.order", "/to")
        return replace(self, mode=SYSTEM, now=max(self.now, hub_now))


def opened_clock(
    region: str, *, mode: str, name: str, occurred_at: datetime, hub_now: datetime
) -> RegionClock:
    """Return the clock of a region at its first journal row; DataError for an unknown mode."""
    if mode not in (SYSTEM, REPLAY):
        raise DataError("domain.enum", "/clock_mode")
    now = occurred_at if mode == REPLAY else hub_now
    return RegionClock(region=region, mode=mode, name=name, now=now, day=None, opened_at=now)


def local_day(instant: datetime) -> date:
    """Return the Europe/Amsterdam date of an instant."""
    return instant.astimezone(LOCAL).date()


def midnight(day: date) -> datetime:
    """Return 00:00 Europe/Amsterdam of a day, in UTC."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def read_clock(connection: Connection, region: str) -> RegionClock | None:
    """Return the region's clock as committed, or None when the region is not open."""
    row = connection.execute(QUERIES["read_clock"], {"region": region}).fetchone()
    if row is None:
        return None
    mode, name, now, day, opened_at = row
    return RegionClock(region=region, mode=mode, name=name, now=now, day=day, opened_at=opened_at)


def write_clocks(connection: Connection, clocks: Sequence[RegionClock]) -> None:
    """Store the clocks of these regions in the caller's transaction."""
    if not clocks:
        return
    connection.execute(
        QUERIES["write_clocks"],
        {
            "regions": [clock.region for clock in clocks],
            "modes": [clock.mode for clock in clocks],
            "names": [clock.name for clock in clocks],
            "nows": [clock.now for clock in clocks],
            "days": [clock.day for clock in clocks],
            "opened_ats": [clock.opened_at for clock in clocks],
        },
    )
