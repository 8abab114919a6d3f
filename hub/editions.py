"""`radar edition`: publishes a report for ever, prints it again, and counts it once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import metadata

import psycopg

from hub.report import Connection, Wanted, count_report
from projections.statistics import DEFINITIONS_VERSION
from query.editions.differing import Differing, differing
from query.editions.places import places_on, projected_to
from query.editions.store import (
    Edition,
    Making,
    NewEdition,
    checked_name,
    new_edition,
    publish,
    read_edition,
    read_editions,
)
from query.problems import BadQuestion
from query.regions import Region, read_region
from query.report.asking import collect
from query.report.cells import cells
from query.report.content import Report
from query.report.disclosure import disclosed, parse_disclosure
from query.report.document import document_text, report_document
from query.wording import day_words
from streams.engine.errors import TransientError


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of a request to publish; `edition` has no `published_at` after a dry run."""

    edition: NewEdition
    printed: Report
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """An edition counted once more: `figures` differ, `places` say what else has changed."""

    edition: Edition
    figures: Sequence[str]
    places: Sequence[str]
    is_same_text: bool

    @property
    def is_equal(self) -> bool:
        """Say whether counting again gives the same bytes."""
        return self.is_same_text and not self.places


def publish_edition(database_url: str, name: str, wanted: Wanted, *, is_dry_run: bool) -> Published:
    """Count a report and keep it under a name, for ever.

    Raises PageProblem, in Dutch, for what cannot be published, and TransientError while the
    tables have not come to the knowledge date.
    """
    checked_name(name)
    disclosure = parse_disclosure(wanted.disclosure)
    with _transaction(database_url) as connection:
        region, report = count_report(connection, wanted)
        _check_over(region, report)
        places = places_on(connection, region.code, report.question.known_on)
        journal, advice = projected_to(connection, region.code)
        if journal < places.journal.position or advice < places.advice.position:
            raise TransientError("the read tables have not come to that day yet; try again")
        printed = disclosed(report, disclosure)
        making = making_of(name, is_factsheet=wanted.is_factsheet)
        edition = new_edition(report, printed, places, making)
        if is_dry_run:
            return Published(edition=edition, printed=printed, is_new=True)
        stored, is_new = publish(connection, edition)
        return Published(edition=stored, printed=printed, is_new=is_new)


def making_of(name: str, *, is_factsheet: bool) -> Making:
    """Return what makes an edition now: these definitions, this version of the program."""
    return Making(
        name=name,
        is_factsheet=is_factsheet,
        definitions=DEFINITIONS_VERSION,
        software=metadata.version("radar-veilig-thuis"),
    )


def list_editions(database_url: str, region: str | None) -> list[Edition]:
    """Return the published editions, of one region or of all."""
    with _transaction(database_url) as connection:
        return read_editions(connection, region)


def find_edition(database_url: str, region: str, name: str) -> Edition:
    """Return one edition; raises PageProblem when there is none, EditionDamaged when touched."""
    with _transaction(database_url) as connection:
        return read_edition(connection, region, name)


def explain(database_url: str, region: str, one: str, other: str) -> Differing:
    """Explain why two editions differ; see `query.editions.differing`."""
    with _transaction(database_url) as connection:
        return differing(
            connection,
            read_edition(connection, region, one),
            read_edition(connection, region, other),
        )


def recount(database_url: str, region: str, name: str) -> Recount:
    """Count an edition once more from the facts, at the positions that it was counted at."""
    with _transaction(database_url) as connection:
        edition = read_edition(connection, region, name)
        stored = edition.figures_report
        again = collect(connection, read_region(connection, region), stored.question)
        # How many households wait is a state of now; what it does to figures is seen in them.
        again = replace(again, parked=stored.parked)
        return Recount(
            edition=edition,
            figures=_unlike(stored, again),
            places=list(_moved_places(connection, edition)),
            is_same_text=document_text(report_document(again)) == edition.figures,
        )


def _check_over(region: Region, report: Report) -> None:
    """Refuse a day that is not over: what comes later that day would be known on it too."""
    known_on = report.question.known_on
    # A practice clock knows no hours: what a day brings is known when it begins.
    if known_on >= region.today and not region.is_replay:
        yesterday = region.today - timedelta(days=1)
        raise BadQuestion(
            "Deze peildatum is nog niet voorbij",
            f"Kies bij --known-on een dag tot en met {day_words(yesterday)}.",
        )


def _moved_places(connection: Connection, edition: Edition) -> Iterator[str]:
    now = places_on(connection, edition.region, edition.known_on)
    for log, place, then in (
        ("journal", now.journal, (edition.journal_position, edition.journal_incarnation)),
        ("advice log", now.advice, (edition.advice_position, edition.advice_incarnation)),
    ):
        if (place.position, place.incarnation) != then:
            yield (
                f"the {log} known on that day now ends at position {place.position}, incarnation "
                f"{place.incarnation}; it was {then[0]}, incarnation {then[1]}"
            )
    if now.rules_position != edition.rules_position:
        yield f"the rules in force then now stand at {now.rules_position}"


def _unlike(stored: Report, again: Report) -> list[str]:
    before, after = ({cell.id: cell.number for cell in cells(one)} for one in (stored, again))
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


@contextmanager
def _transaction(database_url: str) -> Iterator[Connection]:
    """Count and keep in one snapshot, so that an edition is of the positions that it names."""
    with psycopg.connect(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield connection
