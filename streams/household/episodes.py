"""Signals and episodes: which events speak of one and the same incident.

Five police reports of one night are one episode, so that a diligent force does not look like a
household in which more happens (definitions.md, Episode).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from types import MappingProxyType
from typing import NamedTuple

from streams.household.facts import Assessment, Registration, Report
from streams.household.journal_event import EventKey
from streams.household.severity import severity_of
from streams.household.terms import day_of
from streams.household.traits import Trace, Trait, Traits, traits_of, united

EPISODE_HOURS = 72
EPISODE_MS = EPISODE_HOURS * 3_600_000


_NOTHING: Mapping[str, Trace] = MappingProxyType({})


class Signal(NamedTuple):
    """Something reported about the household; sorts as the definitions sort signals."""

    at_ms: int
    key: EventKey

    @property
    def day(self) -> date:
        """Return the day of the signal in Amsterdam."""
        return day_of(self.at_ms)


class Saying(NamedTuple):
    """What one event says of one signal: the signal itself, its registration, its assessment."""

    signal: Signal
    severity: int
    traits: Traits


class Episode(NamedTuple):
    """Signals within 72 hours of the first; its id and its time are those of the first.

    `day` is that of the first signal, in Amsterdam.
    """

    signals: tuple[Signal, ...]
    day: date
    severity: int = 0
    traits: Traits = MappingProxyType({})

    @property
    def key(self) -> EventKey:
        """Return the episode's id: the event of its first signal."""
        return self.signals[0].key

    @property
    def at_ms(self) -> int:
        """Return the episode's time T."""
        return self.signals[0].at_ms

    def shows(self, trait: Trait) -> Mapping[str, Trace]:
        """Return the values of a trait, each with where it shows last."""
        return self.traits.get(trait, _NOTHING)

    def shows_no_more_than(self, other: Episode) -> bool:
        """Say whether rules see the same in both, but for which events show it."""
        return (
            self.signals[0] == other.signals[0]
            and self.severity == other.severity
            and self.traits.keys() == other.traits.keys()
            and all(
                self.traits[trait].keys() == other.traits[trait].keys() for trait in self.traits
            )
        )

    def joined_by(self, saying: Saying) -> Episode:
        """Return the episode with one signal more, which is not its first."""
        signals = list(self.signals)
        insort(signals, saying.signal)
        return Episode(
            signals=tuple(signals),
            day=self.day,
            severity=max(self.severity, saying.severity),
            traits=united(self.traits, saying.traits),
        )

    def hearing(self, saying: Saying) -> Episode:
        """Return the episode with what one more event says of one of its signals.

        The episode itself when that is nothing new.
        """
        traits = united(self.traits, saying.traits)
        if traits is self.traits and saying.severity <= self.severity:
            return self
        return self._replace(severity=max(self.severity, saying.severity), traits=traits)


def saying_of(
    signal: Report | Registration, at_ms: int, said: Report | Registration | Assessment
) -> Saying:
    """Return what a fact says of a signal that counts at `at_ms`."""
    return Saying(
        signal=Signal(at_ms, signal.key),
        severity=severity_of(said.marks),
        traits=traits_of(signal, at_ms, said),
    )


def episodes_from(signals: Sequence[Signal], sayings: Iterable[Saying]) -> tuple[Episode, ...]:
    """Return the episodes in order of time; the window is fixed at its first signal, no chaining.

    `signals` are sorted; each saying speaks of one of them.
    """
    said: dict[EventKey, list[Saying]] = {}
    for saying in sayings:
        said.setdefault(saying.signal.key, []).append(saying)
    episodes: list[Episode] = []
    current: list[Signal] = []
    for signal in signals:
        if current and signal.at_ms - current[0].at_ms > EPISODE_MS:
            episodes.append(_episode(current, said))
            current = []
        current.append(signal)
    if current:
        episodes.append(_episode(current, said))
    return tuple(episodes)


def _episode(signals: list[Signal], said: Mapping[EventKey, list[Saying]]) -> Episode:
    sayings = [saying for signal in signals for saying in said[signal.key]]
    return reduce(Episode.hearing, sayings, Episode(tuple(signals), signals[0].day))
