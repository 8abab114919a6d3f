"""S32: the radar's own figures: findings raised, what became of them, and who waits.

A finding is known when the row that raised it is, so a period here is one of knowledge, and a
figure asked as of a later day changes only by what the finding log says later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from projections.copying import Connection
from projections.named_sql import query
from projections.statistics.figure import SQL_PACKAGE, Period, Question, Statistic, cutoff
from streams.household.rules import RULES

_FILE = "s32_findings.sql"
S32 = Statistic(
    id="S32",
    title="Radarsignalen",
    file=_FILE,
    section="findings_raised",
    codes=tuple(rule.rule_id for rule in RULES),
)
S32_ENDED = Statistic(
    id="S32-ended",
    title="Radarsignalen gezien, afgewezen, verlopen of ingetrokken",
    file=_FILE,
    section="findings_ended",
    codes=("ACKNOWLEDGED", "DISMISSED", "EXPIRED", "WITHDRAWN"),
)
S32_OPEN = Statistic(
    id="S32-open",
    title="Huishoudens met een open radarsignaal, hoog of kritiek",
    file=_FILE,
    section="households_open",
    codes=("HIGH", "CRITICAL"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """How many findings people looked at for the first time, and after how many days at the median.

    `median_days` is in calendar days, whole or a half; None when nobody looked.
    """

    count: int
    median_days: Fraction | None


def reviewed(connection: Connection, question: Question, period: Period) -> Reviewed:
    """Return how soon findings were first acknowledged or dismissed, for those of the period."""
    row = connection.execute(
        query(_FILE, "review_days", SQL_PACKAGE),
        {
            "region": question.region,
            "municipality": question.municipality,
            "cutoff": cutoff(question.known_on),
            "first": period.first,
            "last": period.last,
        },
    ).fetchone()
    count, doubled = row or (0, None)
    return Reviewed(count=count, median_days=None if doubled is None else Fraction(doubled, 2))


def weeks(first: date, last: date) -> list[Period]:
    """Return the weeks, Monday to Sunday, that lie wholly within two days."""
    monday = first + timedelta(days=-first.weekday() % 7)
    count = max(0, (last - monday).days + 1) // 7
    mondays = [monday + timedelta(weeks=number) for number in range(count)]
    return [Period(first=day, last=day + timedelta(days=6)) for day in mondays]
