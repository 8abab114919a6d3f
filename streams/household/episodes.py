"""Signals and episodes: which events speak of one and the same incident.

Five police reports of one night are one episode, so that a diligent force does not look like a
household in which more happens (definitions.md, Episode).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from streams.household.facts import Fact, FactKind
from streams.household.fold import void_events
from streams.household.journal_event import EventKey
from streams.household.severity import UNKNOWN, Marks, severity_of
from streams.household.state import HouseholdState
from streams.household.terms import day_of

EPISODE_HOURS = 72
EPISODE_MS = EPISODE_HOURS * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something reported about the household, with what was added to it since.

    `said` pairs each event with what it says: the signal itself, its registration, its
    assessment.  `sector` is None when it is not known.
    """

    key: EventKey
    at_ms: int
    sector: str | None
    said: tuple[tuple[EventKey, Marks], ...]

    @property
    def day(self) -> date:
        """Return the day of the signal in Amsterdam."""
        return day_of(self.at_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Signals within 72 hours of the first; its id and its time are those of the first."""

    signals: tuple[Signal, ...]
    severity: int

    @property
    def key(self) -> EventKey:
        """Return the episode's id: the event of its first signal."""
        return self.signals[0].key

    @property
    def at_ms(self) -> int:
        """Return the episode's time T."""
        return self.signals[0].at_ms

    @property
    def day(self) -> date:
        """Return the day of T in Amsterdam."""
        return day_of(self.signals[0].at_ms)


def episodes_of(state: HouseholdState) -> tuple[Episode, ...]:
    """Return the episodes in order of time; the window is fixed at its first signal, no chaining.

    Void events take no part.
    """
    episodes: list[Episode] = []
    current: list[Signal] = []
    for signal in signals_of(state):
        if current and signal.at_ms - current[0].at_ms > EPISODE_MS:
            episodes.append(_episode(current))
            current = []
        current.append(signal)
    if current:
        episodes.append(_episode(current))
    return tuple(episodes)


def signals_of(state: HouseholdState) -> list[Signal]:
    """Return the signals that count, sorted by (time, source, event id).

    A registration is a signal of its own only while the signal it came from is not known;
    otherwise it, and its assessment, add what they say to that signal.
    """
    void = void_events(state)
    valid = sorted(
        (fact for fact in state.facts.values() if fact.key not in void),
        key=lambda fact: (fact.at_ms, fact.key),
    )
    by_reference: dict[str, Fact] = {}
    police_ms: dict[str, int] = {}
    for fact in valid:
        if fact.reference is not None and fact.kind is not FactKind.REGISTRATION:
            by_reference.setdefault(fact.reference, fact)
            if fact.kind is FactKind.POLICE:
                police_ms.setdefault(fact.reference, fact.at_ms)
    said: dict[EventKey, list[tuple[EventKey, Marks]]] = {}
    signals: list[Fact] = []
    for fact, signal in _with_signals(valid, by_reference):
        if fact is signal:
            signals.append(fact)
        said.setdefault(signal.key, []).append((fact.key, fact.marks))
    result = [_signal(fact, said[fact.key], police_ms) for fact in signals]
    return sorted(result, key=lambda signal: (signal.at_ms, signal.key))


def _with_signals(
    valid: Iterable[Fact], by_reference: dict[str, Fact]
) -> Iterator[tuple[Fact, Fact]]:
    """Yield each fact with the signal to which it adds; assessments last, after registrations."""
    by_report: dict[str, Fact] = {}
    assessments = []
    for fact in valid:
        if fact.kind is FactKind.ASSESSMENT:
            assessments.append(fact)
            continue
        signal = fact
        if fact.kind is FactKind.REGISTRATION:
            signal = by_reference.get(fact.reference or "", fact)
            if fact.report is not None:
                by_report.setdefault(fact.report, signal)
        yield fact, signal
    for fact in assessments:
        owner = by_report.get(fact.report or "")
        if owner is not None:
            yield fact, owner


def _signal(fact: Fact, said: list[tuple[EventKey, Marks]], police_ms: dict[str, int]) -> Signal:
    at_ms = fact.at_ms
    if fact.kind is FactKind.POLICE and fact.reference is not None:
        # One number of the police is one incident: all its reports count at the earliest time.
        at_ms = police_ms[fact.reference]
    return Signal(
        key=fact.key,
        at_ms=at_ms,
        sector=None if fact.sector == UNKNOWN else fact.sector,
        said=tuple(sorted(said, key=lambda pair: pair[0])),
    )


def _episode(signals: list[Signal]) -> Episode:
    severity = max(severity_of(marks) for signal in signals for _, marks in signal.said)
    return Episode(signals=tuple(signals), severity=severity)
