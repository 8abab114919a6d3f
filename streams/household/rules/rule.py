"""What a rule is: a class whose fields are its parameters and whose defaults are ours.

There are three kinds, by what brings them to speak: an episode, an event, a day that passes.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import ClassVar, NamedTuple, Self

from streams.household.facts import Fact
from streams.household.journal_event import EventKey
from streams.household.picture import Picture
from streams.household.severity import Level
from streams.household.terms import Calendar
from streams.household.traits import Trait

NO_SUBJECT = ""
# Ten years in days; no rule looks back further, and no day may leave the calendar.
PARAMETER_MAX = 3_660


class Trigger(NamedTuple):
    """That a rule's condition holds: about what, how high, on which events, and in words."""

    level: Level
    evidence: frozenset[EventKey]
    sentence: str
    subject: str = NO_SUBJECT


class Occurrence(NamedTuple):
    """An event that triggers a rule by itself, and the instant at which it does."""

    event: EventKey
    at_ms: int
    trigger: Trigger


class Span(NamedTuple):
    """Days on which a clock rule holds: from `first` to the day before `until` (None: no end).

    `about` is the event that its subject rests on, `severity` the class of the episode concerned.
    Spans are asked for with every event and seldom say anything, so `sentence` is made when asked.
    """

    first: date
    until: date | None
    about: EventKey
    severity: int
    subject: str
    level: Level
    evidence: frozenset[EventKey]
    sentence: Callable[[], str]

    def holds_on(self, day: date) -> bool:
        """Say whether the condition holds on that day."""
        return self.first <= day and (self.until is None or day < self.until)

    @property
    def is_empty(self) -> bool:
        """Say whether there is no such day."""
        return self.until is not None and self.until <= self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(ABC):
    """What all rules have: a name, a ground, a meaning, and whole numbers to set.

    Fields are parameters with a default, in days or in numbers of something.  A change of what a
    rule means is a new `version`; a change of a number is a parameter.
    """

    rule_id: ClassVar[str]
    version: ClassVar[int]
    label: ClassVar[str]
    ground: ClassVar[str]
    meaning: ClassVar[str]
    # Kinds of facts, beside those that make episodes, without which it cannot think otherwise.
    reads: ClassVar[frozenset[type[Fact]]] = frozenset()
    # Kinds of facts of which there must be one for it to hold at all, if any is needed: most
    # households have few kinds, and a rule that is not asked costs nothing.
    rests_on: ClassVar[frozenset[type[Fact]]] = frozenset()

    @classmethod
    def with_parameters(cls, values: Mapping[object, object]) -> Self:
        """Return the rule with these parameters, the rest at their defaults.

        Raises ValueError for a parameter that the rule does not have, or that is no whole number
        from 0 to `PARAMETER_MAX`.
        """
        known = {field.name for field in fields(cls)}
        numbers: dict[str, int] = {}
        for name, value in values.items():
            # A bool is an int to Python; a rule that gets one would count with it.
            if name not in known or type(value) is not int or not 0 <= value <= PARAMETER_MAX:
                raise ValueError(f"{cls.rule_id} cannot take the parameter {name}")
            numbers[str(name)] = value
        return replace(cls(), **numbers)

    def canonical_parameters(self) -> str:
        """Return the parameters as canonical JSON: sorted, without spaces."""
        return _canonical_parameters(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRule(Rule):
    """A rule that looks at each episode, over that episode and what came before it.

    It is asked only about episodes that show the trait `shown`, if it names one.
    """

    shown: ClassVar[Trait | None] = None

    @abstractmethod
    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterable[Trigger]:
        """Return what holds at `picture.episodes[at]`, one trigger for each subject.

        Later episodes may not be looked at.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule(Rule):
    """A rule that an event triggers by itself, whatever episodes there are."""

    @abstractmethod
    def occurrences(self, picture: Picture) -> Iterable[Occurrence]:
        """Return the events at which it holds, in order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule(Rule):
    """A rule that watches what does not happen: it speaks and falls silent at ticks."""

    @abstractmethod
    def spans(self, picture: Picture, calendar: Calendar, since: date) -> Iterable[Span]:
        """Return the days on which it holds; a subject may have several stretches.

        Stretches that ended on or before `since` may be left out.
        """


@lru_cache(maxsize=1_024)
def _canonical_parameters(rule: Rule) -> str:
    values = {field.name: getattr(rule, field.name) for field in fields(rule)}
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def episodes_within(picture: Picture, at: int, window_days: int) -> range:
    """Return the numbers of the episodes up to `at` within so many days of it, both ends in."""
    return range(bisect_left(picture.days, picture.days[at] - window_days, hi=at), at + 1)
