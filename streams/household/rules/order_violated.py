"""R09: a restraining order was violated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from streams.household.facts import Fact, OrderStep
from streams.household.picture import Picture
from streams.household.rules.rule import EventRule, Occurrence, Trigger
from streams.household.sentences import dutch_day
from streams.household.severity import Level

VIOLATED = "VIOLATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderViolated(EventRule):
    """Each violation counts, of whichever order; whether it was known to be imposed does not."""

    rule_id: ClassVar[str] = "R09"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Huisverbod overtreden"
    ground: ClassVar[str] = "OM: overtreden contact- of huisverbod gaat aan partnerdoding vooraf"
    meaning: ClassVar[str] = "Elke overtreding van een huisverbod, per huisverbod één radarsignaal."
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({OrderStep})
    rests_on: ClassVar[frozenset[type[Fact]]] = reads

    def occurrences(self, picture: Picture) -> Iterator[Occurrence]:
        """Yield CRITICAL for each violation, about its order."""
        for step in picture.all_of(OrderStep):
            if step.status == VIOLATED:
                yield Occurrence(
                    event=step.key,
                    at_ms=step.at_ms,
                    trigger=Trigger(
                        subject=step.order_id,
                        level=Level.CRITICAL,
                        evidence=frozenset({step.key}),
                        sentence=f"Huisverbod overtreden op {dutch_day(step.day)}",
                    ),
                )
