"""Which household and which case each report belongs to: first reports, repeats, follow-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from connectors.simulation.assumptions import INHABITANTS_THOUSANDS, Assumptions
from connectors.simulation.figures import Region
from connectors.simulation.people import Household, Population
from connectors.simulation.series import Item

OPEN_CASE_DAYS = 75
"""A report within this many days of another of the household is taken as during involvement."""

REPORTS_PER_HOUSEHOLD_MAX = 8
TRIES_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCase:
    """One report in its case and household."""

    item: Item
    household: Household
    report_id: str
    case_id: str
    repeat_kind: str
    opens_case: bool


class _Register:
    """The reports so far, and the households behind them."""

    def __init__(self) -> None:
        self.cases: list[ReportCase] = []
        self.per_household: dict[int, int] = {}
        self._recent_from = 0

    def add(self, case: ReportCase) -> None:
        self.cases.append(case)
        number = case.household.number
        self.per_household[number] = self.per_household.get(number, 0) + 1

    def split(self, on: date) -> int:
        """Return the index of the first report that is recent on a day; days never decrease."""
        oldest = on - timedelta(days=OPEN_CASE_DAYS)
        while (
            self._recent_from < len(self.cases) and self.cases[self._recent_from].item.on < oldest
        ):
            self._recent_from += 1
        return self._recent_from

    def pick(self, first: int, stop: int, rng: Random) -> ReportCase | None:
        """Pick a report between two indices whose household has room for one more."""
        for _ in range(TRIES_MAX if stop > first else 0):
            case = self.cases[rng.randrange(first, stop)]
            if self.per_household[case.household.number] < REPORTS_PER_HOUSEHOLD_MAX:
                return case
        return None


def municipality_weights(region: Region) -> dict[str, float]:
    """Return the weight of each municipality: its inhabitants, or the mean of those known."""
    known = [
        INHABITANTS_THOUSANDS[c] for c, _ in region.municipalities if c in INHABITANTS_THOUSANDS
    ]
    mean = sum(known) / len(known) if known else 1.0
    return {code: float(INHABITANTS_THOUSANDS.get(code, mean)) for code, _ in region.municipalities}


def make_cases(
    reports: Sequence[Item],
    *,
    completions: Mapping[int, date],
    elderly: frozenset[int],
    population: Population,
    assumptions: Assumptions,
    rng: Random,
) -> list[ReportCase]:
    """Return every report that is not a moved one's second item, in order of day.

    `elderly` are the reports about violence against an older person.
    """
    register = _Register()
    order = sorted(
        (item for item in reports if item.moved_from is None), key=lambda i: (i.on, i.number)
    )
    memory_days = max(1.0, 365.25 * assumptions.repeat_memory_years)
    for count, item in enumerate(order, start=1):
        recent = register.split(item.on)
        chance = rng.random()
        earlier: ReportCase | None = None
        kind = "FIRST"
        if chance < assumptions.during_involvement_share:
            earlier = register.pick(recent, len(register.cases), rng)
            if earlier is not None:
                done = completions.get(earlier.item.number)
                is_waiting = done is None or done > item.on
                kind = "DURING_ASSESSMENT" if is_waiting else "AFTER_ASSESSMENT"
        elif chance < assumptions.during_involvement_share + assumptions.repeat_share:
            kind = "REPEAT_SEVERAL_KNOWN" if rng.random() < 0.89 else "REPEAT_ONE_KNOWN"
            # The older the log, the more of the households that return are already in it.
            if rng.random() * memory_days < (item.on - order[0].on).days:
                earlier = register.pick(0, recent, rng)
        is_same_case = kind.endswith("ASSESSMENT") and earlier is not None
        year = item.on.year
        register.add(
            ReportCase(
                item=item,
                household=earlier.household
                if earlier is not None
                else _new_household(
                    item,
                    elderly=elderly,
                    register=register,
                    population=population,
                    assumptions=assumptions,
                    rng=rng,
                ),
                report_id=f"M{year}-{count:06d}",
                case_id=earlier.case_id
                if earlier is not None and is_same_case
                else f"Z{year}-{count:06d}",
                repeat_kind=kind,
                opens_case=not is_same_case,
            )
        )
    return register.cases


def _new_household(
    item: Item,
    *,
    elderly: frozenset[int],
    register: _Register,
    population: Population,
    assumptions: Assumptions,
    rng: Random,
) -> Household:
    """Make a household; now and then its suspected perpetrator comes from an earlier one."""
    is_shared = rng.random() < assumptions.shared_perpetrator_share and bool(register.cases)
    perpetrator = rng.choice(register.cases).household.members[0] if is_shared else None
    return population.household(item.on, is_elderly=item.number in elderly, perpetrator=perpetrator)
