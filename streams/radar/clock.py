"""The ticks of regions that run live: one per local day, missed ones in order.

A REPLAY region's ticks come with what it replays; the hub's own day would falsify its history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg

from schemas.identity import derived_id
from streams.engine.lease import Lease
from streams.engine.named_queries import load_queries
from streams.engine.wire import HUB_SOURCE
from streams.household.terms import amsterdam_day, start_of_day
from streams.radar import metrics

QUERIES = load_queries("streams.radar")
SYSTEM = "SYSTEM"
# A timer runs about every second; the clocks are looked up this often while a tick is due.
LOOK_UP_SECONDS = 10
# After a long stop the days are caught up in portions, so that one timer stays short.
TICKS_PER_TIMER_MAX = 60

Publish = Callable[[str, Mapping[str, object]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """A region's clock: its mode, and the last day that ticked (None before the first)."""

    mode: str
    day: date | None


ReadClocks = Callable[[Sequence[str]], Mapping[str, ClockReading]]


class Ticker:
    """Publishes the ticks that are due; admission drops those that it knows."""

    def __init__(self, *, publish: Publish, read_clocks: ReadClocks) -> None:
        self._publish = publish
        self._read_clocks = read_clocks

    def run(self, leases: Sequence[Lease], now: datetime) -> None:
        """Publish what is missing for each leased region that runs live.

        Raises what the database or the producer raise: the engine tries again on its next timer.
        """
        due = [lease for lease in leases if _is_due(lease, now)]
        if not due:
            return
        clocks = self._read_clocks([lease.region for lease in due])
        for lease in due:
            clock = clocks.get(lease.region)
            days: list[date] = []
            if clock is not None and clock.mode == SYSTEM:
                days = missing_ticks(clock.day, now)[:TICKS_PER_TIMER_MAX]
            for day in days:
                self._publish("ClockTicked", tick_record(lease.region, day))
                metrics.TICKS.inc()
            # Set after the broker's answer: what failed half-way is looked at again at once.
            lease.cache["clock_looked_at"] = now
            if days:
                lease.cache["ticked"] = days[-1]


def missing_ticks(last_day: date | None, now: datetime) -> list[date]:
    """Return the days to tick after `last_day` up to today in Amsterdam, in order.

    A region that never ticked begins today; a hub clock that was set back misses nothing.
    """
    today = amsterdam_day(now)
    if last_day is None:
        return [today]
    return [last_day + timedelta(days=n) for n in range(1, (today - last_day).days + 1)]


def tick_record(region: str, day: date) -> dict[str, object]:
    """Return the `ClockTicked` record of a region's day: the same bytes whoever makes it.

    Both instants are the beginning of the day and the id follows from region and day, so that
    a repeated tick is a duplicate and never a conflict.
    """
    at = start_of_day(day)
    meta = {
        "event_id": str(derived_id(region, f"clock-ticked-{day.isoformat()}")),
        "source": HUB_SOURCE,
        "region": region,
        "source_ref": None,
        "occurred_at": at,
        "recorded_at": at,
    }
    return {"meta": meta, "day": day}


def clocks_in(database_url: str) -> ReadClocks:
    """Return a reader of the regions' clocks that connects for each look-up and keeps nothing."""

    def read_clocks(regions: Sequence[str]) -> Mapping[str, ClockReading]:
        with psycopg.connect(database_url, autocommit=True) as connection:
            rows = connection.execute(QUERIES["read_clocks"], {"regions": list(regions)}).fetchall()
        return {region: ClockReading(mode=mode, day=day) for region, mode, day in rows}

    return read_clocks


def _is_due(lease: Lease, now: datetime) -> bool:
    if lease.cache.get("ticked") == amsterdam_day(now):
        return False
    looked_at = lease.cache.get("clock_looked_at")
    if looked_at is None or now < looked_at:
        return True
    return bool((now - looked_at).total_seconds() >= LOOK_UP_SECONDS)
