"""A whole report of invented numbers that add up as a real one's do; no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from projections.statistics import Period, statistic_of
from projections.statistics.s16_work_stock import first_days
from projections.statistics.s25_month_matrix import SERIES
from query.report.asking import COUNTS, SHARES, STOCKS, TABLES, TERMS
from query.report.content import (
    Bucket,
    Count,
    Report,
    ReportQuestion,
    Row,
    Share,
    Stock,
    Table,
    Term,
    share_or_zero,
)
from schemas.code_lists import label

SINGLE = ("S05", "S10", "S29")
PER_MONTH = {"S08": "report", "S01": "advice", "S20": "investigation_started"} | {
    "S17": "conditions_started"
}


def invented_report(seed: int, most: int, months: int = 3) -> Report:
    """Return the report of the first months of 2025 in which a month counts at most `most`."""
    return _Inventor(seed, most, months).report()


class _Inventor:
    def __init__(self, seed: int, most: int, months: int) -> None:
        self._random = Random(seed)
        self._most = most
        last = date(2025 + months // 12, months % 12 + 1, 1).toordinal() - 1
        self._asked = ReportQuestion(
            region="drenthe",
            first=date(2025, 1, 1),
            last=date.fromordinal(last),
            known_on=date.fromordinal(last),
        )
        self._months = {
            series: {
                year: [self._month(year, month, months) for month in range(1, 13)]
                for year in (2023, 2024, 2025)
            }
            for series, _ in SERIES
        }
        self._made: dict[tuple[str, Period], int] = {}

    def report(self) -> Report:
        return Report(
            question=self._asked,
            region_name="Drenthe",
            parked=0,
            tables=[self._table(*one) for one in TABLES],
            months=self._months,
            terms=[self._term(*one) for one in TERMS],
            stocks=[self._stock(*one) for one in STOCKS],
            counts=[
                self._count_of(name, statistic, period)
                for name, statistic in COUNTS
                for period in self._asked.periods
            ],
            shares=[
                self._share(name, statistic, period)
                for name, statistic in SHARES
                for period in self._asked.periods
            ],
        )

    def _month(self, year: int, month: int, months: int) -> int | None:
        is_over = year < 2025 or month <= months
        return self._up_to(self._most) if is_over else None

    def _up_to(self, most: int) -> int:
        # Many zeros and small numbers: those are what has to be protected.
        return self._random.choice((0, min(1, most), self._random.randint(0, most)))

    def _number(self, statistic: str, period: Period) -> int:
        """Return the count of a statistic, the same each time; a part is at most its whole."""
        if (statistic, period) not in self._made:
            self._made[statistic, period] = self._invented(statistic, period)
        return self._made[statistic, period]

    def _invented(self, statistic: str, period: Period) -> int:
        if statistic in PER_MONTH:
            counts = self._months[PER_MONTH[statistic]][period.first.year]
            return sum(count or 0 for count in counts[period.first.month - 1 : period.last.month])
        wholes = {"S02": "S01", "S06": "S01", "S09": "S08", "S30": "S08", "S23": "S23-assessed"}
        if statistic in wholes:
            return self._up_to(self._number(wholes[statistic], period))
        return self._up_to(self._most)

    def _count_of(self, name: str, statistic: str, period: Period) -> Count:
        return Count(
            id=self._named(name, period),
            statistic=statistic,
            title=statistic_of(statistic).title,
            period=period,
            count=self._number(statistic, period),
        )

    def _named(self, name: str, period: Period) -> str:
        return name if period.first == self._asked.first else f"{name}_{period.first.year}"

    def _share(self, name: str, statistic: str, period: Period) -> Share:
        if statistic == "S33-subjects":
            of = self._up_to(self._most)
        elif statistic == "S33-reporters":
            of = self._up_to(self._number("S08", period))
        else:
            of = self._number("S08" if statistic == "S09" else "S01", period)
        count = self._up_to(of) if statistic.startswith("S33") else self._number(statistic, period)
        return Share(
            id=self._named(name, period),
            statistic=statistic,
            title=statistic_of(statistic).title,
            period=period,
            count=count,
            denominator=of,
            base="all",
            decimals=statistic_of(statistic).decimals,
        )

    def _table(self, name: str, statistic: str, code_list: str) -> Table:
        population = self._number(
            "S01" if statistic in ("S05", "S07") else "S08", self._asked.periods[0]
        )
        denominator = population - min(population, self._up_to(3))
        codes = statistic_of(statistic).codes
        counts = self._rows(denominator, len(codes), is_single=statistic in SINGLE)
        return Table(
            id=name,
            statistic=statistic,
            title=statistic_of(statistic).title,
            denominator=denominator,
            not_registered=population - denominator,
            decimals=1,
            rows=[
                Row(
                    code=code,
                    label=label(code_list, code),
                    count=count,
                    share=share_or_zero(count, denominator, 1),
                )
                for count, code in sorted(zip(counts, codes, strict=True), reverse=True)
            ],
        )

    def _rows(self, denominator: int, number: int, *, is_single: bool) -> list[int]:
        counts = [0] * number
        for _ in range(denominator):
            # Few codes are frequent, as in the published tables.
            codes = {min(self._random.randrange(number), self._random.randrange(number))}
            if not is_single and self._random.random() < 0.3:
                codes.add(self._random.randrange(number))
            for code in codes:
                counts[code] += 1
        return counts

    def _term(self, service: str, statistic: str) -> Term:
        counts = [self._up_to(self._most) for _ in range(3)]
        total = sum(counts)
        codes = statistic_of(statistic).codes
        # By law is never shorter than 75 days, so what is within 75 is within the law.
        laws = [counts[0] + self._up_to(total - counts[0]), self._up_to(total)][: len(codes) - 3]
        buckets = self._buckets([*counts, *laws], codes, total)
        return Term(
            service=service,
            statistic=statistic,
            title=statistic_of(statistic).title,
            decimals=0,
            total=total,
            buckets=buckets[:3],
            mean_days_last=None,
            by_law=buckets[3:],
        )

    def _buckets(self, counts: Sequence[int], codes: Sequence[str], total: int) -> list[Bucket]:
        return [
            Bucket(label=code, count=count, share=share_or_zero(count, total, 0))
            for count, code in zip(counts, codes, strict=True)
        ]

    def _stock(self, service: str, statistic: str) -> Stock:
        days = [period.first for period in first_days(date(2025, 1, 1), self._asked.last)]
        codes = statistic_of(statistic).codes
        counts: dict[str, list[int]] = {
            code: [self._up_to(self._most) for _ in days] for code in codes if code != "OVERDUE"
        }
        wholes = [sum(column) for column in zip(*counts.values(), strict=True)]
        counts["OVERDUE"] = [self._up_to(whole) for whole in wholes]
        return Stock(
            service=service,
            statistic=statistic,
            title=statistic_of(statistic).title,
            days=days,
            counts=counts,
        )
