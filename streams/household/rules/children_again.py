"""R10: children present in more than one episode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger, episodes_within
from streams.household.rules.windows import cited
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar
from streams.household.traits import Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenAgain(EpisodeRule):
    """Children are in 84 % of all reports, so it takes a repetition to ask for attention."""

    rule_id: ClassVar[str] = "R10"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Kind in herhaald geweld"
    ground: ClassVar[str] = "Bestuursrapportage: bij 84 % van de meldingen zijn kinderen betrokken"
    meaning: ClassVar[str] = (
        "Kinderen betrokken bij een voorval en bij in totaal ten minste `attention_episodes` "
        "voorvallen binnen `window_days` dagen. Hoog als daarbij een kind jonger dan twee jaar "
        "of een ongeboren kind is."
    )
    shown: ClassVar[Trait | None] = Trait.CHILD

    window_days: int = 365
    attention_episodes: int = 2

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield ATTENTION, or HIGH when any of the episodes has an infant or unborn child."""
        window = [
            picture.episodes[number] for number in episodes_within(picture, at, self.window_days)
        ]
        children = [trace for e in window for trace in e.shows(Trait.CHILD).values()]
        if len(children) < self.attention_episodes:
            return
        infants = [trace for e in window for trace in e.shows(Trait.INFANT).values()]
        sentence = f"Kinderen betrokken bij {len(children)} voorvallen in {self.window_days} dagen"
        if infants:
            sentence += ", ook een kind jonger dan twee jaar of ongeboren"
        yield Trigger(
            level=Level.HIGH if infants else Level.ATTENTION,
            evidence=cited([*children, *infants]),
            sentence=f"{sentence} (laatste op {dutch_day(window[-1].day)})",
        )
