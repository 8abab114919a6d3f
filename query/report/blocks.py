"""What a printed report is made of, whatever it is printed on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from query.report.content import Hidden, Number
from query.wording import DASH, number_digits

Cell = int | Decimal | str | Hidden | None
"""A number, a share in percent, words, what is not shown, or nothing known."""


NOT_SHOWN = "[niet getoond]"
"""What a sentence says in the place of a number that is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subheading:
    """A heading within a chapter."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A table: the first column holds words, the others numbers or shares.

    `has_totals`: its last row is the sum of the others.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    has_totals: bool = False


class ChartKind(Enum):
    """How a chart is drawn."""

    LINES = "lines"
    BARS = "bars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, or one set of bars: a value per place on the axis, None where there is none."""

    name: str
    values: Sequence[Number | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBlock:
    """A chart and what it says in words; its numbers stand in a table beside it, always."""

    number: int
    title: str
    kind: ChartKind
    places: Sequence[str]
    series: Sequence[Series]
    summary: str
    place_title: str = "maand"

    @property
    def caption(self) -> str:
        """Return the words under the chart."""
        return f"Figuur {self.number}: {self.title}"

    @property
    def table(self) -> TableBlock:
        """Return the chart's numbers."""
        return TableBlock(
            title=f"Cijfers bij figuur {self.number}",
            header=(self.place_title, *(series.name for series in self.series)),
            rows=[
                (place, *(series.values[number] for series in self.series))
                for number, place in enumerate(self.places)
            ],
        )


Block = Paragraph | Subheading | TableBlock | ChartBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter with its number as printed."""

    number: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A whole publication, ready to be rendered."""

    title: str
    subtitle: str
    region: str
    known_on: date
    chapters: Sequence[Chapter]


def percent(value: Decimal | Hidden) -> str:
    """Return a share as the publications print it: `57,5%`."""
    return NOT_SHOWN if isinstance(value, Hidden) else f"{value}%".replace(".", ",")


def digits(number: Number) -> str:
    """Return a count as a sentence prints it."""
    return NOT_SHOWN if isinstance(number, Hidden) else number_digits(number)


def cell_text(cell: Cell) -> str:
    """Return a cell as it is printed."""
    match cell:
        case None:
            return DASH
        case Hidden():
            # As Statistics Netherlands prints what it keeps secret.
            return cell.value
        case Decimal():
            return percent(cell)
        case int():
            return number_digits(cell)
        case str():
            return cell
