"""A figures file: what a region printed, edition by edition, and what the simulator must meet.

The form is `figures/figures.schema.json`.  Reading checks the form only; whether the figures can
all be true at once is the question of `contradictions.py` and of the arranging itself.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.simulation.months import parse_month

FIGURES_BYTES_MAX = 4 * 1024 * 1024
"""A figures file of forty editions is a tenth of this; a larger file is another file."""

SeriesName = Literal["report", "advice", "investigation_started", "conditions_started"]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
# Outside these years nobody printed anything, and calendars come to their end.
MonthText = Annotated[str, Field(pattern=r"^(19[5-9]|20[0-9])[0-9]-(0[1-9]|1[0-2])$")]
YearText = Annotated[str, Field(pattern=r"^(19[5-9]|20[0-9])[0-9]$")]
Twelve = Annotated[tuple[Count | None, ...], Field(min_length=12, max_length=12)]


class FiguresError(ValueError):
    """The figures cannot be simulated: `code` says why, `figures` names those that are at odds."""

    def __init__(self, code: str, figures: tuple[str, ...], detail: str) -> None:
        """Keep the code and the names; the message is written for the person who made the file."""
        named = f" [{', '.join(figures)}]" if figures else ""
        super().__init__(f"{code}: {detail}{named}")
        self.code = code
        self.figures = figures


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Period(_Part):
    first: MonthText = Field(alias="from")
    last: MonthText = Field(alias="to")

    @property
    def months(self) -> range:
        """The months of the period; empty when it ends before it starts."""
        return range(parse_month(self.first), parse_month(self.last) + 1)


class Region(_Part):
    """Whose figures these are."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Annotated[str, Field(min_length=1)]
    municipalities: Annotated[
        tuple[tuple[Annotated[str, Field(pattern=r"^GM[0-9]{4}$")], str], ...],
        Field(min_length=1),
    ]


class Row(_Part):
    """One row of a table: how many records carry the code, and the share as printed."""

    code: str
    count: Count
    share: Decimal


class Registered(_Part):
    """How many records carry the attribute at all: any number in the range is right."""

    min: Count
    max: Count


class Table(_Period):
    """A table of one attribute over a period."""

    id: str
    statistic: str
    of: Literal["report", "advice"]
    attribute: Literal["nature", "reporter_sector", "form"]
    multiple: bool
    decimals: Annotated[int, Field(ge=0, le=3)]
    registered: Registered | None = None
    rows: tuple[Row, ...]


class CountFigure(_Period):
    """A number of records in a period."""

    id: str
    statistic: str
    count: Count
    base: Literal["all", "registered"] | None = None
    code: str | None = None


class ShareFigure(_Period):
    """A percentage whose count was not printed."""

    id: str
    statistic: str
    share: Decimal
    decimals: Annotated[int, Field(ge=0, le=3)]
    base: Literal["all", "registered"]
    code: str | None = None


class TermFigure(_Period):
    """Shares of lead-time buckets of what was completed in a period; null = not printed."""

    service: Literal["safety_assessment", "conditions", "investigation"]
    statistic: str
    decimals: Annotated[int, Field(ge=0, le=3)]
    shares: Annotated[tuple[Decimal | None, ...], Field(min_length=3, max_length=3)]
    mean_days_last: Decimal | None = None

    @property
    def id(self) -> str:
        """A name for messages: term figures have no id of their own."""
        return f"terms.{self.service}.{self.first}"


class Edition(_Part):
    """What one publication printed, as known at the end of `known_on`."""

    id: str
    known_on: Annotated[date, Field(ge=date(1950, 1, 1), le=date(2109, 12, 31))]
    months: dict[SeriesName, dict[YearText, Twelve]] = {}
    tables: tuple[Table, ...] = ()
    counts: tuple[CountFigure, ...] = ()
    shares: tuple[ShareFigure, ...] = ()
    terms: tuple[TermFigure, ...] = ()


class Deviation(_Part):
    """A printed figure that contradicts its own source; listed, never reproduced."""

    id: str
    printed: float
    ours: float
    why: str


class Figures(_Part):
    """All that one file says."""

    format: Literal[1]
    region: Region
    editions: Annotated[tuple[Edition, ...], Field(min_length=1)]
    accepted_deviations: tuple[Deviation, ...] = ()
    assumptions: dict[str, Any] = {}


def parse_figures(text: str) -> Figures:
    """Read the text of a figures file; raises FiguresError `form` naming every wrong place."""
    if len(text) > FIGURES_BYTES_MAX:
        raise FiguresError("form", (), f"larger than {FIGURES_BYTES_MAX} characters")
    try:
        return Figures.model_validate_json(text)
    except ValidationError as error:
        places = [
            f"{'/'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)[:20]
        ]
        raise FiguresError("form", (), "; ".join(places)) from None


def shipped_figures(region: str = "drenthe") -> Figures:
    """Read the figures that come with the product; raises FileNotFoundError for another region."""
    file = resources.files("connectors.simulation") / "figures" / f"{region}.json"
    return parse_figures(file.read_text(encoding="utf-8"))


def share_of(count: int, denominator: int, decimals: int) -> Decimal:
    """Round a share once, half up, from its counts; of nothing it is zero."""
    step = Decimal(1).scaleb(-decimals)
    if denominator == 0:
        return Decimal(0).quantize(step)
    return (Decimal(100 * count) / denominator).quantize(step, ROUND_HALF_UP)


def prints_as(count: int, denominator: int, share: Decimal, decimals: int) -> bool:
    """Tell whether a count over a denominator prints as the given share."""
    return share_of(count, denominator, decimals) == share.quantize(
        Decimal(1).scaleb(-decimals), ROUND_HALF_UP
    )
