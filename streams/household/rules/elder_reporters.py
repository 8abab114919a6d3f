"""R17: different reporters about abuse of an elderly person."""

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
from streams.household.traits import NON_PROFESSIONAL, Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class ElderReporters(EpisodeRule):
    """Elder abuse is reported less than is likely, so two reporters weigh more than elsewhere."""

    rule_id: ClassVar[str] = "R17"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Oudere en afhankelijk"
    ground: ClassVar[str] = "Bestuursrapportage: ouderenmishandeling minder gemeld dan aannemelijk"
    meaning: ClassVar[str] = (
        "Een voorval met ouderenmishandeling of financiële uitbuiting, en ten minste "
        "`attention_reporters` verschillende melders daarvan binnen `window_days` dagen. Een "
        "melder is een organisatie met haar sector; burgers tellen één keer per voorval."
    )
    shown: ClassVar[Trait | None] = Trait.ELDER_REPORTER

    window_days: int = 365
    attention_reporters: int = 2

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield ATTENTION; the sentence counts reporters and names none."""
        found = traces_within(picture, at, Trait.ELDER_REPORTER, self.window_days)
        reporters = {(who, number if who == NON_PROFESSIONAL else None) for who, _, number in found}
        if len(reporters) < self.attention_reporters:
            return
        yield Trigger(
            level=Level.ATTENTION,
            evidence=cited(trace for _, trace, _ in found),
            sentence=(
                f"Ouderenmishandeling of financiële uitbuiting gemeld door {len(reporters)} "
                f"verschillende melders in {self.window_days} dagen "
                f"(laatste voorval op {dutch_day(picture.episodes[at].day)})"
            ),
        )
