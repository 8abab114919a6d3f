"""R11: known in another region, and on the move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.facts import Answer, Fact, Move
from streams.household.picture import Picture
from streams.household.rules.rule import EventRule, Occurrence, Trigger
from streams.household.rules.windows import days_between
from streams.household.sentences import dutch_day
from streams.household.severity import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownElsewhere(EventRule):
    """Moving away from care: known to another organisation within a year of a move."""

    rule_id: ClassVar[str] = "R11"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Bekend elders"
    ground: ClassVar[str] = "Informatie B en C bij de beoordeling; zorgmijding door verhuizen"
    meaning: ClassVar[str] = (
        "Een andere Veilig Thuis-organisatie of de Raad voor de Kinderbescherming antwoordt dat "
        "iemand bekend is, en iemand van het huishouden verhuist, hooguit `window_days` dagen uit "
        "elkaar. Het latere van de twee is de aanleiding."
    )
    reads: ClassVar[frozenset[type[Fact]]] = frozenset[type[Fact]]((Answer, Move))
    rests_on: ClassVar[frozenset[type[Fact]]] = reads

    window_days: int = 365

    def occurrences(self, picture: Picture) -> Iterator[Occurrence]:
        """Yield HIGH at each answer or move that comes after its counterpart."""
        moves = picture.all_of(Move)
        answers = [answer for answer in picture.all_of(Answer) if answer.known_elsewhere]
        pairs: dict[Answer | Move, list[Answer | Move]] = {}
        for answer in answers:
            for move in moves:
                if abs(days_between(move.day, answer.day)) <= self.window_days:
                    later, earlier = (move, answer) if move.day > answer.day else (answer, move)
                    pairs.setdefault(later, []).append(earlier)
        for later in sorted(pairs, key=lambda fact: (fact.at_ms, fact.key)):
            yield Occurrence(
                event=later.key, at_ms=later.at_ms, trigger=_trigger(later, pairs[later])
            )


def _trigger(later: Answer | Move, earlier: list[Answer | Move]) -> Trigger:
    last = max(earlier, key=lambda fact: (fact.at_ms, fact.key))
    answer, move = (later, last) if isinstance(later, Answer) else (last, later)
    return Trigger(
        level=Level.HIGH,
        evidence=frozenset({later.key, *(fact.key for fact in earlier)}),
        sentence=(
            "Bekend bij een andere Veilig Thuis-organisatie of de Raad voor de Kinderbescherming "
            f"(antwoord van {dutch_day(answer.day)}) en verhuisd op {dutch_day(move.day)}"
        ),
    )
