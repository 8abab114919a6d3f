"""S24: production beside the budget: S01, S08, S17, S20 and S23, and a year's number × months/12.

The budget is no event: nothing in a journal says it, and a board may choose another without
anything having happened. It is a table that is laid beside the counts when they are printed, so
an edition's counts do not depend on it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

BUDGETED: Mapping[str, str] = {
    "advices": "S01",
    "reports": "S08",
    "conditions_started": "S17",
    "investigations_started": "S20",
    "restraining_orders": "S23",
}
"""What is budgeted, by the name that the report gives its count, in the order of figure 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Numbers per whole year, by year and by name as in `BUDGETED`; what is absent is unknown."""

    by_year: Mapping[int, Mapping[str, int]]

    def over(self, name: str, first: date, last: date) -> Fraction | None:
        """Return the exact budget over whole months; None when a year of it has none."""
        total = Fraction(0)
        for year in range(first.year, last.year + 1):
            whole_year = self.by_year.get(year, {}).get(name)
            if whole_year is None:
                return None
            begins = first.month if year == first.year else 1
            ends = last.month if year == last.year else 12
            total += Fraction(whole_year * (ends - begins + 1), 12)
        return total
