"""S16, S19 and S22: what is open at a day, waiting or picked up, and what is over its legal date.

Asked of days: a period of one day each. Figures of what was completed say nothing of what is still
open, which makes them too good (domain.md §1.4): these stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from projections.copying import Connection
from projections.named_sql import query
from projections.statistics.figure import SQL_PACKAGE, Period, Question, Statistic, cutoff

OPEN, WAITING, PICKED_UP, OVERDUE = "OPEN", "WAITING", "PICKED_UP", "OVERDUE"

_FILE = "s16_work_stock.sql"
S16 = Statistic(
    id="S16",
    title="Openstaande veiligheidsbeoordelingen",
    file=_FILE,
    section="open_assessments",
    codes=(OPEN, OVERDUE),
)
S19 = Statistic(
    id="S19",
    title="Werkvoorraad Voorwaarden & Vervolg",
    file=_FILE,
    section="open_services",
    parameters=(("service", "CONDITIONS_AND_FOLLOW_UP"),),
    codes=(WAITING, PICKED_UP, OVERDUE),
)
S22 = Statistic(
    id="S22",
    title="Werkvoorraad onderzoek",
    file=_FILE,
    section="open_services",
    parameters=(("service", "INVESTIGATION"),),
    codes=(WAITING, PICKED_UP, OVERDUE),
)

KINDS: Mapping[str, Statistic] = MappingProxyType(
    {"SAFETY_ASSESSMENT": S16, "CONDITIONS_AND_FOLLOW_UP": S19, "INVESTIGATION": S22}
)
"""The kinds of open items, each with the statistic that counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One item of the work stock: a report without assessment, or a service that is not over.

    `kind` is one of `KINDS`; `due_on` None: its report does not stand, so no
    term is known.
    """

    kind: str
    reference: str
    case_id: str
    municipality: str | None
    since: date
    status: str
    due_on: date | None
    is_overdue: bool


def on_day(day: date) -> Period:
    """Return the period under which the work stock of one day is asked."""
    return Period(first=day, last=day)


def first_days(first: date, last: date) -> Sequence[Period]:
    """Return the first of each month from `first` to `last`, as the report's figures 6 and 8."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    days = [date(month // 12, month % 12 + 1, 1) for month in months]
    return [on_day(day) for day in days if first <= day <= last]


def open_items(
    connection: Connection,
    question: Question,
    day: date,
    *,
    kind: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[OpenItem]:
    """Return what was open on a day, the longest overdue first; see S16 and S19 for "open".

    `kind` None: all three. `limit` None: without an end; `offset` are items passed over.
    """
    cursor = connection.execute(
        query(_FILE, "open_items", SQL_PACKAGE),
        {
            "region": question.region,
            "municipality": question.municipality,
            "cutoff": cutoff(question.known_on),
            "day": day,
            "kind": kind,
            "limit": limit,
            "offset": offset,
        },
    )
    return [
        OpenItem(
            kind=kind,
            reference=reference,
            case_id=case_id,
            municipality=municipality,
            since=since,
            status=status,
            due_on=due_on,
            is_overdue=due_on is not None and due_on < day,
        )
        for kind, reference, case_id, municipality, since, status, due_on in cursor
    ]
