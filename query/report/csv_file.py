"""The report as CSV that opens rightly in Dutch Excel: `;`, decimal comma, UTF-8 with BOM.

One long table, so that a machine or a pivot table can read it too.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from query.report.content import Hidden, Report

COLUMNS = (
    "soort",
    "id",
    "statistiek",
    "omschrijving",
    "van",
    "tot en met",
    "peildatum",
    "code",
    "label",
    "aantal",
    "noemer",
    "niet geregistreerd",
    "percentage",
)
BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Value = str | int | Decimal | Hidden | None


def report_csv(report: Report) -> str:
    """Return all figures of a report, a line each."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    for line in _lines(report):
        writer.writerow([cell(line.get(name)) for name in COLUMNS])
    return BOM + written.getvalue()


def cell(value: Value) -> str:
    """Return a cell as Dutch Excel reads it; text can never be taken for a formula.

    A spreadsheet runs what starts with =, +, - or @ (OWASP, CSV injection): an apostrophe before
    it makes it text.
    """
    if value is None:
        return ""
    if isinstance(value, Hidden):
        return str(value.value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return str(value).replace(".", ",")


def _lines(report: Report) -> list[dict[str, Value]]:
    asked = report.question
    whole = {
        "van": asked.first.isoformat(),
        "tot en met": asked.last.isoformat(),
        "peildatum": asked.known_on.isoformat(),
    }
    return [
        {**whole, **line}
        for part in (_tables, _terms, _counts, _shares, _months, _stocks)
        for line in part(report)
    ]


def _tables(report: Report) -> list[dict[str, Value]]:
    return [
        {
            "soort": "tabel",
            "id": table.id,
            "statistiek": table.statistic,
            "omschrijving": table.title,
            "code": row.code,
            "label": row.label,
            "aantal": row.count,
            "noemer": table.denominator,
            "niet geregistreerd": table.not_registered,
            "percentage": row.share,
        }
        for table in report.tables
        for row in table.rows
    ]


def _terms(report: Report) -> list[dict[str, Value]]:
    return [
        {
            "soort": "doorlooptijd",
            "id": term.service,
            "statistiek": term.statistic,
            "omschrijving": term.title,
            "label": bucket.label,
            "aantal": bucket.count,
            "noemer": term.total,
            "percentage": bucket.share,
        }
        for term in report.terms
        for bucket in (*term.buckets, *term.by_law)
    ]


def _counts(report: Report) -> list[dict[str, Value]]:
    return [
        {
            "soort": "aantal",
            "id": count.id,
            "statistiek": count.statistic,
            "omschrijving": count.title,
            "van": count.period.first.isoformat(),
            "tot en met": count.period.last.isoformat(),
            "code": count.code,
            "aantal": count.count,
        }
        for count in report.counts
    ]


def _shares(report: Report) -> list[dict[str, Value]]:
    return [
        {
            "soort": "percentage",
            "id": share.id,
            "statistiek": share.statistic,
            "omschrijving": share.title,
            "van": share.period.first.isoformat(),
            "tot en met": share.period.last.isoformat(),
            "aantal": share.count,
            "noemer": share.denominator,
            "percentage": share.share,
        }
        for share in report.shares
    ]


def _stocks(report: Report) -> list[dict[str, Value]]:
    return [
        {
            "soort": "werkvoorraad",
            "id": stock.service,
            "statistiek": stock.statistic,
            "omschrijving": stock.title,
            "van": day.isoformat(),
            "tot en met": day.isoformat(),
            "code": code,
            "aantal": count,
        }
        for stock in report.stocks
        for code, counts in stock.counts.items()
        for day, count in zip(stock.days, counts, strict=True)
    ]


def _months(report: Report) -> list[dict[str, Value]]:
    return [
        {
            "soort": "maand",
            "id": f"{series}.{year}-{number:02d}",
            "omschrijving": series,
            "code": f"{year}-{number:02d}",
            "aantal": count,
        }
        for series, by_year in report.months.items()
        for year, counts in by_year.items()
        for number, count in enumerate(counts, start=1)
        if count is not None
    ]
