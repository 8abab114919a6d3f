"""R16: a handover of which nothing was heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from streams.household.facts import Fact, Feedback, Handover
from streams.household.picture import Picture
from streams.household.rules.rule import ClockRule, Span
from streams.household.rules.windows import working_day_after
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar

TO_HELP = frozenset({"LOCAL_TEAM", "INVOLVED_PROFESSIONAL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFeedback(ClockRule):
    """The agreed day counts; without one, a number of working days."""

    rule_id: ClassVar[str] = "R16"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Geen terugkoppeling"
    ground: ClassVar[str] = "Regionale afspraken over terugkoppeling na overdracht"
    meaning: ClassVar[str] = (
        "Een overdracht aan een lokaal team of betrokken professional waarop na de afgesproken "
        "dag (anders na `feedback_working_days` werkdagen) geen enkele terugkoppeling kwam."
    )
    rests_on: ClassVar[frozenset[type[Fact]]] = frozenset({Handover})

    feedback_working_days: int = 10

    def spans(self, picture: Picture, calendar: Calendar, since: date) -> Iterator[Span]:
        """Yield INFO for each handover from the day after it was due until the first feedback."""
        heard: dict[str, date] = {}
        for feedback in picture.all_of(Feedback):
            heard.setdefault(feedback.handover_id, feedback.day)
        for handover in picture.all_of(Handover):
            if handover.to_kind not in TO_HELP:
                continue
            due = handover.feedback_due_on or working_day_after(
                calendar, handover.day, self.feedback_working_days
            )
            span = Span(
                first=due + timedelta(days=1),
                until=heard.get(handover.handover_id),
                about=handover.key,
                severity=0,
                subject=handover.handover_id,
                level=Level.INFO,
                evidence=frozenset((handover.key,)),
                sentence=partial(_sentence, handover.day, due),
            )
            if not span.is_empty:
                yield span


def _sentence(sent_on: date, due: date) -> str:
    return (
        f"Geen terugkoppeling op de overdracht van {dutch_day(sent_on)}, "
        f"verwacht uiterlijk {dutch_day(due)}"
    )
