"""The course of a report: from its receipt to its assessment and its services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from streams.household.facts import Assessment, Fact, Registration, ServiceStep
from streams.household.journal_event import EventKey

SERVICE_REGISTERED = "REGISTERED"
# A service no longer waits once someone picked it up, or it ended.
SERVICE_MOVED_ON = frozenset({"PICKED_UP", "COMPLETED", "ABORTED"})


class Wait(NamedTuple):
    """Days on which something waits: from `first` to the day before `until`; None: still waits."""

    key: EventKey
    first: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether it waits on that day."""
        return self.first <= day and (self.until is None or day < self.until)


class ReportCourse(NamedTuple):
    """A report that was registered; of several registrations the first by day counts.

    `assessment` is the wait for its assessment, `services` those for services to be picked up.
    """

    registration: Registration
    assessment: Wait
    services: tuple[Wait, ...]

    @property
    def last_until(self) -> int:
        """Return the ordinal of the day on which its last wait ends; that of all days for never."""
        untils = [wait.until or date.max for wait in (self.assessment, *self.services)]
        return max(untils).toordinal()

    @property
    def received_on(self) -> date:
        """Return the day of receipt."""
        return self.assessment.first


def course_of(facts: Iterable[Fact]) -> ReportCourse | None:
    """Return the course that the facts of one report tell, in order of time; None: unregistered."""
    registration: Registration | None = None
    assessed_on: date | None = None
    steps: dict[str, list[ServiceStep]] = {}
    for fact in facts:
        match fact:
            case Registration():
                registration = registration or fact
            case Assessment():
                assessed_on = assessed_on or fact.day
            case ServiceStep():
                steps.setdefault(fact.service_id, []).append(fact)
            case _:
                raise AssertionError("only these kinds of facts name a report")
    if registration is None:
        return None
    return ReportCourse(
        registration=registration,
        assessment=Wait(key=registration.key, first=registration.day, until=assessed_on),
        services=tuple(_waits(steps.values())),
    )


def _waits(services: Iterable[list[ServiceStep]]) -> Iterator[Wait]:
    for steps in services:
        registered = [step for step in steps if step.status == SERVICE_REGISTERED]
        moved_on = [step.day for step in steps if step.status in SERVICE_MOVED_ON]
        if registered:
            yield Wait(
                key=registered[0].key,
                first=registered[0].day,
                until=min(moved_on, default=None),
            )
