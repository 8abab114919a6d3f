"""Published figures beside ours: what was printed, and what the journal says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg
from rich.table import Table

from connectors.simulation.figures import CountFigure, Edition, Figures
from connectors.simulation.months import first_day, last_day
from projections.statistics import STATISTICS, count, month_matrix

SERIES_TITLES = {
    "report": "Meldingen",
    "advice": "Adviezen",
    "investigation_started": "Onderzoek gestart",
    "conditions_started": "V&V gestart",
}
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_KNOWN_STATISTICS = {statistic.id for statistic in STATISTICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One published number beside ours."""

    id: str
    edition: str
    known_on: date
    published: int
    ours: int

    @property
    def is_equal(self) -> bool:
        """Say whether they agree."""
        return self.published == self.ours

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        return asdict(self)


def compare(connection: psycopg.Connection[Any], figures: Figures) -> Sequence[Compared]:
    """Ask every month and every count that Radar has a statistic for, edition by edition."""
    found: list[Compared] = []
    for edition in figures.editions:
        found += _months(connection, figures.region.code, edition)
        found += _counts(connection, figures.region.code, edition)
    return found


def is_asked(figure: CountFigure) -> bool:
    """Say whether Radar has the statistic of a printed count; the others come with theirs."""
    return figure.statistic in _KNOWN_STATISTICS and figure.code is None


def _months(
    connection: psycopg.Connection[Any], region: str, edition: Edition
) -> Iterator[Compared]:
    years = sorted({int(year) for series in edition.months.values() for year in series})
    if not years:
        return
    ours = month_matrix(connection, region=region, years=years, known_on=edition.known_on)
    for series, printed in edition.months.items():
        for year, months in printed.items():
            for number, published in enumerate(months, start=1):
                if published is not None:
                    yield Compared(
                        id=f"months.{series}.{year}-{number:02d}",
                        edition=edition.id,
                        known_on=edition.known_on,
                        published=published,
                        ours=ours[series][int(year)][number - 1] or 0,
                    )


def _counts(
    connection: psycopg.Connection[Any], region: str, edition: Edition
) -> Iterator[Compared]:
    for figure in edition.counts:
        if not is_asked(figure):
            continue
        ours = count(
            connection,
            figure.statistic,
            region=region,
            first=first_day(figure.months[0]),
            last=last_day(figure.months[-1]),
            known_on=edition.known_on,
        )
        yield Compared(
            id=figure.id,
            edition=edition.id,
            known_on=edition.known_on,
            published=figure.count,
            ours=ours.count,
        )


def tables(figures: Figures, compared: Sequence[Compared]) -> Iterator[Table]:
    """Lay the comparison out for a terminal of 80 columns: a matrix per series, then counts."""
    by_id = {(entry.edition, entry.id): entry for entry in compared}
    for edition in figures.editions:
        for series, printed in edition.months.items():
            table = Table(
                title=f"{SERIES_TITLES[series]}, gepubliceerd/ons",
                title_justify="left",
                caption=f"peildatum {edition.known_on:%d-%m-%Y}",
                caption_justify="left",
            )
            table.add_column("maand")
            for year in printed:
                table.add_column(year, justify="right")
            cells = {
                year: [
                    by_id.get((edition.id, f"months.{series}.{year}-{number:02d}"))
                    for number in range(1, 13)
                ]
                for year in printed
            }
            for number, name in enumerate(MONTHS):
                table.add_row(name, *(_cell(cells[year][number]) for year in printed))
            table.add_section()
            table.add_row("totaal", *(_total(cells[year]) for year in printed))
            yield table
        counts = [entry for entry in compared if entry.edition == edition.id]
        counts = [entry for entry in counts if not entry.id.startswith("months.")]
        if counts:
            yield _count_table(edition, counts)


def _total(cells: Sequence[Compared | None]) -> str:
    there = [cell for cell in cells if cell is not None]
    return _pair(sum(c.published for c in there), sum(c.ours for c in there))


def _count_table(edition: Edition, counts: Sequence[Compared]) -> Table:
    table = Table(
        title=edition.id,
        title_justify="left",
        caption=f"peildatum {edition.known_on:%d-%m-%Y}",
        caption_justify="left",
    )
    table.add_column("cijfer")
    table.add_column("gepubliceerd/ons", justify="right")
    for entry in counts:
        table.add_row(entry.id, _cell(entry))
    return table


def _cell(entry: Compared | None) -> str:
    return "" if entry is None else _pair(entry.published, entry.ours)


def _pair(published: int, ours: int) -> str:
    text = f"{published}/{ours}"
    return text if published == ours else f"[bold red]{text}[/]"
