"""R04: an episode while the household is being monitored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.cases import monitoring_periods
from streams.household.facts import CaseStep, Fact
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class DuringMonitoring(EpisodeRule):
    """Monitoring asks whether it stayed safe; an episode is an answer."""

    rule_id: ClassVar[str] = "R04"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Melding tijdens monitoring"
    ground: ClassVar[str] = "CBS: vervolgmelding tijdens monitoring (85361NED)"
    meaning: ClassVar[str] = "Een voorval op een dag waarop de monitoring van een zaak loopt."
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({CaseStep})
    rests_on: ClassVar[frozenset[type[Fact]]] = reads

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield HIGH when monitoring had started and not ended on the day of the episode."""
        episode = picture.episodes[at]
        running = [p for p in monitoring_periods(picture) if p.holds_on(episode.day)]
        if not running:
            return
        since = min(period.first for period in running)
        yield Trigger(
            level=Level.HIGH,
            evidence=frozenset({episode.key, *(period.key for period in running)}),
            sentence=(
                f"Voorval op {dutch_day(episode.day)} tijdens monitoring "
                f"(gestart op {dutch_day(since)})"
            ),
        )
