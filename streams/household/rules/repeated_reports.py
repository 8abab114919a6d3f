"""R01: several episodes within a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger, episodes_within
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedReports(EpisodeRule):
    """Count the episodes of the last year, this one included."""

    rule_id: ClassVar[str] = "R01"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Herhaalde meldingen"
    ground: ClassVar[str] = "MARAC: drie voorvallen in twaalf maanden (SafeLives)"
    meaning: ClassVar[str] = (
        "Aantal voorvallen binnen `window_days` dagen vóór een voorval, dat voorval meegeteld."
    )

    window_days: int = 365
    attention_episodes: int = 3
    high_episodes: int = 5

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield ATTENTION from `attention_episodes` on, HIGH from `high_episodes` on.

        An episode is cited by its first signal, so that a busy year stays citable.
        """
        counted = episodes_within(picture, at, self.window_days)
        if len(counted) < self.attention_episodes:
            return
        yield Trigger(
            level=Level.HIGH if len(counted) >= self.high_episodes else Level.ATTENTION,
            evidence=frozenset([one.key for one in picture.episodes[counted.start : counted.stop]]),
            sentence=(
                f"{len(counted)} voorvallen in {self.window_days} dagen "
                f"(laatste op {dutch_day(picture.episodes[at].day)})"
            ),
        )
