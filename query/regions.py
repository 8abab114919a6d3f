"""The regions of this hub: their clocks, and how far the pages are behind the journal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from query.problems import unknown_region
from query.reading import QUERIES, ReadConnection
from query.wording import local

_REGION_CODE = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region: `now` and `day` are its own clock's, which in a REPLAY region is not ours.

    `day` is None in a REPLAY region before its first tick.
    """

    code: str
    name: str
    clock_mode: str
    now: datetime
    day: date | None
    journal_position: int
    projected_position: int
    projected_at: datetime | None
    parked: int
    """Households of which some rows wait: what pages and figures say of them is not complete."""

    @property
    def is_replay(self) -> bool:
        """Say whether the clock is a practice clock, which every page has to show."""
        return self.clock_mode == "REPLAY"

    @property
    def today(self) -> date:
        """Return the region's day; before its first tick the day on which it was opened."""
        return self.day or local(self.now).date()

    @property
    def rows_behind(self) -> int:
        """Return how many journal rows the pages do not show yet."""
        return max(0, self.journal_position - self.projected_position)

    def knows_to_the_minute(self) -> bool:
        """Say whether `known_at` carries a time of day; a practice clock only counts days."""
        return not self.is_replay


def read_regions(connection: ReadConnection) -> list[Region]:
    """Return all opened regions by name."""
    with connection.cursor(row_factory=class_row(Region)) as cursor:
        return cursor.execute(QUERIES["regions"]).fetchall()


def read_region(connection: ReadConnection, code: str) -> Region:
    """Return the region with this code; raises NotFound when it is not open here."""
    if _REGION_CODE.fullmatch(code) is None:
        raise unknown_region()
    with connection.cursor(row_factory=class_row(Region)) as cursor:
        region = cursor.execute(QUERIES["region"], {"region": code}).fetchone()
    if region is None:
        raise unknown_region()
    return region
