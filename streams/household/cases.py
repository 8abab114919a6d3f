"""Cases over time: on which days one is open, and on which days it is monitored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from streams.household.facts import CaseStep, Registration
from streams.household.journal_event import EventKey
from streams.household.picture import Picture

OPENING = frozenset({"OPENED", "REOPENED"})
CLOSING = "CLOSED"
MONITORING_STARTED = "MONITORING_STARTED"
MONITORING_ENDED = "MONITORING_ENDED"
# A case may begin by its first report; on that day it comes before what the sender says of it.
BEFORE_ALL = -1

_Turn = tuple[date, int, EventKey, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days from `first` to the day before `until`; None: without end.  `key` is what began it."""

    key: EventKey
    first: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether the day lies in the period."""
        return self.first <= day and (self.until is None or day < self.until)


def open_periods(picture: Picture) -> dict[str, list[Period]]:
    """Return for each case when it was open: by its status, or from its first report on."""
    turns: dict[str, list[_Turn]] = {}
    for registration in picture.all_of(Registration):
        if registration.case_id not in turns:
            turn = (registration.day, BEFORE_ALL, registration.key, True)
            turns[registration.case_id] = [turn]
    for step in picture.all_of(CaseStep):
        if step.status in OPENING or step.status == CLOSING:
            turn = (step.day, step.said_ms, step.key, step.status in OPENING)
            turns.setdefault(step.case_id, []).append(turn)
    return {case_id: list(_periods(found)) for case_id, found in turns.items()}


def monitoring_periods(picture: Picture) -> list[Period]:
    """Return when any case of the household was monitored."""
    turns: dict[str, list[_Turn]] = {}
    for step in picture.all_of(CaseStep):
        if step.status in (MONITORING_STARTED, MONITORING_ENDED):
            turn = (step.day, step.said_ms, step.key, step.status == MONITORING_STARTED)
            turns.setdefault(step.case_id, []).append(turn)
    return [period for found in turns.values() for period in _periods(found)]


def _periods(turns: Iterable[_Turn]) -> Iterator[Period]:
    """Yield the stretches between a beginning and the end after it; repeats change nothing."""
    began: tuple[date, EventKey] | None = None
    for day, _, key, begins in sorted(turns):
        if begins and began is None:
            began = (day, key)
        elif not begins and began is not None:
            yield Period(key=began[1], first=began[0], until=day)
            began = None
    if began is not None:
        yield Period(key=began[1], first=began[0], until=None)
