"""R08: an episode with somebody who was under a restraining order before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from streams.household.facts import Fact, OrderStep, Sighting
from streams.household.journal_event import EventKey
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger
from streams.household.rules.windows import cited, is_within_months
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar
from streams.household.traits import Trait

IMPOSED = "IMPOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierOrder(EpisodeRule):
    """The order may have been imposed in any household of the region."""

    rule_id: ClassVar[str] = "R08"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Eerder huisverbod"
    ground: ClassVar[str] = "Wet tijdelijk huisverbod art. 10: dossier vijf jaar bewaard"
    meaning: ClassVar[str] = (
        "Een voorval met een persoon voor wie in de `window_years` jaar daarvóór in de regio een "
        "huisverbod is opgelegd."
    )
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({OrderStep, Sighting})
    rests_on: ClassVar[frozenset[type[Fact]]] = reads
    shown: ClassVar[Trait | None] = Trait.PERSON

    window_years: int = 5

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield HIGH when a person of the episode was sent from home before it."""
        episode = picture.episodes[at]
        people = episode.shows(Trait.PERSON)
        found = [
            (day, key, pid)
            for day, key, pid in _imposed(picture)
            if pid in people
            and day < episode.day
            and is_within_months(day, episode.day, 12 * self.window_years)
        ]
        if not found:
            return
        last = max(day for day, _, _ in found)
        yield Trigger(
            level=Level.HIGH,
            evidence=cited(people[pid] for _, _, pid in found) | {key for _, key, _ in found},
            sentence=(
                f"Bij het voorval van {dutch_day(episode.day)} is iemand betrokken die eerder een "
                f"huisverbod kreeg (opgelegd op {dutch_day(last)})"
            ),
        )


def _imposed(picture: Picture) -> Iterator[tuple[date, EventKey, str]]:
    for step in picture.all_of(OrderStep):
        if step.status == IMPOSED and step.removed is not None:
            yield step.day, step.key, step.removed
    for sighting in picture.all_of(Sighting):
        if sighting.by_order:
            yield sighting.day, sighting.key, sighting.pid
