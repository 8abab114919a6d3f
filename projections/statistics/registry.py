"""The statistics that can be asked for, by their numbers in the catalogue (domain.md §8).

Shares and ratios are columns of these, not statistics of their own: S14 is a difference of two
periods of one of them, S24 a count beside a budget, S31 any of them by municipality.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from projections.copying import Connection
from projections.statistics.figure import PLAIN, Figure, Period, Question, Statistic, ask
from projections.statistics.s01_advices import S01, S02, S06
from projections.statistics.s05_advice_seekers import S05
from projections.statistics.s07_advice_nature import S07
from projections.statistics.s08_reports import S08, S09
from projections.statistics.s10_reporter_sectors import S10, S11
from projections.statistics.s12_report_nature import S12
from projections.statistics.s13_report_forms import S13
from projections.statistics.s15_assessment_terms import S15
from projections.statistics.s16_work_stock import S16, S19, S22
from projections.statistics.s17_services_started import S17, S20
from projections.statistics.s18_service_terms import S18, S21
from projections.statistics.s23_restraining_orders import S23, S23_ASSESSED
from projections.statistics.s26_handover_outcomes import S26A, S26B
from projections.statistics.s27_mda import S27
from projections.statistics.s28_monitoring import S28, S28_HELD
from projections.statistics.s29_repeat_kinds import S29
from projections.statistics.s30_cases import S30, S30_COMPLETED
from projections.statistics.s33_information_duty import S33_REPORTERS, S33_SUBJECTS

STATISTICS: tuple[Statistic, ...] = (
    S01,
    S02,
    S05,
    S06,
    S07,
    S08,
    S09,
    S10,
    S11,
    S12,
    S13,
    S15,
    S16,
    S17,
    S18,
    S19,
    S20,
    S21,
    S22,
    S23,
    S23_ASSESSED,
    S26A,
    S26B,
    S27,
    S28,
    S28_HELD,
    S29,
    S30,
    S30_COMPLETED,
    S33_REPORTERS,
    S33_SUBJECTS,
)

DEFINITIONS_VERSION = 1
"""Raised when a statistic counts otherwise than it did: an edition says under which it counted."""

_BY_ID: Mapping[str, Statistic] = {statistic.id: statistic for statistic in STATISTICS}


def statistic_of(statistic_id: str) -> Statistic:
    """Return a statistic by its number; raises KeyError when there is none."""
    return _BY_ID[statistic_id]


def figures_of(
    connection: Connection, statistic_id: str, question: Question, periods: Sequence[Period]
) -> list[Mapping[str, Figure]]:
    """Return the figures of one statistic per period, by code; see `figure.ask`."""
    return ask(connection, _BY_ID[statistic_id], question, periods)


def count(
    connection: Connection,
    statistic_id: str,
    *,
    region: str,
    first: date,
    last: date,
    known_on: date | None,
    code: str | None = None,
) -> Figure:
    """Return one figure over event dates `first` to `last`, as known at the end of `known_on`.

    `known_on` None: as known now. Raises KeyError for an unknown statistic and ValueError for a
    code that it does not have.
    """
    statistic = _BY_ID[statistic_id]
    if code is not None and code not in statistic.codes:
        raise ValueError(f"{statistic.id} has {len(statistic.codes)} codes, and not this one")
    question = Question(region=region, known_on=known_on)
    (figures,) = ask(connection, statistic, question, [Period(first=first, last=last)])
    return figures[PLAIN if code is None else code]
