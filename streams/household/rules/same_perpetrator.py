"""R14: the same suspected perpetrator in another household."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.facts import Fact, Sighting
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger
from streams.household.rules.windows import cited, is_within_months
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar
from streams.household.traits import Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePerpetrator(EpisodeRule):
    """What he did elsewhere is told by `PersonSeenElsewhere`; one finding for each person."""

    rule_id: ClassVar[str] = "R14"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Pleger in meer huishoudens"
    ground: ClassVar[str] = "Radarfunctie: een pleger die van gezin wisselt"
    meaning: ClassVar[str] = (
        "Een vermoedelijke pleger van een voorval was in de `window_years` jaar daarvóór ook in "
        "een signaal van een ander huishouden vermoedelijke pleger."
    )
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({Sighting})
    rests_on: ClassVar[frozenset[type[Fact]]] = reads
    shown: ClassVar[Trait | None] = Trait.PERPETRATOR

    window_years: int = 5

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield HIGH for each suspected perpetrator of the episode who was seen elsewhere."""
        episode = picture.episodes[at]
        suspects = episode.shows(Trait.PERPETRATOR)
        seen: dict[str, list[Sighting]] = {}
        for sighting in picture.all_of(Sighting):
            if (
                not sighting.by_order
                and sighting.pid in suspects
                and is_within_months(sighting.day, episode.day, 12 * self.window_years)
            ):
                seen.setdefault(sighting.pid, []).append(sighting)
        for pid, sightings in sorted(seen.items()):
            yield Trigger(
                subject=pid,
                level=Level.HIGH,
                evidence=cited([suspects[pid]]) | {sighting.key for sighting in sightings},
                sentence=(
                    f"Een vermoedelijke pleger bij het voorval van {dutch_day(episode.day)} was "
                    "dat ook in een ander huishouden "
                    f"(signaal van {dutch_day(sightings[-1].day)})"
                ),
            )
