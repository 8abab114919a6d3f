"""`radar report`: asks one region's report in one snapshot, and writes it in the form asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from connectors.simulation.figures import Figures
from hub.published import Compared, compare
from query.regions import Region, read_region
from query.report.asking import collect
from query.report.chapters import publication
from query.report.content import Report, Rule
from query.report.csv_file import report_csv
from query.report.disclosure import disclosed, parse_disclosure
from query.report.document import document_text, report_document
from query.report.factsheet import factsheet
from query.report.html_file import publication_html
from query.report.pdf_file import publication_pdf
from query.report.question import report_question
from streams.engine.errors import StopError
from streams.engine.named_queries import load_queries
from streams.household.terms import amsterdam_day

QUERIES = load_queries("hub", "report.sql")
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asked for, as typed; `is_factsheet` when a whole year was named."""

    region: str
    first: str
    last: str
    known_on: str | None
    municipality: str | None
    is_factsheet: bool
    disclosure: str = Rule.NONE.value


def make_report(database_url: str, wanted: Wanted) -> Report:
    """Return the report, protected as wanted; raises PageProblem, in Dutch, when it cannot be."""
    disclosure = parse_disclosure(wanted.disclosure)
    with _snapshot(database_url) as connection:
        _, report = count_report(connection, wanted)
    return disclosed(report, disclosure)


def count_report(connection: Connection, wanted: Wanted) -> tuple[Region, Report]:
    """Return the region and its report with every number; the caller's snapshot holds still."""
    region = read_region(connection, wanted.region)
    question = report_question(
        region=wanted.region,
        first=wanted.first,
        last=wanted.last,
        known_on=wanted.known_on,
        municipality=wanted.municipality,
        today=region.today,
        opened_on=_opened_on(connection, region),
    )
    return region, collect(connection, region, question)


def rendered(report: Report, form: str, *, is_factsheet: bool) -> bytes:
    """Return the report as `json`, `csv`, `html` or `pdf`."""
    tell = factsheet if is_factsheet else publication
    forms: Mapping[str, Callable[[], bytes]] = {
        "json": lambda: document_text(report_document(report)).encode(),
        "csv": lambda: report_csv(report).encode(),
        "html": lambda: publication_html(tell(report)).encode(),
        "pdf": lambda: publication_pdf(tell(report)),
    }
    return forms[form]()


def compare_with(
    database_url: str, figures: Figures, edition: str | None = None
) -> Sequence[Compared]:
    """Compare everything in a figures file; raises StopError for what it cannot be asked."""
    editions = [each.id for each in figures.editions]
    if edition is not None and edition not in editions:
        raise StopError(f"the figures have no such edition; they have: {', '.join(editions)}")
    with _snapshot(database_url) as connection:
        read_region(connection, figures.region.code)
        try:
            return compare(connection, figures, edition)
        except (KeyError, ValueError) as error:
            raise StopError(f"Radar has no such statistic or code: {error}") from error


@contextmanager
def _snapshot(database_url: str) -> Iterator[Connection]:
    """Every figure of a report is of the same moment, and a report changes nothing."""
    with psycopg.connect(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def _opened_on(connection: Connection, region: Region) -> date:
    """Return the day of the first thing that was known; a region of pages has a first row."""
    row = connection.execute(QUERIES["first_known"], {"region": region.code}).fetchone()
    return region.today if row is None else amsterdam_day(row[0])
