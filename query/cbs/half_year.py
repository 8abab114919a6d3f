"""The period of a delivery: January to June is AMHK1, July to December AMHK2. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from projections.statistics import Period

FIRST_YEAR = 2015
"""The protocol is in force since 1 January 2015."""
_TEXT = re.compile(r"([0-9]{4})-([12])")


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfYear:
    """Half `half` (1 or 2) of a year."""

    year: int
    half: int

    @classmethod
    def parse(cls, text: str) -> HalfYear:
        """Read "2025-1"; raises ValueError for what is no half-year since the protocol."""
        found = _TEXT.fullmatch(text)
        if found is None or int(found[1]) < FIRST_YEAR:
            raise ValueError(f"write a half-year as 2025-1 or 2025-2, from {FIRST_YEAR} on")
        return cls(year=int(found[1]), half=int(found[2]))

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def last(self) -> date:
        """Return its last day."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    @property
    def period(self) -> Period:
        """Return it as the period that statistics are asked of."""
        return Period(first=self.first, last=self.last)

    def __str__(self) -> str:
        return f"{self.year}-{self.half}"
