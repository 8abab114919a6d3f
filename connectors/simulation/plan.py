"""The plan of a log: every report, advice, service and order, with its days and its codes.

Order matters: what is counted per month first, then when assessments are done, then which of them
lead to what, and last what is written on each record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from connectors.simulation.arranger import Arranger, Effort
from connectors.simulation.assessments import assess
from connectors.simulation.assumptions import Assumptions
from connectors.simulation.contradictions import refuse_contradictions
from connectors.simulation.figures import Figures
from connectors.simulation.integers import MoreEffortError
from connectors.simulation.markings import Markings, mark
from connectors.simulation.months import first_day
from connectors.simulation.outcomes import Decision, decide
from connectors.simulation.series import Item
from connectors.simulation.services import ServiceRun
from connectors.simulation.statements import Series

NATURAL_DELAY_DAYS_MAX = 14
"""What is registered later than this is late: nobody assesses it unasked."""

EFFORTS = (
    Effort(),
    Effort(floor=4.0, is_early=True),
    Effort(floor=30.0, is_early=True),
    Effort(floor=250.0, is_early=True, is_last=True),
)
"""What was completed early in a file came in before it, and of that no figure speaks: a region
whose months without figures are as busy as the figures need is tried before any is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is counted, before any household or event is made of it."""

    figures: Figures
    assumptions: Assumptions
    first_day: date
    last_day: date
    items: Mapping[Series, Sequence[Item]]
    decisions: Mapping[int, Decision]
    runs: Sequence[ServiceRun]
    markings: Markings


def make_plan(figures: Figures, seed: int) -> Plan:
    """Plan a log that meets every figure of every edition.

    Raises FiguresError naming the figures that cannot be true together.
    """
    refuse_contradictions(figures)
    for effort in EFFORTS[:-1]:
        try:
            return _plan(figures, seed, effort)
        except MoreEffortError:
            continue
    return _plan(figures, seed, EFFORTS[-1])


def _plan(figures: Figures, seed: int, effort: Effort) -> Plan:
    arranger = Arranger(figures, seed, effort)
    assumptions = arranger.assumptions
    items: dict[Series, Sequence[Item]] = {
        "report": arranger.items("report", per_month=_records_per_month(arranger, "report")),
        "advice": arranger.items("advice", per_month=_records_per_month(arranger, "advice")),
    }
    per_month = len(items["report"]) / len(arranger.span)
    shares: tuple[tuple[Series, float], ...] = (
        ("conditions", assumptions.conditions_share),
        ("investigation", assumptions.investigation_share),
        ("order", assumptions.order_share),
        ("mda", assumptions.mda_share),
    )
    for series, share in shares:
        items[series] = arranger.items(series, per_month=per_month * share)
    assessed = assess(arranger, items["report"], assessable_reports(items["report"]))
    decisions, runs = decide(arranger, items, assessed)
    return Plan(
        figures=figures,
        assumptions=assumptions,
        first_day=first_day(arranger.span.start),
        last_day=figures.editions[-1].known_on,
        items=items,
        decisions=decisions,
        runs=runs,
        markings=mark(arranger, items, frozenset(decisions)),
    )


def assessable_reports(reports: Sequence[Item]) -> list[Item]:
    """Return the reports that stand, came in time and never moved, in order of day."""
    moved = {report.moved_from for report in reports}
    standing = [
        report
        for report in reports
        if report.last is None
        and report.moved_from is None
        and report.number not in moved
        and report.known_on - report.on <= timedelta(days=NATURAL_DELAY_DAYS_MAX)
    ]
    return sorted(standing, key=lambda report: (report.on, report.number))


def _records_per_month(arranger: Arranger, of: Series) -> float:
    """Return enough records per month for the tables, where no edition says how many there are."""
    needed = 0.0
    for edition in arranger.figures.editions:
        for table in edition.tables:
            if table.of == of:
                rows = [row.count for row in table.rows]
                carrying = max([*rows, 0 if table.multiple else sum(rows)])
                if table.registered is not None:
                    carrying = table.registered.max
                needed = max(needed, 1.05 * carrying / max(1, len(table.months)))
    return needed
