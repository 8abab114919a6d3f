"""R05: a new signal while an earlier report still waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.courses import Wait
from streams.household.facts import Assessment, Fact, ServiceStep
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger
from streams.household.rules.windows import working_day_after
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar
from streams.household.traits import Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class WhileWaiting(EpisodeRule):
    """One report in seven comes while the one before it still waits; the queue should know."""

    rule_id: ClassVar[str] = "R05"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Nieuw signaal tijdens wachten"
    ground: ClassVar[str] = "CBS 85361NED: 14,4 % van de meldingen; termijn van vijf werkdagen"
    meaning: ClassVar[str] = (
        "Een voorval terwijl een andere melding van het huishouden nog niet is beoordeeld, of "
        "een dienst daarvan nog niet is opgepakt. Hoog bij ernst `high_severity` of meer, of als "
        "een onbeoordeelde melding langer wacht dan `assessment_working_days` werkdagen."
    )
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({Assessment, ServiceStep})

    assessment_working_days: int = 5
    high_severity: int = 3

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield ATTENTION or HIGH; what waits longest of each kind is cited."""
        episode = picture.episodes[at]
        own = episode.shows(Trait.REPORT_ID)
        others = [
            course
            for course in picture.waiting_after(episode.day)
            if course.registration.report_id not in own and course.received_on <= episode.day
        ]
        if not others:
            return
        unassessed = _longest([c.assessment for c in others if c.assessment.holds_on(episode.day)])
        unserved = _longest(
            [wait for course in others for wait in course.services if wait.holds_on(episode.day)]
        )
        waits = [wait for wait in (unassessed, unserved) if wait is not None]
        if not waits:
            return
        is_overdue = unassessed is not None and episode.day > working_day_after(
            calendar, unassessed.first, self.assessment_working_days
        )
        high = is_overdue or episode.severity >= self.high_severity
        yield Trigger(
            level=Level.HIGH if high else Level.ATTENTION,
            evidence=frozenset({episode.key, *(wait.key for wait in waits)}),
            sentence=_sentence(f"Voorval op {dutch_day(episode.day)}", unassessed, unserved),
        )


def _longest(waits: list[Wait]) -> Wait | None:
    return min(waits, key=lambda wait: (wait.first, wait.key), default=None)


def _sentence(begin: str, unassessed: Wait | None, unserved: Wait | None) -> str:
    parts = []
    if unassessed is not None:
        day = dutch_day(unassessed.first)
        parts.append(f"een melding van {day} nog niet is beoordeeld")
    if unserved is not None:
        parts.append(f"een dienst sinds {dutch_day(unserved.first)} wacht")
    return f"{begin} terwijl {' en '.join(parts)}"
