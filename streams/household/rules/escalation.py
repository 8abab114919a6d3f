"""R06: faster, or worse, than before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import sub
from typing import ClassVar

from streams.household.episodes import Episode
from streams.household.facts import Assessment, Fact
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger, episodes_within
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(EpisodeRule):
    """Episodes follow each other twice as fast, or an episode is graver than all before it."""

    rule_id: ClassVar[str] = "R06"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Escalatie"
    ground: ClassVar[str] = "Besluit tijdelijk huisverbod, bijlage; DASH: toename van geweld"
    meaning: ClassVar[str] = (
        "Ten minste `min_episodes` voorvallen binnen `window_days` dagen waarvan de laatste "
        "tussentijd hooguit `gap_percent` procent is van de mediaan van de eerdere tussentijden; "
        "of een ernst die hoger is dan die van alle eerdere voorvallen in die dagen (waarvan ten "
        "minste één met bekende ernst)."
    )
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({Assessment})

    window_days: int = 365
    min_episodes: int = 3
    gap_percent: int = 50

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield HIGH for either; the sentence says both when both hold."""
        numbers = episodes_within(picture, at, self.window_days)
        if len(numbers) < 2:
            return
        window = picture.episodes[numbers.start : numbers.stop]
        days = picture.days[numbers.start : numbers.stop]
        said = [part for part in (self._faster(days), _graver(window)) if part is not None]
        if not said:
            return
        yield Trigger(
            level=Level.HIGH,
            evidence=frozenset(episode.key for episode in window),
            sentence=(
                f"Escalatie bij het voorval van {dutch_day(window[-1].day)}: {' en '.join(said)}"
            ),
        )

    def _faster(self, days: Sequence[int]) -> str | None:
        if len(days) < max(3, self.min_episodes):
            return None
        *earlier, last = map(sub, days[1:], days)
        earlier.sort()
        # Twice the median, so that the mean of the middle two stays a whole number.
        twice = earlier[(len(earlier) - 1) // 2] + earlier[len(earlier) // 2]
        if 200 * last > self.gap_percent * twice:
            return None
        median = f"{twice // 2}" if twice % 2 == 0 else f"{twice // 2},5"
        return f"{last} dagen na het vorige, waar dat eerder {median} dagen was (mediaan)"


def _graver(window: Sequence[Episode]) -> str | None:
    *earlier, last = window
    highest = max((episode.severity for episode in earlier), default=0)
    if highest == 0 or last.severity <= highest:
        return None
    return f"ernst {last.severity}, waar die eerder hooguit {highest} was"
