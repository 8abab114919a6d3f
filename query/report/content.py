"""What a report holds; pure. Counts and denominators are primary, shares are made of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from projections.statistics import Period, rounded, share


class Hidden(Enum):
    """A number that is not shown, because somebody could be recognised by it."""

    HIDDEN = "."


HIDDEN = Hidden.HIDDEN
Number = int | Hidden
"""A count as a publication shows it: within the house always the number itself."""

Months = Mapping[str, Mapping[int, Sequence[Number | None]]]
"""Series to year to twelve counts; None is a month that was not over."""


class Rule(Enum):
    """How numbers are protected before they leave the house."""

    NONE = "none"
    ROUND5 = "round5"
    SUPPRESS = "suppress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """The protection of a report; `below` is the least count that SUPPRESS shows, beside zero."""

    rule: Rule = Rule.NONE
    below: int | None = None

    def __str__(self) -> str:
        """Return it as it is asked for: `none`, `round5`, `suppress:5`."""
        return self.rule.value if self.below is None else f"{self.rule.value}:{self.below}"


OPEN_HAND = Disclosure()
"""Every number as it is."""


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
    count: Number
    share: Decimal | Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: each share is of `denominator`, the records that have the attribute."""

    id: str
    statistic: str
    title: str
    denominator: Number
    not_registered: Number
    decimals: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One number of one period."""

    id: str
    statistic: str
    title: str
    period: Period
    count: Number
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share of one period; `base` says of what: all records, or those registered."""

    id: str
    statistic: str
    title: str
    period: Period
    count: Number
    denominator: Number
    base: str
    decimals: int

    @property
    def exact(self) -> Fraction | None:
        """Return the share in percent without rounding; None of nothing, or when not shown."""
        count, of = self.count, self.denominator
        if isinstance(count, Hidden) or isinstance(of, Hidden) or not of:
            return None
        return Fraction(100 * count, of)

    @property
    def share(self) -> Decimal | Hidden:
        """Return the share as printed; of nothing it is zero."""
        return shown_share(self.count, self.denominator, self.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One bucket of a lead time: its own count over all, never the rest of the others."""

    label: str
    count: Number
    share: Decimal | Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The lead times of what was completed in the period.

    `mean_days_last` is the mean of the last bucket in calendar days; None when it is empty.
    `by_law` are the legal variants, as shares of the same total.
    """

    service: str
    statistic: str
    title: str
    decimals: int
    total: Number
    buckets: Sequence[Bucket]
    mean_days_last: Decimal | Hidden | None
    by_law: Sequence[Bucket]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The work stock of one service on the first of each month."""

    service: str
    statistic: str
    title: str
    days: Sequence[date]
    counts: Mapping[str, Sequence[Number]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report prints."""

    question: ReportQuestion
    region_name: str
    parked: int
    tables: Sequence[Table]
    months: Months
    terms: Sequence[Term]
    stocks: Sequence[Stock]
    counts: Sequence[Count]
    shares: Sequence[Share]
    disclosure: Disclosure = OPEN_HAND


def years_before(period: Period, years: int) -> Period:
    """Return the same months so many years earlier; a February ends on its own last day."""
    first, last = period.first, period.last
    end = date(last.year - years + last.month // 12, last.month % 12 + 1, 1)
    return Period(
        first=date(first.year - years, first.month, 1), last=date.fromordinal(end.toordinal() - 1)
    )


def shown_share(count: Number, denominator: Number, decimals: int) -> Decimal | Hidden:
    """Return the share that may be shown beside these numbers: one made of what is shown."""
    if isinstance(count, Hidden) or isinstance(denominator, Hidden):
        return HIDDEN
    return share_or_zero(count, denominator, decimals)


def share_or_zero(count: int, denominator: int, decimals: int) -> Decimal:
    """Return a printed share; of nothing it is 0,0, as the publications print an empty table."""
    made = share(count, denominator, decimals)
    return rounded(Fraction(0), decimals) if made is None else made
