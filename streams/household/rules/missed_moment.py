"""R18: a monitoring moment that was missed, after something grave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from streams.household.episodes import Episode
from streams.household.facts import Fact, MonitoringMoment
from streams.household.picture import Picture
from streams.household.rules.rule import ClockRule, Span
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar

MISSED = "MISSED"
PLANNED = "PLANNED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedMoment(ClockRule):
    """The newest version of a moment stands; it may have been planned anew."""

    rule_id: ClassVar[str] = "R18"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Monitoringmoment gemist"
    ground: ClassVar[str] = "Handelingsprotocol: contactmomenten in het jaar na de overdracht"
    meaning: ClassVar[str] = (
        "Een contactmoment is gemist, of `grace_days` dagen na de geplande dag nog niet gehouden, "
        "en het laatste voorval tot die dag had ernst `min_severity` of meer."
    )
    rests_on: ClassVar[frozenset[type[Fact]]] = frozenset({MonitoringMoment})

    grace_days: int = 14
    min_severity: int = 3

    def spans(self, picture: Picture, calendar: Calendar, since: date) -> Iterator[Span]:
        """Yield ATTENTION for each such moment, without end: a later version ends it."""
        newest: dict[tuple[str, int], MonitoringMoment] = {}
        for moment in picture.all_of(MonitoringMoment):
            name = (moment.case_id, moment.moment_no)
            if name not in newest or newest[name].position < moment.position:
                newest[name] = moment
        for moment in newest.values():
            episode = _last_episode(picture, moment.day)
            if moment.status not in (MISSED, PLANNED) or episode is None:
                continue
            if episode.severity < self.min_severity:
                continue
            is_missed = moment.status == MISSED
            yield Span(
                # What is said to be missed is missed on any day.
                first=date.min if is_missed else moment.day + timedelta(days=self.grace_days + 1),
                until=None,
                about=moment.key,
                severity=episode.severity,
                subject=f"{moment.case_id}#{moment.moment_no}",
                level=Level.ATTENTION,
                evidence=frozenset({moment.key, episode.key}),
                sentence=partial(_sentence, moment, is_missed=is_missed),
            )


def _last_episode(picture: Picture, day: date) -> Episode | None:
    at = picture.first_episode_on_or_after(day + timedelta(days=1)) - 1
    return picture.episodes[at] if at >= 0 else None


def _sentence(moment: MonitoringMoment, *, is_missed: bool) -> str:
    planned = f"Monitoringmoment {moment.moment_no} van {dutch_day(moment.day)}"
    return f"{planned} is gemist" if is_missed else f"{planned} is nog niet gehouden"
