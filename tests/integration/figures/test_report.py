"""The report over the simulated region: what it says, and in which forms."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from query.regions import Region
from query.report.asking import collect
from query.report.budget import parse_budget, with_budget
from query.report.chapters import publication
from query.report.content import Report, ReportQuestion
from query.report.csv_file import report_csv
from query.report.document import report_document
from query.report.factsheet import factsheet
from query.report.html_file import publication_html
from query.report.pdf_file import publication_pdf
from streams.engine.database import Connection

REGION = Region(
    code="drenthe",
    name="Drenthe",
    clock_mode="REPLAY",
    now=datetime(2025, 9, 15, tzinfo=UTC),
    day=date(2025, 9, 15),
    journal_position=1,
    projected_position=1,
    projected_at=None,
    parked=3,
)


@pytest.fixture(scope="module")
def report(filled: Connection) -> Report:
    asked = ReportQuestion(
        region="drenthe",
        first=date(2025, 1, 1),
        last=date(2025, 8, 31),
        known_on=date(2025, 9, 15),
    )
    return collect(filled, REGION, asked)


def test_the_tables_are_the_published_ones(report: Report) -> None:
    tables = {table["id"]: table for table in report_document(report)["tables"]}
    rows = {row["code"]: row for row in tables["table3"]["rows"]}
    assert (rows["CHILD_ABUSE"]["count"], rows["CHILD_ABUSE"]["share"]) == (967, 63.8)
    assert (tables["table3"]["denominator"], tables["table3"]["not_registered"]) == (1516, 105)
    assert tables["table2"]["denominator"] == 1606
    assert 2428 <= tables["table1"]["denominator"] <= 2431
    # What nobody registered still has its row, with a share of nothing.
    assert all(row["share"] >= 0 for table in tables.values() for row in table["rows"])


def test_terms_and_counts_are_the_published_ones(report: Report) -> None:
    document = report_document(report)
    terms = {term["service"]: term for term in document["terms"]}
    assert [bucket["share"] for bucket in terms["safety_assessment"]["buckets"]][:2] == [26, 25]
    assert terms["safety_assessment"]["mean_days_last"] == 49.9
    assert [bucket["share"] for bucket in terms["investigation"]["buckets"]][:2] == [6, 9]
    for term in terms.values():
        assert sum(bucket["count"] for bucket in term["buckets"]) == term["total"]
    counts = {count["id"]: count["count"] for count in document["counts"]}
    assert (counts["advices"], counts["reports"], counts["chats"]) == (2458, 1621, 236)
    assert counts["restraining_orders"] == 32


def test_the_chapters_say_what_the_published_report_says(report: Report) -> None:
    told = publication(report)
    assert [chapter.number for chapter in told.chapters][:5] == ["2.1", "2.2", "2.3", "2.4", "2.5"]
    text = publication_html(told)
    assert "2.458 adviezen" in text
    assert "236 chats (9,6% van alle adviezen)" in text
    assert "Gemiddeld zijn dat 307 adviezen per maand" in text
    assert "hoger dan in dezelfde maanden van 2024 (2.192) en 2023 (1.954)" in text
    assert "63,8%" in text
    # 94 after 93 in 2024 and 81 in 2023: as the published report words it.
    assert re.search(r"Dit aantal is vergelijkbaar met dezelfde maanden van 2024 \(93\)", text)
    # Figures 2 and 4 to 9: the simulated region registers no role of who asks for advice.
    assert text.count("<svg") == 7
    assert "Figuur 3 ontbreekt" in text
    assert "3 huishoudens wachten op herstel" in text
    assert report_document(report)["parked"] == 3


def test_every_chart_has_a_name_a_description_and_its_numbers(report: Report) -> None:
    text = publication_html(publication(report))
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawings) == 7
    for drawing in drawings:
        root = ET.fromstring(drawing)
        assert root.get("role") == "img"
        assert root[0].tag.endswith("title")
        assert root[0].text
        assert root[1].tag.endswith("desc")
    assert text.count("De cijfers bij figuur") == 7


def test_a_printed_total_is_the_sum_of_its_months(report: Report) -> None:
    appendix = publication(report).chapters[5]
    assert len(appendix.blocks) == 4
    for block in appendix.blocks:
        *months, totals = block.rows  # type: ignore[union-attr]
        for column in range(1, len(totals)):
            counts = [row[column] for row in months if row[column] is not None]
            assert totals[column] == sum(counts)  # type: ignore[arg-type]


def test_the_csv_opens_in_dutch_excel_and_carries_every_row(report: Report) -> None:
    text = report_csv(report)
    assert text.startswith("\ufeffsoort;id;")
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    (child_abuse,) = [
        line for line in lines if (line["id"], line["code"]) == ("table3", "CHILD_ABUSE")
    ]
    assert (child_abuse["aantal"], child_abuse["percentage"]) == ("967", "63,8")
    starts = {value[0] for line in lines for value in line.values() if value}
    assert starts.isdisjoint("=+-@\t\r")


def test_the_pdf_is_tagged_and_names_its_standard(report: Report) -> None:
    pdf = publication_pdf(publication(report))
    import os
    import pathlib

    if os.environ.get("PDF_OUT"):
        pathlib.Path(os.environ["PDF_OUT"]).write_bytes(pdf)
        pathlib.Path(os.environ["PDF_OUT"] + ".html").write_text(
            publication_html(publication(report))
        )
    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf or b"/StructTreeRoot" in pdf
    assert b"/Lang" in pdf


def test_the_factsheet_is_the_published_one(filled: Connection) -> None:
    asked = ReportQuestion(
        region="drenthe",
        first=date(2023, 1, 1),
        last=date(2023, 12, 31),
        known_on=date(2024, 3, 1),
    )
    told = factsheet(collect(filled, REGION, asked))
    table = told.chapters[0].blocks[0]
    numbers = [tuple(row[1:3]) for row in table.rows]  # type: ignore[union-attr]
    assert numbers == [
        (2843, 2950),
        (1869, 1750),
        (748, 751),
        (373, 303),
        (104, 149),
        (111, 110),
        (52, 41),
        (9, 12),
    ]


def test_a_budget_is_laid_beside_the_counts_and_changes_none(report: Report) -> None:
    budget = parse_budget("[2025]\nadvices = 3600\nreports = 2000\nrestraining_orders = 0\n")
    laid = with_budget(report, budget)
    document = report_document(laid)
    assert document["budget"] == [
        {"id": "advices", "statistic": "S01", "budgeted": 2400.0, "count": 2458, "share": 102.0},
        {"id": "reports", "statistic": "S08", "budgeted": 1333.3, "count": 1621, "share": 122.0},
        {
            "id": "restraining_orders",
            "statistic": "S23",
            "budgeted": 0.0,
            "count": 32,
            "share": None,
        },
    ]
    assert {k: v for k, v in document.items() if k != "budget"} == report_document(report)
    told = publication(laid)
    assert told.chapters[0].title == "Productie"
    text = publication_html(told)
    assert "Figuur 1: productie en begroting, januari t/m augustus 2025" in text
    assert "1.333" in text
    assert "begroting;reports;S08;Meldingen" in report_csv(laid)
    assert publication_pdf(told).startswith(b"%PDF")
    assert publication(report).chapters[0].number == "2.1"
