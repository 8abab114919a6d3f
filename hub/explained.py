"""Why a published year counts otherwise today: what `radar demo` says under its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from connectors.simulation.figures import Edition, Figures
from connectors.simulation.months import first_day, last_day
from hub.editions import making_of
from hub.report import Connection
from projections.statistics.figure import month
from query.editions.differing import Difference, differing
from query.editions.places import places_on
from query.editions.store import NewEdition, new_edition
from query.regions import read_region
from query.report.asking import COUNTS, collect
from query.report.content import ReportQuestion

COUNT_IDS = frozenset(count_id for count_id, _ in COUNTS)


def explained_years(connection: Connection, figures: Figures) -> Iterator[str]:
    """Yield a sentence per count of a published year that is another number by now.

    "Now" is the newest knowledge date of the figures file. Nothing is published for it; raises
    `differing.Unexplained` when the events do not add up to the difference.
    """
    now = max(edition.known_on for edition in figures.editions)
    for edition in figures.editions:
        year = _newest_whole_year(edition)
        if year is None or edition.known_on == now:
            continue
        then, today = (
            _counted(connection, figures.region.code, edition.id, year, known_on)
            for known_on in (edition.known_on, now)
        )
        for each in differing(connection, then, today).figures:
            if each.id in COUNT_IDS and each.difference:
                yield (
                    f"{each.title} {year}: {each.before:,} known on {edition.known_on}, "
                    f"{each.after:,} on {now}: {_moves(each)}"
                )


def _newest_whole_year(edition: Edition) -> int | None:
    periods = [(first_day(count.months[0]), last_day(count.months[-1])) for count in edition.counts]
    whole = [
        first.year
        for first, last in periods
        if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31))
    ]
    return max(whole, default=None)


def _counted(
    connection: Connection, region: str, name: str, year: int, known_on: date
) -> NewEdition:
    question = ReportQuestion(
        region=region,
        first=month(year, 1).first,
        last=month(year, 12).last,
        known_on=known_on,
    )
    report = collect(connection, read_region(connection, region), question)
    places = places_on(connection, region, known_on)
    return new_edition(report, report, places, making_of(name, is_factsheet=True))


def _moves(difference: Difference) -> str:
    totals = Counter((move.effect, move.why[0]) for move in difference.moves)
    return ", ".join(
        f"{effect * number:+,} {how}" for (effect, how), number in sorted(totals.items())
    )
