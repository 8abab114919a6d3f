"""The report as JSON, format 1: machines may rely on every name here (docs/report.schema.json).

The document holds everything that a report prints, so that a published one can be printed again
from it: `document_reading.py` is the way back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from projections.statistics import Period
from query.report.cells import cells
from query.report.content import (
    Bucket,
    Count,
    Hidden,
    Number,
    Report,
    Share,
    Table,
    Term,
)

FORMAT = 1


def report_document(report: Report) -> dict[str, Any]:
    """Return the report; months are `YYYY-MM`, shares numbers with the decimals they print.

    A number that is not shown is null, and `hidden` names it; a month that was not over is null
    too.
    """
    asked = report.question
    return {
        "format": FORMAT,
        "region": asked.region,
        "region_name": report.region_name,
        "municipality": asked.municipality,
        **_months_of(Period(first=asked.first, last=asked.last)),
        "known_on": asked.known_on.isoformat(),
        "parked": report.parked,
        "disclosure": {"rule": report.disclosure.rule.value, "below": report.disclosure.below},
        "hidden": list(_hidden(report)),
        "tables": [_table(table) for table in report.tables],
        "months": {
            series: {str(year): [_shown(n) for n in counts] for year, counts in by_year.items()}
            for series, by_year in report.months.items()
        },
        "terms": [_term(term) for term in report.terms],
        "work_stock": [
            {
                "service": stock.service,
                "statistic": stock.statistic,
                "title": stock.title,
                "days": [day.isoformat() for day in stock.days],
                "counts": {
                    code: [_shown(number) for number in counts]
                    for code, counts in stock.counts.items()
                },
            }
            for stock in report.stocks
        ],
        "counts": [_count(count) for count in report.counts],
        "shares": [_share(share) for share in report.shares],
    }


def document_text(document: dict[str, Any]) -> str:
    """Return a document's one text: the same content is always the same bytes."""
    return json.dumps(document, ensure_ascii=False)


def _hidden(report: Report) -> Iterator[str]:
    for cell in cells(report):
        if isinstance(cell.number, Hidden):
            yield cell.id
    for term in report.terms:
        if isinstance(term.mean_days_last, Hidden):
            yield f"{term.service}.mean_days_last"


def _months_of(period: Period) -> dict[str, str]:
    return {"from": f"{period.first:%Y-%m}", "to": f"{period.last:%Y-%m}"}


def _shown(number: Number | None) -> int | None:
    return None if isinstance(number, Hidden) else number


def _decimal(share: Decimal | Hidden | None) -> float | None:
    return float(share) if isinstance(share, Decimal) else None


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "statistic": table.statistic,
        "title": table.title,
        "decimals": table.decimals,
        "denominator": _shown(table.denominator),
        "not_registered": _shown(table.not_registered),
        "rows": [
            {
                "code": row.code,
                "label": row.label,
                "count": _shown(row.count),
                "share": _decimal(row.share),
            }
            for row in table.rows
        ],
    }


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {"label": bucket.label, "count": _shown(bucket.count), "share": _decimal(bucket.share)}


def _term(term: Term) -> dict[str, Any]:
    return {
        "service": term.service,
        "statistic": term.statistic,
        "title": term.title,
        "decimals": term.decimals,
        "total": _shown(term.total),
        "buckets": [_bucket(bucket) for bucket in term.buckets],
        "by_law": [_bucket(bucket) for bucket in term.by_law],
        "mean_days_last": _decimal(term.mean_days_last),
    }


def _count(count: Count) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": count.id,
        "statistic": count.statistic,
        "title": count.title,
        **_months_of(count.period),
        "count": _shown(count.count),
    }
    return told if count.code is None else told | {"code": count.code}


def _share(share: Share) -> dict[str, Any]:
    return {
        "id": share.id,
        "statistic": share.statistic,
        "title": share.title,
        **_months_of(share.period),
        "count": _shown(share.count),
        "denominator": _shown(share.denominator),
        "base": share.base,
        "decimals": share.decimals,
        "share": _decimal(share.share),
    }
