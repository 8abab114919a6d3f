"""R01: several episodes within a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from streams.household.episodes import Episode
from streams.household.rules.rule import EpisodeRule, Trigger, episodes_within
from streams.household.sentences import dutch_day
from streams.household.severity import Level


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

    def trigger(self, episodes: Sequence[Episode], at: int) -> Trigger | None:
        """Return ATTENTION from `attention_episodes` on, HIGH from `high_episodes` on."""
        counted = episodes_within(episodes, at, self.window_days)
        number = len(counted)
        if number < self.attention_episodes:
            return None
        return Trigger(
            level=Level.HIGH if number >= self.high_episodes else Level.ATTENTION,
            evidence=tuple(signal.key for episode in counted for signal in episode.signals),
            sentence=(
                f"{number} voorvallen in {self.window_days} dagen "
                f"(laatste op {dutch_day(episodes[at].day)})"
            ),
        )
