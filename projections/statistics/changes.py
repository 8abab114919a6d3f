"""What happened to units between two journal positions: which rows, and how they changed a fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from projections.copying import Connection
from projections.named_sql import query
from projections.statistics.figure import SQL_PACKAGE
from schemas.topics import topic_of

FILE = "changes.sql"
ADVICE_KIND = "advice"
SECTIONS: Mapping[str, tuple[str, ...]] = {
    ADVICE_KIND: ("advices",),
    "report": ("reports",),
    "reported_case": ("reports_of_cases",),
    "assessment": ("reports", "assessments"),
    "service": ("services", "reports_of_services"),
    "order": ("orders",),
    "mda": ("mda",),
    "case": ("cases", "reports_of_cases"),
    "moment": ("moments", "reports_of_moments"),
    "told": ("reports", "told"),
    "person_told": ("reports_of_persons", "persons_told"),
}
"""Kind of unit to the facts that make it; see `members.Membership.kind`."""


class How(Enum):
    """How a row changed what was counted."""

    ARRIVED = "arrived"
    RESTATED = "restated"
    REPLACED = "replaced"
    RETRACTED = "retracted"
    DUPLICATE = "duplicate"
    CORRECTION_WITHDRAWN = "correction_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The rows of a region's two logs after one edition's positions, up to another's."""

    region: str
    journal: tuple[int, int]
    advice: tuple[int, int]

    def of(self, kind: str) -> tuple[int, int]:
        """Return (after, until) in the log that speaks of this kind of unit."""
        return self.advice if kind == ADVICE_KIND else self.journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row that changed a fact of a unit; `day` is the fact's own, None where it has none."""

    position: int
    day: date | None
    is_restating: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One journal row as it is told: `about` is the event type, `sender` its kind of source."""

    event_id: str
    about: str
    sender: str
    position: int
    known_at: datetime
    how: How


def changes_of(
    connection: Connection, kind: str, units: Iterable[str], stretch: Stretch
) -> Mapping[str, Sequence[Change]]:
    """Return the changes of each unit in the stretch, in order of position."""
    after, until = stretch.of(kind)
    asked = {
        "region": stretch.region,
        "units": sorted(units),
        "after": after,
        "until": until,
    }
    found: dict[str, set[Change]] = defaultdict(set)
    for section in SECTIONS[kind]:
        cursor = connection.execute(query(FILE, section, SQL_PACKAGE), asked)
        versions = [(unit, day, (opened, closed)) for unit, day, opened, closed in cursor]
        moved = {(unit, opened) for unit, _, (opened, _) in versions}
        for unit, day, ends in versions:
            for position in ends:
                if position is not None and after < position <= until:
                    # A version that closes where another of the same unit opens.
                    restating = position == ends[1] and (unit, position) in moved
                    found[unit].add(Change(position=position, day=day, is_restating=restating))
    return {unit: sorted(each, key=_order) for unit, each in found.items()}


def happenings(
    connection: Connection, kind: str, changes: Iterable[Change], region: str
) -> Mapping[int, Happening]:
    """Return what stands in the log at the positions of these changes.

    Raises LookupError when the log lacks one: a fact that follows from nothing is a defect.
    """
    restating: dict[int, bool] = defaultdict(bool)
    for change in changes:
        restating[change.position] |= change.is_restating
    section = "advice_rows" if kind == ADVICE_KIND else "journal_rows"
    asked = {"region": region, "positions": sorted(restating)}
    cursor = connection.execute(query(FILE, section, SQL_PACKAGE), asked)
    found = {}
    for position, _source, event_id, record_name, known_at, correction, target, replaces in cursor:
        about = target or record_name
        found[position] = Happening(
            event_id=event_id,
            about=about,
            sender=_sender(about),
            position=position,
            known_at=known_at,
            how=_how(correction, about, replaces=replaces, restates=restating[position]),
        )
    if missing := restating.keys() - found.keys():
        raise LookupError(f"the log of {region} has no row at position {min(missing)}")
    return found


def _order(change: Change) -> tuple[int, bool, date]:
    return change.position, change.is_restating, change.day or date.min


def _how(correction: str | None, about: str, *, replaces: bool, restates: bool) -> How:
    if correction is not None:
        if about in ("EventCorrected", "AdviceCorrected"):
            return How.CORRECTION_WITHDRAWN
        kinds = {"RETRACTED": How.RETRACTED, "DUPLICATE_OF": How.DUPLICATE}
        return kinds.get(correction, How.REPLACED)
    if replaces:
        return How.REPLACED
    return How.RESTATED if restates else How.ARRIVED


def _sender(record_name: str) -> str:
    """Return the kind of source that speaks of such events: `case`, `police`, `advice` …."""
    try:
        return topic_of(record_name).split(".")[2]
    except LookupError:
        return "any"
