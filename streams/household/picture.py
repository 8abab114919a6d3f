"""The picture that rules look at: episodes, and what was done about them, of the events that count.

A function of the state; `picture_after` gives the same one for less when an event only adds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple, TypedDict, TypeVar, cast

from streams.household.courses import ReportCourse, course_of
from streams.household.episodes import (
    EPISODE_MS,
    Episode,
    Signal,
    episodes_from,
    saying_of,
)
from streams.household.facts import Assessment, Fact, Registration, Report, ServiceStep
from streams.household.fold import void_events
from streams.household.growing import GrowingMap
from streams.household.journal_event import EventKey
from streams.household.state import HouseholdState

_Kind = TypeVar("_Kind", bound=Fact)
_ORDER = attrgetter("at_ms", "key")
# Greater than any number that a sender gives a report.
LAST_TEXT = chr(0x10FFFF)


class Picture(NamedTuple):
    """A household as it is known, without void events.

    `starts` and `days` are the instants and the ordinals of the days on which the episodes begin,
    `severity` is the highest of theirs.
    `signals_by_reference` and `police_ms` hold the earliest signal of each sender's number;
    `bare_references` those of registrations whose signal is not known, which are signals
    themselves until it comes.  `waits` are the reports by the (ordinal) day on which the last of
    their waits ends, in that order.
    """

    episodes: tuple[Episode, ...] = ()
    starts: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    severity: int = 0
    courses: GrowingMap[str, ReportCourse] = GrowingMap()
    void: frozenset[EventKey] = frozenset()
    facts_by_kind: Mapping[type[Fact], tuple[Fact, ...]] = MappingProxyType({})
    facts_by_report: GrowingMap[str, tuple[Fact, ...]] = GrowingMap()
    signals_by_reference: GrowingMap[str, Report] = GrowingMap()
    police_ms: GrowingMap[str, int] = GrowingMap()
    waits: tuple[tuple[int, str], ...] = ()
    bare_references: frozenset[str] = frozenset()

    def all_of(self, kind: type[_Kind]) -> Sequence[_Kind]:
        """Return the facts of one kind, in order of time; not for `Report`, which episodes hold."""
        return cast("tuple[_Kind, ...]", self.facts_by_kind.get(kind, ()))

    def waiting_after(self, day: date) -> list[ReportCourse]:
        """Return the reports of which something waits, or will, on a day later than this one.

        The first to have waited long enough comes first.
        """
        first = bisect_right(self.waits, (day.toordinal(), LAST_TEXT))
        return [self.courses[report_id] for _, report_id in self.waits[first:]]

    def episode_number(self, at_ms: int) -> int:
        """Return the number of the last episode that begins at or before an instant; -1: none."""
        return bisect_right(self.starts, at_ms) - 1

    def first_episode_on_or_after(self, day: date) -> int:
        """Return the number of the first episode on or after a day."""
        return bisect_left(self.days, day.toordinal())

    def episode_of(self, course: ReportCourse) -> Episode:
        """Return the episode to which a report belongs; each does, its own signal if need be."""
        signal = self.signal_of(course.registration)
        return self.episodes[self.episode_number(signal.at_ms)]

    def signal_of(self, fact: Report | Registration) -> Signal:
        """Return the signal that a report or registration is, or speaks of, at its time."""
        owner = self.owner_of(fact)
        return Signal(self.time_of(owner), owner.key)

    def owner_of(self, fact: Report | Registration) -> Report | Registration:
        """Return the fact that is the signal: the registration itself while no other is known."""
        if isinstance(fact, Registration) and fact.reference is not None:
            return self.signals_by_reference.get(fact.reference, fact)
        return fact

    def time_of(self, signal: Report | Registration) -> int:
        """Return when a signal counts: one number of the police is one incident, the earliest."""
        if isinstance(signal, Report) and signal.is_police and signal.reference is not None:
            return self.police_ms.get(signal.reference, signal.at_ms)
        return signal.at_ms


NOTHING = Picture()


def picture_of(state: HouseholdState) -> Picture:
    """Return the picture of a state, made from nothing."""
    if not (state.facts or state.corrections):
        return NOTHING
    void = void_events(state)
    valid = sorted((f for f in state.facts.values() if f.key not in void), key=_ORDER)
    by_kind: dict[type[Fact], list[Fact]] = {}
    by_report: dict[str, list[Fact]] = {}
    by_reference: dict[str, Report] = {}
    police_ms: dict[str, int] = {}
    for fact in valid:
        if not isinstance(fact, Report):
            by_kind.setdefault(type(fact), []).append(fact)
        elif fact.reference is not None:
            by_reference.setdefault(fact.reference, fact)
            if fact.is_police:
                police_ms.setdefault(fact.reference, fact.at_ms)
        report_id = _report_of(fact)
        if report_id is not None:
            by_report.setdefault(report_id, []).append(fact)
    courses = {
        report_id: course
        for report_id, facts in by_report.items()
        if (course := course_of(facts)) is not None
    }
    draft = Picture(
        void=void,
        courses=GrowingMap(courses),
        waits=tuple(sorted((course.last_until, name) for name, course in courses.items())),
        facts_by_kind={kind: tuple(facts) for kind, facts in by_kind.items()},
        facts_by_report=GrowingMap({name: tuple(facts) for name, facts in by_report.items()}),
        signals_by_reference=GrowingMap(by_reference),
        police_ms=GrowingMap(police_ms),
    )
    return _with_episodes(draft, valid)


def picture_after(before: Picture, after: HouseholdState, fact: Fact) -> Picture:
    """Return the picture of `after`, which is the state of `before` and one fact more.

    Adds to the last episode, or to the episode of the signal it speaks of, where that is all
    there is to do; what came before others, or was waited for, makes the picture anew.
    """
    # Only a correction takes events out, or brings them back when what replaces them comes.
    if after.corrections and (fact.key in before.void or void_events(after) != before.void):
        return picture_of(after)
    growth = _reported(before, fact) if isinstance(fact, Report) else _told(before, fact)
    return picture_of(after) if growth is None else before._replace(**growth)


def first_difference(before: Picture, after: Picture, fact: Fact | None) -> int:
    """Return the number of the first episode about which a rule may think otherwise.

    What is done on a day concerns the episodes from that day on; `fact` is what came, or None
    when more than one changed, as by a correction.
    """
    if fact is None:
        return 0
    first = _first_unlike(before.episodes, after.episodes)
    if first == len(after.episodes) - 1 == len(before.episodes) - 1:
        # One more of the same at the last episode: no later one can look back on it.
        first += after.episodes[first].shows_no_more_than(before.episodes[first])
    if isinstance(fact, Report):
        return first
    return min(first, after.first_episode_on_or_after(fact.day))


class _Growth(TypedDict, total=False):
    """What is another in a picture than in the one before it."""

    episodes: tuple[Episode, ...]
    starts: tuple[int, ...]
    days: tuple[int, ...]
    severity: int
    courses: GrowingMap[str, ReportCourse]
    facts_by_kind: Mapping[type[Fact], tuple[Fact, ...]]
    facts_by_report: GrowingMap[str, tuple[Fact, ...]]
    signals_by_reference: GrowingMap[str, Report]
    police_ms: GrowingMap[str, int]
    waits: tuple[tuple[int, str], ...]
    bare_references: frozenset[str]


def _reported(before: Picture, report: Report) -> _Growth | None:
    """Return what one more report changes; None when the picture must be made anew."""
    reference = report.reference
    if reference is None:
        return _with_signal(before, report, report.at_ms)
    if reference in before.bare_references:
        return None
    known = before.signals_by_reference.get(reference)
    if known is not None:
        earliest = before.police_ms.get(reference) if report.is_police else report.at_ms
        if earliest is None or _ORDER(report) < _ORDER(known) or report.at_ms < earliest:
            return None
        return _with_signal(before, report, earliest)
    growth = _with_signal(before, report, report.at_ms)
    if growth is not None:
        growth["signals_by_reference"] = before.signals_by_reference.with_item(reference, report)
        if report.is_police:
            growth["police_ms"] = before.police_ms.with_item(reference, report.at_ms)
    return growth


def _told(before: Picture, fact: Fact) -> _Growth | None:
    """Return what any other fact changes; None when the picture must be made anew."""
    kind = type(fact)
    by_kind = {**before.facts_by_kind, kind: _with(before.facts_by_kind.get(kind, ()), fact)}
    growth: _Growth = {"facts_by_kind": by_kind}
    if not isinstance(fact, (Registration, Assessment, ServiceStep)) or fact.report_id is None:
        return growth
    report_id = fact.report_id
    facts = before.facts_by_report.get(report_id, ())
    about = _with(facts, fact)
    growth["facts_by_report"] = before.facts_by_report.with_item(report_id, about)
    course = course_of(about)
    if course is None:
        return growth
    earlier = before.courses.get(report_id)
    waits = list(before.waits)
    if earlier is not None:
        del waits[bisect_left(waits, (earlier.last_until, report_id))]
    insort(waits, (course.last_until, report_id))
    growth["waits"] = tuple(waits)
    growth["courses"] = before.courses.with_item(report_id, course)
    if isinstance(fact, ServiceStep) or (isinstance(fact, Assessment) and not fact.marks):
        # Nothing but marks is added to what an episode shows.
        return growth
    if isinstance(fact, Registration):
        if earlier is not None and course.registration is fact:
            return None
        if earlier is None and any(isinstance(known, Assessment) for known in facts):
            # An assessment came first; now it has a signal to speak of.
            return None
    heard = _heard(before, course.registration if isinstance(fact, Assessment) else fact, fact)
    return None if heard is None else growth | heard


def _heard(
    before: Picture, registration: Registration, fact: Registration | Assessment
) -> _Growth | None:
    """Return what the episodes gain by a registration, or by what is said of one."""
    owner = before.owner_of(registration)
    if owner is not fact:
        saying = saying_of(owner, before.time_of(owner), fact)
        at = before.episode_number(saying.signal.at_ms)
        heard = before.episodes[at].hearing(saying)
        return {} if heard is before.episodes[at] else _with_episode(before, at, heard)
    growth = _with_signal(before, registration, registration.at_ms)
    if growth is not None and registration.reference is not None:
        growth["bare_references"] = before.bare_references | {registration.reference}
    return growth


def _with_signal(before: Picture, fact: Report | Registration, at_ms: int) -> _Growth | None:
    """Return the episodes with a signal at the end, or within one of them.

    None when it opens an episode before others, or one gets another first signal.
    """
    saying = saying_of(fact, at_ms, fact)
    episodes = before.episodes
    at = before.episode_number(at_ms)
    if at >= 0 and at_ms - before.starts[at] <= EPISODE_MS:
        if saying.signal < episodes[at].signals[0]:
            return None
        return _with_episode(before, at, episodes[at].joined_by(saying))
    if at < len(episodes) - 1:
        return None
    opened = Episode((saying.signal,), saying.signal.day, saying.severity, saying.traits)
    return {
        "episodes": (*episodes, opened),
        "starts": (*before.starts, at_ms),
        "days": (*before.days, opened.day.toordinal()),
        "severity": max(before.severity, opened.severity),
    }


def _with_episode(before: Picture, at: int, episode: Episode) -> _Growth:
    episodes = before.episodes
    return {
        "episodes": (*episodes[:at], episode, *episodes[at + 1 :]),
        "severity": max(before.severity, episode.severity),
    }


def _with_episodes(picture: Picture, valid: Iterable[Fact]) -> Picture:
    signals = []
    sayings = []
    bare = set()
    for fact in valid:
        if isinstance(fact, (Report, Registration)):
            owner = picture.owner_of(fact)
            at_ms = picture.time_of(owner)
            sayings.append(saying_of(owner, at_ms, fact))
            if owner is not fact:
                continue
            signals.append(Signal(at_ms, fact.key))
            if isinstance(fact, Registration) and fact.reference is not None:
                bare.add(fact.reference)
    for assessment in picture.all_of(Assessment):
        course = picture.courses.get(assessment.report_id)
        if course is not None:
            owner = picture.owner_of(course.registration)
            sayings.append(saying_of(owner, picture.time_of(owner), assessment))
    episodes = episodes_from(sorted(signals), sayings)
    return picture._replace(
        episodes=episodes,
        starts=tuple(episode.at_ms for episode in episodes),
        days=tuple(episode.day.toordinal() for episode in episodes),
        severity=max((episode.severity for episode in episodes), default=0),
        bare_references=frozenset(bare),
    )


def _report_of(fact: Fact) -> str | None:
    if isinstance(fact, (Registration, Assessment, ServiceStep)):
        return fact.report_id
    return None


def _with(facts: tuple[Fact, ...], fact: Fact) -> tuple[Fact, ...]:
    if not facts or facts[-1].at_ms < fact.at_ms:
        return (*facts, fact)
    at = bisect_right(facts, _ORDER(fact), key=_ORDER)
    return (*facts[:at], fact, *facts[at:])


def _first_unlike(before: Sequence[Episode], after: Sequence[Episode]) -> int:
    """Return where both part; mostly at the end, and unchanged ones are the very same objects."""
    if before is after:
        return len(after)
    last = len(before) - 1
    if last > 0 and before[:last] == after[:last]:
        return last if before[last:] != after[last : last + 1] else last + 1
    for at, (old, new) in enumerate(zip(before, after, strict=False)):
        if old is not new and old != new:
            return at
    return min(len(before), len(after))
