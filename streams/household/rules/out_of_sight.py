"""R12: a grave report, not assessed in time, and nobody of the family was reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from streams.household.facts import Contact, Fact, Registration
from streams.household.picture import Picture
from streams.household.rules.rule import ClockRule, Span
from streams.household.rules.windows import working_day_after
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfSight(ClockRule):
    """Silence where somebody should have looked: no assessment, no contact."""

    rule_id: ClassVar[str] = "R12"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Geen zicht"
    ground: ClassVar[str] = "IGJ 2023: beoordelingen buiten de termijn; Uitvoeringsbesluit 4.1.7"
    meaning: ClassVar[str] = (
        "Een melding met ernst `min_severity` of meer is `grace_working_days` werkdagen na het "
        "einde van de termijn van `assessment_working_days` werkdagen niet beoordeeld, en sinds "
        "de ontvangst is in die zaak geen betrokkene of ouder bereikt."
    )
    rests_on: ClassVar[frozenset[type[Fact]]] = frozenset({Registration})

    assessment_working_days: int = 5
    grace_working_days: int = 5
    min_severity: int = 3

    def spans(self, picture: Picture, calendar: Calendar, since: date) -> Iterator[Span]:
        """Yield HIGH for each such report until it is assessed or somebody is reached."""
        if picture.severity < self.min_severity:
            return
        reached: dict[str, list[Contact]] = {}
        for contact in picture.all_of(Contact):
            if contact.with_family:
                reached.setdefault(contact.case_id, []).append(contact)
        for course in picture.waiting_after(since):
            registration = course.registration
            severity = picture.episode_of(course).severity
            if severity < self.min_severity:
                continue
            due = working_day_after(calendar, course.received_on, self.assessment_working_days)
            grace = working_day_after(calendar, due, self.grace_working_days)
            until = course.assessment.until
            if until is not None and until <= grace:
                continue
            contacts = reached.get(registration.case_id, ())
            days = [c.day for c in contacts if c.day >= course.received_on]
            ends = [day for day in (until, min(days, default=None)) if day is not None]
            yield Span(
                first=grace + timedelta(days=1),
                until=min(ends, default=None),
                about=registration.key,
                severity=severity,
                subject=registration.report_id,
                level=Level.HIGH,
                evidence=frozenset({registration.key, picture.signal_of(registration).key}),
                sentence=partial(_sentence, course.received_on, severity, grace),
            )


def _sentence(received_on: date, severity: int, grace: date) -> str:
    return (
        f"Melding van {dutch_day(received_on)} met ernst {severity}: na {dutch_day(grace)} "
        "niet beoordeeld en niemand van het gezin bereikt"
    )
