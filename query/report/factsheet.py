"""The factsheet of one year: eight numbers beside those of the year before. Pure."""

from __future__ import annotations

from query.report.blocks import Chapter, Paragraph, Publication, TableBlock
from query.report.chapters import place_words
from query.report.content import Report
from query.report.directions import NOTHING, THRESHOLDS, count_direction
from query.report.disclosure_words import disclosure_words
from query.wording import DASH

LINES = (
    ("S01", "Adviezen"),
    ("S08", "Meldingen"),
    ("S26a", "Overdracht naar hulpverlening"),
    ("S26b", "Overdracht naar cliënt/netwerk"),
    ("S17", "Voorwaarden & Vervolg"),
    ("S20", "Onderzoek"),
    ("S23", "Huisverboden"),
    ("S27", "MDA++"),
)


def factsheet(report: Report) -> Publication:
    """Return the factsheet over the report's period, a calendar year."""
    rows = []
    for statistic, title in LINES:
        now, before, _ = [count for count in report.counts if count.statistic == statistic]
        rows.append((title, now.count, before.count, count_direction(now.count, before.count)))
    year = report.question.first.year
    table = TableBlock(
        title=f"{place_words(report)} in {year}",
        header=("", str(year), str(year - 1), f"ten opzichte van {year - 1}"),
        rows=[(title, now, before, _short(word)) for title, now, before, word in rows],
    )
    notes = [Paragraph(text=text) for text in disclosure_words(report.disclosure)]
    account = Paragraph(text=THRESHOLDS)
    return Publication(
        title=f"Factsheet {year}",
        subtitle=place_words(report),
        region=report.question.region,
        known_on=report.question.known_on,
        chapters=(Chapter(number="", title="Cijfers", blocks=(table, *notes, account)),),
    )


def _short(direction: str) -> str:
    return DASH if direction == NOTHING else direction.split(maxsplit=1)[0]
