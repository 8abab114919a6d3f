"""What a report holds; pure. Counts and denominators are primary, shares are made of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from projections.statistics import MonthMatrix, Period, rounded, share


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuestion:
    """What is asked: whole months `first` to `last` of one region, as known at a day's end."""

    region: str
    first: date
    last: date
    known_on: date
    municipality: str | None = None

    @property
    def periods(self) -> tuple[Period, Period, Period]:
        """Return the period and the same months of the two years before, the newest first."""
        this = Period(first=self.first, last=self.last)
        return (this, years_before(this, 1), years_before(this, 2))

    @property
    def months(self) -> int:
        """Return the number of months in the period."""
        years = self.last.year - self.first.year
        return years * 12 + self.last.month - self.first.month + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table."""

    code: str
    label: str
    count: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: each share is of `denominator`, the records that have the attribute."""

    id: str
    statistic: str
    title: str
    denominator: int
    not_registered: int
    decimals: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One number of one period."""

    id: str
    statistic: str
    title: str
    period: Period
    count: int
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share of one period; `base` says of what: all records, or those registered."""

    id: str
    statistic: str
    title: str
    period: Period
    count: int
    denominator: int
    base: str
    decimals: int

    @property
    def exact(self) -> Fraction | None:
        """Return the share in percent without rounding, for differences; None of nothing."""
        return Fraction(100 * self.count, self.denominator) if self.denominator else None

    @property
    def share(self) -> Decimal:
        """Return the share as printed; of nothing it is zero."""
        return share_or_zero(self.count, self.denominator, self.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One bucket of a lead time: its own count over all, never the rest of the others."""

    label: str
    count: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The lead times of what was completed in the period.

    `mean_days_last` is the mean of the last bucket in calendar days; None when it is empty.
    `by_law` are the legal variants, as shares of the same total.
    """

    service: str
    statistic: str
    title: str
    total: int
    buckets: Sequence[Bucket]
    mean_days_last: Decimal | None
    by_law: Sequence[Bucket]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The work stock of one service on the first of each month."""

    service: str
    statistic: str
    title: str
    days: Sequence[date]
    counts: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One count beside its budget over the same months, which is exact and need not be whole."""

    id: str
    statistic: str
    title: str
    budgeted: Fraction
    count: int

    @property
    def share(self) -> Decimal | None:
        """Return the count in percent of the budget, rounded once; None of a budget of nothing."""
        return rounded(100 * self.count / self.budgeted, 0) if self.budgeted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report prints; `budget` only when one was laid beside it."""

    question: ReportQuestion
    region_name: str
    parked: int
    tables: Sequence[Table]
    months: MonthMatrix
    terms: Sequence[Term]
    stocks: Sequence[Stock]
    counts: Sequence[Count]
    shares: Sequence[Share]
    budget: Sequence[BudgetLine] = ()


def years_before(period: Period, years: int) -> Period:
    """Return the same months so many years earlier; a February ends on its own last day."""
    first, last = period.first, period.last
    end = date(last.year - years + last.month // 12, last.month % 12 + 1, 1)
    return Period(
        first=date(first.year - years, first.month, 1), last=date.fromordinal(end.toordinal() - 1)
    )


def share_or_zero(count: int, denominator: int, decimals: int) -> Decimal:
    """Return a printed share; of nothing it is 0,0, as the publications print an empty table."""
    made = share(count, denominator, decimals)
    return rounded(Fraction(0), decimals) if made is None else made
