"""Which printed figure says what: every figure of a file as a sum over months.

A series is something that happens on a day and is counted: a report, an advice, a service that
starts.  An attribute is something written on a report or an advice.  The statistics' ids are those
of the catalogue of statistics; one that the simulator cannot steer is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from connectors.simulation.arrangement import Statement
from connectors.simulation.figures import CountFigure, Edition, Figures, FiguresError, ShareFigure
from connectors.simulation.months import month_name, month_of

Series = Literal[
    "report",
    "advice",
    "conditions",
    "investigation",
    "order",
    "mda",
    "handover_professional",
    "handover_network",
]
SERIES_OF_STATISTIC: dict[str, Series] = {
    "S01": "advice",
    "S08": "report",
    "S17": "conditions",
    "S20": "investigation",
    "S23": "order",
    "S26a": "handover_professional",
    "S26b": "handover_network",
    "S27": "mda",
}
SERIES_OF_MONTHS: dict[str, Series] = {
    "report": "report",
    "advice": "advice",
    "investigation_started": "investigation",
    "conditions_started": "conditions",
}
Owner = Literal["report", "advice"]
YES = "YES"
NO = "NO"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Attribute:
    """Something written on every record of a series: several codes, or one."""

    of: Owner
    name: str
    is_multiple: bool


NATURE_OF_REPORT = Attribute(of="report", name="nature", is_multiple=True)
FORM_OF_REPORT = Attribute(of="report", name="form", is_multiple=True)
SECTOR_OF_REPORT = Attribute(of="report", name="reporter_sector", is_multiple=False)
CHILDREN_OF_REPORT = Attribute(of="report", name="children_involved", is_multiple=False)
NATURE_OF_ADVICE = Attribute(of="advice", name="nature", is_multiple=True)
CHANNEL_OF_ADVICE = Attribute(of="advice", name="channel", is_multiple=False)
SCHOOL_OF_ADVICE = Attribute(of="advice", name="from_school", is_multiple=False)
ATTRIBUTES = (
    SECTOR_OF_REPORT,
    NATURE_OF_REPORT,
    FORM_OF_REPORT,
    CHILDREN_OF_REPORT,
    NATURE_OF_ADVICE,
    CHANNEL_OF_ADVICE,
    SCHOOL_OF_ADVICE,
)
ATTRIBUTE_OF_STATISTIC: dict[str, tuple[Attribute, str | None]] = {
    "S02": (CHANNEL_OF_ADVICE, "CHAT"),
    "S06": (SCHOOL_OF_ADVICE, YES),
    "S07": (NATURE_OF_ADVICE, None),
    "S09": (CHILDREN_OF_REPORT, YES),
    "S10": (SECTOR_OF_REPORT, None),
    "S11": (SECTOR_OF_REPORT, None),
    "S12": (NATURE_OF_REPORT, None),
    "S13": (FORM_OF_REPORT, None),
}
TERM_STATISTICS = {"safety_assessment": "S15", "conditions": "S18", "investigation": "S21"}


def attribute_of(figure: CountFigure | ShareFigure) -> tuple[Attribute, str] | None:
    """Return the attribute and code a figure speaks of; None when it counts a whole series.

    Raises FiguresError `statistic` when the simulator cannot steer it, `code` when it needs one.
    """
    if figure.statistic in SERIES_OF_STATISTIC and isinstance(figure, CountFigure):
        return None
    if figure.statistic not in ATTRIBUTE_OF_STATISTIC:
        raise FiguresError(
            "statistic", (figure.id,), f"{figure.statistic} is not one the simulator can steer"
        )
    attribute, code = ATTRIBUTE_OF_STATISTIC[figure.statistic]
    code = code or figure.code
    if code is None:
        raise FiguresError("code", (figure.id,), f"{figure.statistic} needs a code")
    return attribute, code


def span_of(figures: Figures) -> range:
    """Return the months from the first that any figure speaks of to the last."""
    months = [month for edition in figures.editions for month in _months_of(edition)]
    if not months:
        raise FiguresError("empty", (), "no edition states any figure")
    return range(min(months), max(months) + 1)


def _months_of(edition: Edition) -> Iterator[int]:
    for years in edition.months.values():
        for year, numbers in years.items():
            for index, number in enumerate(numbers):
                if number is not None:
                    yield int(year) * 12 + index
    for figure in (*edition.tables, *edition.counts, *edition.shares, *edition.terms):
        yield figure.months.start
        yield figure.months.stop - 1


def series_statements(edition: Edition, span: range) -> dict[Series, list[Statement]]:
    """Return what an edition says of every series, and that it knows nothing after its own day."""
    stated: dict[Series, list[Statement]] = {series: [] for series in SERIES_OF_STATISTIC.values()}
    for series_name, years in edition.months.items():
        for year, numbers in years.items():
            for index, number in enumerate(numbers):
                if number is not None:
                    month = int(year) * 12 + index
                    stated[SERIES_OF_MONTHS[series_name]].append(
                        Statement(
                            figure=f"{edition.id}/months.{series_name}.{year}",
                            months=range(month, month + 1),
                            count=number,
                        )
                    )
    for figure in edition.counts:
        if attribute_of(figure) is None:
            stated[SERIES_OF_STATISTIC[figure.statistic]].append(
                Statement(
                    figure=f"{edition.id}/{figure.id}", months=figure.months, count=figure.count
                )
            )
    unknown = range(month_of(edition.known_on) + 1, span.stop)
    if unknown:
        name = f"{edition.id} knows nothing from {month_name(unknown.start)} on"
        for statements in stated.values():
            statements.append(Statement(figure=name, months=unknown, count=0, is_silence=True))
    return stated
