"""Editions in PostgreSQL: said once, read back with their checksums."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row

from query.editions.places import QUERIES, Places
from query.problems import BadQuestion, NotFound
from query.reading import ReadConnection
from query.report.content import Report
from query.report.document import document_text, report_document
from query.report.document_reading import report_of
from streams.engine.errors import StopError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class EditionDamaged(StopError):
    """A stored edition is not what was published: restore it from a backup, and find out who."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEdition:
    """A report that is about to be published; texts are those of `document_text`."""

    region: str
    name: str
    first_day: date
    last_day: date
    known_on: date
    municipality: str | None
    is_factsheet: bool
    disclosure: str
    journal_position: int
    journal_incarnation: int
    advice_position: int
    advice_incarnation: int
    rules_position: int
    definitions: int
    software: str
    figures: str
    figures_sha256: str
    printed: str
    printed_sha256: str

    @property
    def content(self) -> tuple[object, ...]:
        """Return what makes two editions one: what they say, and how they say it."""
        return self.figures_sha256, self.printed_sha256, self.is_factsheet

    @property
    def figures_report(self) -> Report:
        """Return the report with every number as counted."""
        return report_of(json.loads(self.figures))

    def heading(self) -> dict[str, Any]:
        """Return everything but the figures, for a machine."""
        return {
            "name": self.name,
            "region": self.region,
            "from": f"{self.first_day:%Y-%m}",
            "to": f"{self.last_day:%Y-%m}",
            "known_on": self.known_on.isoformat(),
            "municipality": self.municipality,
            "factsheet": self.is_factsheet,
            "disclosure": self.disclosure,
            "positions": {
                self.region: {
                    "journal": self.journal_position,
                    "journal_incarnation": self.journal_incarnation,
                    "advice": self.advice_position,
                    "advice_incarnation": self.advice_incarnation,
                }
            },
            "rules_position": self.rules_position,
            "definitions": self.definitions,
            "software": self.software,
            "figures_sha256": self.figures_sha256,
            "printed_sha256": self.printed_sha256,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition(NewEdition):
    """A published edition, whose texts have the checksums that stand beside them."""

    published_at: datetime

    def heading(self) -> dict[str, Any]:
        """Return everything but the figures, for a machine."""
        # Not super(): a slotted dataclass is another class than the one its methods saw.
        published = {"published_at": self.published_at.isoformat()}
        return NewEdition.heading(self) | published

    @property
    def printed_report(self) -> Report:
        """Return the report as published."""
        return report_of(json.loads(self.printed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What an edition says of its own making."""

    name: str
    is_factsheet: bool
    definitions: int
    software: str


def new_edition(figures: Report, printed: Report, places: Places, making: Making) -> NewEdition:
    """Return the edition of a report; `printed` is the same one after protection."""
    asked = figures.question
    exact, shown = (document_text(report_document(one)) for one in (figures, printed))
    return NewEdition(
        region=asked.region,
        name=making.name,
        first_day=asked.first,
        last_day=asked.last,
        known_on=asked.known_on,
        municipality=asked.municipality,
        is_factsheet=making.is_factsheet,
        disclosure=str(printed.disclosure),
        journal_position=places.journal.position,
        journal_incarnation=places.journal.incarnation,
        advice_position=places.advice.position,
        advice_incarnation=places.advice.incarnation,
        rules_position=places.rules_position,
        definitions=making.definitions,
        software=making.software,
        figures=exact,
        figures_sha256=checksum(exact),
        printed=shown,
        printed_sha256=checksum(shown),
    )


def publish(connection: ReadConnection, edition: NewEdition) -> tuple[Edition, bool]:
    """Keep an edition, for ever; return it as it stands, and whether it is new.

    The same content under the same name is what was published already. Raises BadQuestion when
    the name stands for something else.
    """
    inserted = connection.execute(QUERIES["insert"], asdict(edition)).fetchone()
    stored = read_edition(connection, edition.region, edition.name)
    if stored.content != edition.content:
        raise BadQuestion(
            "Deze naam is al van een andere uitgave",
            "Een uitgave verandert niet. Kies bij NAME een andere naam, of bekijk de uitgave met "
            "radar edition show.",
        )
    return stored, inserted is not None


def read_edition(connection: ReadConnection, region: str, name: str) -> Edition:
    """Return a published edition.

    Raises NotFound, and EditionDamaged when its texts are not what they were.
    """
    with connection.cursor(row_factory=class_row(Edition)) as cursor:
        found = cursor.execute(QUERIES["one"], {"region": region, "name": name}).fetchone()
    if found is None:
        raise NotFound(
            "Deze uitgave is er niet", "Kijk met radar edition list welke uitgaven er zijn."
        )
    return _checked(found)


def read_editions(connection: ReadConnection, region: str | None) -> list[Edition]:
    """Return all editions, of one region or of all, by region and knowledge date."""
    with connection.cursor(row_factory=class_row(Edition)) as cursor:
        return [_checked(one) for one in cursor.execute(QUERIES["all"], {"region": region})]


def checked_name(text: str) -> str:
    """Return the name of an edition; raises BadQuestion for what cannot be one."""
    if _NAME.fullmatch(text) is None:
        raise BadQuestion(
            "Dit is geen naam voor een uitgave",
            "Schrijf bij NAME kleine letters, cijfers en streepjes, zoals factsheet-2023.",
        )
    return text


def checksum(text: str) -> str:
    """Return the SHA-256 under which a text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def _checked(edition: Edition) -> Edition:
    texts: Mapping[str, str] = {
        edition.figures: edition.figures_sha256,
        edition.printed: edition.printed_sha256,
    }
    if any(checksum(text) != expected for text, expected in texts.items()):
        raise EditionDamaged(
            f"edition {edition.name} of {edition.region} does not have the checksum with which it "
            "was published"
        )
    return edition
