"""The report as JSON, format 1: machines may rely on every name here."""

from __future__ import annotations

from typing import Any

from projections.statistics import Period, rounded
from query.report.content import Bucket, BudgetLine, Count, Report, Share, Table, Term

FORMAT = 1


def report_document(report: Report) -> dict[str, Any]:
    """Return the report; months are `YYYY-MM`, shares numbers with the decimals they print."""
    asked = report.question
    return {
        "format": FORMAT,
        "region": asked.region,
        "municipality": asked.municipality,
        **_months_of(Period(first=asked.first, last=asked.last)),
        "known_on": asked.known_on.isoformat(),
        "parked": report.parked,
        "tables": [_table(table) for table in report.tables],
        "months": {
            series: {str(year): list(counts) for year, counts in by_year.items()}
            for series, by_year in report.months.items()
        },
        "terms": [_term(term) for term in report.terms],
        "work_stock": [
            {
                "service": stock.service,
                "statistic": stock.statistic,
                "days": [day.isoformat() for day in stock.days],
                "counts": {code: list(counts) for code, counts in stock.counts.items()},
            }
            for stock in report.stocks
        ],
        "counts": [_count(count) for count in report.counts],
        "shares": [_share(share) for share in report.shares],
        "budget": [_budget_line(line) for line in report.budget],
    }


def _months_of(period: Period) -> dict[str, str]:
    return {"from": f"{period.first:%Y-%m}", "to": f"{period.last:%Y-%m}"}


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "statistic": table.statistic,
        "title": table.title,
        "denominator": table.denominator,
        "not_registered": table.not_registered,
        "rows": [
            {"code": r.code, "label": r.label, "count": r.count, "share": float(r.share)}
            for r in table.rows
        ],
    }


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {"label": bucket.label, "count": bucket.count, "share": float(bucket.share)}


def _term(term: Term) -> dict[str, Any]:
    mean = term.mean_days_last
    return {
        "service": term.service,
        "statistic": term.statistic,
        "total": term.total,
        "buckets": [_bucket(bucket) for bucket in term.buckets],
        "by_law": [_bucket(bucket) for bucket in term.by_law],
        "mean_days_last": None if mean is None else float(mean),
    }


def _count(count: Count) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": count.id,
        "statistic": count.statistic,
        **_months_of(count.period),
        "count": count.count,
    }
    return told if count.code is None else told | {"code": count.code}


def _budget_line(line: BudgetLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "statistic": line.statistic,
        "budgeted": float(rounded(line.budgeted, 1)),
        "count": line.count,
        "share": None if line.share is None else float(line.share),
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "id": share.id,
        "statistic": share.statistic,
        **_months_of(share.period),
        "count": share.count,
        "denominator": share.denominator,
        "base": share.base,
        "share": float(share.share),
    }
