"""What a rule is: a class whose fields are its parameters and whose defaults are ours."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Self

from streams.household.episodes import Episode, Signal
from streams.household.journal_event import EventKey
from streams.household.severity import Level

NO_SUBJECT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """That a rule's condition holds at an episode: how high, on which events, and in words."""

    level: Level
    evidence: tuple[EventKey, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRule(ABC):
    """A rule that looks at each episode over the signals of that episode and earlier ones.

    Fields are parameters: whole numbers with a default, in days or in numbers of something.
    A change of what a rule means is a new `version`; a change of a number is a parameter.
    """

    rule_id: ClassVar[str]
    version: ClassVar[int]
    label: ClassVar[str]
    ground: ClassVar[str]
    meaning: ClassVar[str]

    @abstractmethod
    def trigger(self, episodes: Sequence[Episode], at: int) -> Trigger | None:
        """Return what holds at `episodes[at]`, or None; later episodes may not be looked at."""

    @classmethod
    def with_parameters(cls, values: Mapping[object, object]) -> Self:
        """Return the rule with these parameters, the rest at their defaults.

        Raises ValueError for a parameter that the rule does not have, or that is no whole number
        from 0 on.
        """
        known = {field.name for field in fields(cls)}
        numbers: dict[str, int] = {}
        for name, value in values.items():
            # A bool is an int to Python; a rule that gets one would count with it.
            if name not in known or type(value) is not int or value < 0:
                raise ValueError(f"{cls.rule_id} cannot take the parameter {name}")
            numbers[str(name)] = value
        return replace(cls(), **numbers)

    def canonical_parameters(self) -> str:
        """Return the parameters as canonical JSON: sorted, without spaces."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps(values, sort_keys=True, separators=(",", ":"))


def episodes_within(episodes: Sequence[Episode], at: int, window_days: int) -> Sequence[Episode]:
    """Return the episodes up to `at` within so many days of it, both ends in."""
    day = episodes[at].day
    first = at
    while first > 0 and (day - episodes[first - 1].day).days <= window_days:
        first -= 1
    return episodes[first : at + 1]


def signals_within(episodes: Sequence[Episode], at: int, window_days: int) -> Iterator[Signal]:
    """Yield the signals of episodes up to `at` that lie within so many days of it.

    Signals of the episode itself may be up to three days later than its time and always count.
    """
    day = episodes[at].day
    for number in range(at, -1, -1):
        # Episodes last three days at most, so one that starts before the window may end in it.
        within = [s for s in episodes[number].signals if (day - s.day).days <= window_days]
        if not within:
            return
        yield from within
