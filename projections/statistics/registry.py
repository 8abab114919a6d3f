"""The statistics that can be asked for, by their numbers in the catalogue (domain.md §8)."""

from __future__ import annotations

from datetime import date

from projections.copying import Connection
from projections.statistics.figure import Figure, Period, Statistic, ask
from projections.statistics.s01_advices import S01
from projections.statistics.s08_reports import S08
from projections.statistics.s17_services_started import S17, S20
from projections.statistics.s26_handover_outcomes import S26A, S26B

STATISTICS: tuple[Statistic, ...] = (S01, S08, S17, S20, S26A, S26B)

_BY_ID = {statistic.id: statistic for statistic in STATISTICS}


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
    """Return one statistic over event dates `first` to `last`, as known at the end of `known_on`.

    `known_on` None: as known now. Raises KeyError for an unknown statistic and ValueError for a
    code that it does not have.
    """
    (figure,) = ask(
        connection,
        _BY_ID[statistic_id],
        region=region,
        periods=[Period(first=first, last=last)],
        known_on=known_on,
        code=code,
    )
    return figure
