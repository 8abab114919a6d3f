"""Editions as a page shows them: what was published, and nothing of the numbers behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row

from query.editions.places import QUERIES
from query.editions.store import EditionDamaged, checksum
from query.problems import NotFound
from query.reading import ReadConnection
from query.report.blocks import Block, ChartBlock, Paragraph, Publication, Subheading, TableBlock
from query.report.chapters import publication
from query.report.document_reading import report_of
from query.report.factsheet import factsheet
from query.wording import MONTHS, municipality_word

Part = Paragraph | Subheading | TableBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEdition:
    """One published report; `printed` is its JSON text, with the checksum beside it."""

    name: str
    first_day: date
    last_day: date
    known_on: date
    municipality: str | None
    is_factsheet: bool
    disclosure: str
    published_at: datetime
    journal_position: int
    software: str
    printed: str
    printed_sha256: str

    @property
    def period(self) -> str:
        """Return the period in words: `januari 2025 t/m augustus 2025`."""
        first, last = self.first_day, self.last_day
        return f"{MONTHS[first.month - 1]} {first.year} t/m {MONTHS[last.month - 1]} {last.year}"

    @property
    def place(self) -> str:
        """Return of which municipality it is, or that it is of the whole region."""
        return "hele regio" if self.municipality is None else municipality_word(self.municipality)

    @property
    def protection(self) -> str:
        """Return how its numbers were protected, in words."""
        rule, _, below = self.disclosure.partition(":")
        if rule == "suppress":
            return f"aantallen onder {below} niet getoond"
        return {"none": "geen", "round5": "afgerond op vijf"}[rule]

    @property
    def document(self) -> Mapping[str, Any]:
        """Return the report as published."""
        document: Mapping[str, Any] = json.loads(self.printed)
        return document

    @property
    def publication(self) -> Publication:
        """Return it in chapters, as it was printed."""
        report = report_of(self.document)
        return factsheet(report) if self.is_factsheet else publication(report)

    def parts(self) -> Sequence[tuple[str, Sequence[Part]]]:
        """Return title and parts of each chapter; of a chart the numbers, which say the same."""
        return [
            (
                f"{chapter.number} {chapter.title}".strip(),
                [
                    block.table if isinstance(block, ChartBlock) else block
                    for block in chapter.blocks
                ],
            )
            for chapter in self.publication.chapters
        ]


def _part(block: Block) -> Part:
    return block.table if isinstance(block, ChartBlock) else block


def read_shown(connection: ReadConnection, region: str) -> list[ShownEdition]:
    """Return the region's editions, the newest knowledge date first."""
    return _read(connection, region, None)


def read_one(connection: ReadConnection, region: str, name: str) -> ShownEdition:
    """Return one edition; raises NotFound, and EditionDamaged when it is not what was published."""
    found = _read(connection, region, name)
    if not found:
        raise NotFound(
            "Deze uitgave kennen wij niet",
            "Controleer het adres, of kies een uitgave in de lijst met uitgaven.",
        )
    if checksum(found[0].printed) != found[0].printed_sha256:
        raise EditionDamaged("an edition does not have the checksum with which it was published")
    return found[0]


def _read(connection: ReadConnection, region: str, name: str | None) -> list[ShownEdition]:
    with connection.cursor(row_factory=class_row(ShownEdition)) as cursor:
        return cursor.execute(QUERIES["shown"], {"region": region, "name": name}).fetchall()
