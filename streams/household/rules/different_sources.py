"""R02: reporters of different sectors within half a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger
from streams.household.rules.windows import cited, traces_within
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar
from streams.household.traits import Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentSources(EpisodeRule):
    """Count the sectors from which signals came; the police are justice and safety."""

    rule_id: ClassVar[str] = "R02"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Verschillende bronnen"
    ground: ClassVar[str] = "Radarfunctie: signalen van verschillende melders combineren"
    meaning: ClassVar[str] = (
        "Aantal verschillende hoedanigheden van melders (bekend, politie is justitie en "
        "veiligheid) binnen `window_days` dagen vóór een voorval."
    )

    window_days: int = 180
    attention_sectors: int = 2
    high_sectors: int = 3

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield ATTENTION from `attention_sectors` on, HIGH from `high_sectors` on.

        The sentence counts sectors and names none: who reported may be protected (Uitvoerings-
        besluit Wmo 2015, article 4.1.8).
        """
        found = traces_within(picture, at, Trait.SECTOR, self.window_days)
        number = len({sector for sector, _, _ in found})
        if number < self.attention_sectors:
            return
        yield Trigger(
            level=Level.HIGH if number >= self.high_sectors else Level.ATTENTION,
            evidence=cited(trace for _, trace, _ in found),
            sentence=(
                f"Signalen uit {number} verschillende sectoren in {self.window_days} dagen "
                f"(laatste voorval op {dutch_day(picture.episodes[at].day)})"
            ),
        )
