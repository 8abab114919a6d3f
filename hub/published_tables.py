"""Published figures beside ours, laid out for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table

from connectors.simulation.figures import Edition, Figures
from hub.published import Compared, Number
from query.wording import MONTHS_SHORT

SERIES_TITLES = {
    "report": "Meldingen",
    "advice": "Adviezen",
    "investigation_started": "Onderzoek gestart",
    "conditions_started": "V&V gestart",
}


def tables(figures: Figures, compared: Sequence[Compared]) -> Iterator[Table]:
    """Lay the comparison out: a matrix per series, then a list of the other figures per edition."""
    for edition in figures.editions:
        mine = [entry for entry in compared if entry.edition == edition.id]
        by_id = {entry.id: entry for entry in mine}
        for series, years in edition.months.items():
            yield _matrix(edition, series, list(years), by_id)
        others = [entry for entry in mine if not entry.id.startswith("months.")]
        if others:
            yield _list(edition, others)


def _matrix(
    edition: Edition, series: str, years: Sequence[str], by_id: dict[str, Compared]
) -> Table:
    table = _table(edition, f"{SERIES_TITLES[series]}, gepubliceerd/ons")
    table.add_column("maand")
    for year in years:
        table.add_column(year, justify="right")
    cells = {
        year: [by_id.get(f"months.{series}.{year}-{number:02d}") for number in range(1, 13)]
        for year in years
    }
    for number, name in enumerate(MONTHS_SHORT):
        table.add_row(name, *(_cell(cells[year][number]) for year in years))
    table.add_section()
    table.add_row("totaal", *(_total(cells[year]) for year in years))
    return table


def _list(edition: Edition, entries: Sequence[Compared]) -> Table:
    table = _table(edition, edition.id)
    table.add_column("cijfer", overflow="fold")
    table.add_column("gepubliceerd/ons", justify="right")
    for entry in entries:
        table.add_row(entry.id, _cell(entry))
    return table


def _table(edition: Edition, title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        caption=f"peildatum {edition.known_on:%d-%m-%Y}",
        caption_justify="left",
    )


def _total(cells: Sequence[Compared | None]) -> str:
    """Return the sums of a column's numbers; the printed total is always that sum."""
    there = [cell for cell in cells if cell is not None]
    published, ours = sum(c.published for c in there), sum(c.ours or 0 for c in there)
    return _pair(f"{_text(published)}/{_text(ours)}", is_equal=published == ours)


def _cell(entry: Compared | None) -> str:
    if entry is None:
        return ""
    printed = _text(entry.published)
    if entry.published_max not in (None, entry.published):
        printed += f"–{entry.published_max}"
    return _pair(f"{printed}/{_text(entry.ours)}", is_equal=entry.is_equal)


def _pair(text: str, *, is_equal: bool) -> str:
    return text if is_equal else f"[bold red]{text}[/]"


def _text(number: Number | None) -> str:
    return "-" if number is None else str(number).replace(".", ",")
