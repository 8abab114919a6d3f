"""The way back from a report's JSON document: what was published is printed again from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from projections.statistics import Period
from projections.statistics.figure import month
from query.report.cells import month_cell
from query.report.content import (
    HIDDEN,
    Bucket,
    Count,
    Disclosure,
    Hidden,
    Number,
    Report,
    ReportQuestion,
    Row,
    Rule,
    Share,
    Stock,
    Table,
    Term,
)

Document = Mapping[str, Any]


def report_of(document: Document) -> Report:
    """Return the report that `report_document` made this document of; nothing is counted anew.

    Raises KeyError, TypeError or ValueError for what is no report of format 1.
    """
    if document["format"] != 1:
        raise ValueError("a report of another format")
    period = _period(document)
    disclosure = document["disclosure"]
    return Report(
        question=ReportQuestion(
            region=document["region"],
            first=period.first,
            last=period.last,
            known_on=date.fromisoformat(document["known_on"]),
            municipality=document["municipality"],
        ),
        region_name=document["region_name"],
        parked=document["parked"],
        tables=[_table(table) for table in document["tables"]],
        months=_months(document),
        terms=[_term(term, document["hidden"]) for term in document["terms"]],
        stocks=[_stock(stock) for stock in document["work_stock"]],
        counts=[_count(count) for count in document["counts"]],
        shares=[_share(share) for share in document["shares"]],
        disclosure=Disclosure(rule=Rule(disclosure["rule"]), below=disclosure["below"]),
    )


def _period(document: Document) -> Period:
    first, last = (
        month(int(text[:4]), int(text[5:])) for text in (document["from"], document["to"])
    )
    return Period(first=first.first, last=last.last)


def _number(value: int | None) -> Number:
    return HIDDEN if value is None else value


def _percent(value: float | None, decimals: int) -> Decimal | Hidden:
    # By its text: the float of 63.8 is not 63.8.
    return HIDDEN if value is None else Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals))


def _table(table: Document) -> Table:
    return Table(
        id=table["id"],
        statistic=table["statistic"],
        title=table["title"],
        decimals=table["decimals"],
        denominator=_number(table["denominator"]),
        not_registered=_number(table["not_registered"]),
        rows=[
            Row(
                code=row["code"],
                label=row["label"],
                count=_number(row["count"]),
                share=_percent(row["share"], table["decimals"]),
            )
            for row in table["rows"]
        ],
    )


def _months(document: Document) -> Mapping[str, Mapping[int, Sequence[Number | None]]]:
    hidden = set(document["hidden"])
    return {
        series: {
            int(year): [
                HIDDEN if month_cell(series, int(year), place) in hidden else count
                for place, count in enumerate(counts, start=1)
            ]
            for year, counts in by_year.items()
        }
        for series, by_year in document["months"].items()
    }


def _term(term: Document, hidden: Sequence[str]) -> Term:
    mean = term["mean_days_last"]
    is_hidden = f"{term['service']}.mean_days_last" in hidden
    return Term(
        service=term["service"],
        statistic=term["statistic"],
        title=term["title"],
        decimals=term["decimals"],
        total=_number(term["total"]),
        buckets=[_bucket(bucket, term["decimals"]) for bucket in term["buckets"]],
        by_law=[_bucket(bucket, term["decimals"]) for bucket in term["by_law"]],
        mean_days_last=_percent(mean, 1) if is_hidden or mean is not None else None,
    )


def _bucket(bucket: Document, decimals: int) -> Bucket:
    return Bucket(
        label=bucket["label"],
        count=_number(bucket["count"]),
        share=_percent(bucket["share"], decimals),
    )


def _stock(stock: Document) -> Stock:
    return Stock(
        service=stock["service"],
        statistic=stock["statistic"],
        title=stock["title"],
        days=[date.fromisoformat(day) for day in stock["days"]],
        counts={
            code: [_number(count) for count in counts] for code, counts in stock["counts"].items()
        },
    )


def _count(count: Document) -> Count:
    return Count(
        id=count["id"],
        statistic=count["statistic"],
        title=count["title"],
        period=_period(count),
        count=_number(count["count"]),
        code=count.get("code"),
    )


def _share(share: Document) -> Share:
    return Share(
        id=share["id"],
        statistic=share["statistic"],
        title=share["title"],
        period=_period(share),
        count=_number(share["count"]),
        denominator=_number(share["denominator"]),
        base=share["base"],
        decimals=share["decimals"],
    )
