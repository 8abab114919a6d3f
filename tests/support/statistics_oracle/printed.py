"""The report as it is printed, number by number, beside the oracle's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from projections.statistics import Period
from query.regions import Region
from query.report.asking import collect
from query.report.content import ReportQuestion
from query.report.document import report_document
from streams.engine.database import Connection
from tests.support.statistics_oracle.oracle import Answer, Asked, StatisticsOracle, half_up

DECIMALS_OF = {"S09": 0, "S15": 0, "S18": 0, "S21": 0}
"""All others print one (definitions.md, Rounding)."""
BUCKETS = {
    "S15": ("WITHIN_LAW", "WITHIN_15_DAYS", "LATER"),
    "S18": ("WITHIN_75_DAYS", "WITHIN_105_DAYS", "LATER"),
    "S21": ("WITHIN_75_DAYS", "WITHIN_105_DAYS", "LATER"),
}
SERIES = {"report": "S08", "advice": "S01", "investigation_started": "S20"} | {
    "conditions_started": "S17"
}
Said = tuple[str, Any, Any]
"""What a number is, as printed, and as it should be."""


def printed_differences(
    connection: Connection,
    oracle: StatisticsOracle,
    *,
    region: str,
    period: Period,
    known_on: date,
    municipality: str | None,
) -> list[str]:
    """Return the numbers of the report that are not what the definitions say."""
    asked = ReportQuestion(
        region=region,
        first=period.first,
        last=period.last,
        known_on=known_on,
        municipality=municipality,
    )
    document = report_document(collect(connection, _region(region, known_on), asked))
    years = [period.first.year - back for back in (2, 1, 0)]
    months = [_month(year, number) for year in years for number in range(1, 13)]
    questions = [*(_years_before(period, back) for back in (0, 1, 2)), *months]
    found = oracle.answers(
        known_on,
        [Asked(first=first, last=last, municipality=municipality) for first, last in questions],
    )

    def of(statistic: str, n: int, code: str = "") -> Answer:
        return found.get((statistic, n, code), Answer())

    def compared() -> Iterator[Said]:
        for table in document["tables"]:
            yield from _table(table, found)
        for term in document["terms"]:
            yield from _term(term, found)
        for place, count in enumerate(document["counts"]):
            number = of(count["statistic"], place % 3).count
            yield f"{count['id']} count", count["count"], number
        for place, share in enumerate(document["shares"]):
            answer = of(share["statistic"], place % 3)
            right = _share(share["statistic"], answer.count, answer.denominator or 0)
            yield f"{share['id']} count", share["count"], answer.count
            yield f"{share['id']} share", share["share"], right
        for series, by_year in document["months"].items():
            for year, counts in by_year.items():
                for number, count in enumerate(counts):
                    n = 3 + 12 * years.index(int(year)) + number
                    is_over = questions[n][1] <= known_on
                    whole_month = of(SERIES[series], n).count if is_over else None
                    yield f"{series} {year}-{number + 1}", count, whole_month

    return [f"{what}: {ours}, not {right}" for what, ours, right in compared() if ours != right]


def _table(
    table: Mapping[str, Any], found: Mapping[tuple[str, int, str], Answer]
) -> Iterator[Said]:
    statistic = table["statistic"]
    whole = found.get((statistic, 0, ""), Answer(denominator=0, not_registered=0))
    yield f"{table['id']} denominator", table["denominator"], whole.denominator
    yield f"{table['id']} not registered", table["not_registered"], whole.not_registered
    for row in table["rows"]:
        count = found.get((statistic, 0, row["code"]), Answer()).count
        share = _share(statistic, count, whole.denominator or 0)
        yield f"{table['id']} {row['code']} count", row["count"], count
        yield f"{table['id']} {row['code']} share", row["share"], share


def _term(term: Mapping[str, Any], found: Mapping[tuple[str, int, str], Answer]) -> Iterator[Said]:
    statistic = term["statistic"]
    total = found.get((statistic, 0, ""), Answer()).count
    for code, bucket in zip(BUCKETS[statistic], term["buckets"], strict=True):
        count = found.get((statistic, 0, code), Answer()).count
        yield f"{statistic} {code} count", bucket["count"], count
        yield f"{statistic} {code} share", bucket["share"], _share(statistic, count, total)
    last = found.get((statistic, 0, "LATER"), Answer())
    mean = (20 * (last.days or 0) + last.count) // (2 * last.count) / 10 if last.count else None
    yield f"{statistic} mean", term["mean_days_last"], mean


def _share(statistic: str, count: int, denominator: int) -> float:
    return half_up(count, denominator, DECIMALS_OF.get(statistic, 1))


def _region(code: str, day: date) -> Region:
    return Region(
        code=code,
        name=code,
        clock_mode="REPLAY",
        now=datetime(day.year, day.month, day.day, tzinfo=UTC),
        day=day,
        journal_position=1,
        projected_position=1,
        projected_at=None,
        parked=0,
    )


def _years_before(period: Period, years: int) -> tuple[date, date]:
    following = period.last + timedelta(days=1)
    return (
        period.first.replace(year=period.first.year - years),
        following.replace(year=following.year - years) - timedelta(days=1),
    )


def _month(year: int, number: int) -> tuple[date, date]:
    following = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), following - timedelta(days=1)
