"""R03: again unsafe after a handover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.facts import Fact, Feedback, Handover
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, EventRule, Occurrence, Trigger
from streams.household.rules.windows import days_between
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar

TO_HELP_OR_NETWORK = frozenset({"LOCAL_TEAM", "INVOLVED_PROFESSIONAL", "CLIENT_NETWORK"})
RETURNED_UNSAFE = "RETURNED_UNSAFE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterHandover(EpisodeRule, EventRule):
    """An episode soon after a handover, or a handover that came back as unsafe."""

    rule_id: ClassVar[str] = "R03"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Opnieuw na overdracht"
    ground: ClassVar[str] = "Handelingsprotocol: overdracht moet tot duurzame veiligheid leiden"
    meaning: ClassVar[str] = (
        "Een voorval 1 tot en met `window_days` dagen na een overdracht aan een lokaal team, een "
        "betrokken professional of het netwerk; of een overdracht die als onveilig terugkomt."
    )
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({Handover, Feedback})
    rests_on: ClassVar[frozenset[type[Fact]]] = reads

    window_days: int = 180

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield HIGH when a handover was sent 1 to `window_days` days before the episode."""
        episode = picture.episodes[at]
        earlier = [
            handover
            for handover in picture.all_of(Handover)
            if handover.to_kind in TO_HELP_OR_NETWORK
            and 1 <= days_between(handover.day, episode.day) <= self.window_days
        ]
        if not earlier:
            return
        last = earlier[-1].day
        yield Trigger(
            level=Level.HIGH,
            evidence=frozenset({episode.key, *(handover.key for handover in earlier)}),
            sentence=(
                f"Nieuw voorval op {dutch_day(episode.day)}, {days_between(last, episode.day)} "
                f"dagen na een overdracht (van {dutch_day(last)})"
            ),
        )

    def occurrences(self, picture: Picture) -> Iterator[Occurrence]:
        """Yield HIGH for each feedback that returns a handover as unsafe."""
        for feedback in picture.all_of(Feedback):
            if feedback.status == RETURNED_UNSAFE:
                yield Occurrence(
                    event=feedback.key,
                    at_ms=feedback.at_ms,
                    trigger=Trigger(
                        level=Level.HIGH,
                        evidence=frozenset({feedback.key}),
                        sentence=(
                            f"Overdracht als onveilig teruggegeven op {dutch_day(feedback.day)}"
                        ),
                    ),
                )
