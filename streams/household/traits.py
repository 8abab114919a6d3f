"""What an episode shows: flags, sectors, people, organisations, each with its newest event.

Rules ask episodes, not events, so that what one event adds costs the same in a household of five
signals and of five thousand.  Uniting what two events show is commutative, associative and
idempotent, which is why the order of arrival cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum, auto
from functools import lru_cache
from typing import NamedTuple

from streams.household.facts import Assessment, Person, Registration, Report, Seen
from streams.household.journal_event import EventKey
from streams.household.severity import UNKNOWN, Marks

SASH_HIGH = "SASH_HIGH"
NON_PROFESSIONAL = "NON_PROFESSIONAL"
ELDER_NATURE = "ELDER_ABUSE"
ELDER_FORM = "FINANCIAL_EXPLOITATION"
# A trait that is there or is not has no value of its own.
PRESENT = ""


class Trait(IntEnum):
    """What rules ask of an episode."""

    FLAG = auto()
    SECTOR = auto()
    PERSON = auto()
    PERPETRATOR = auto()
    CHILD = auto()
    INFANT = auto()
    ORGANISATION = auto()
    # Who reported abuse of an elderly person: (organisation, sector), see `reporter_key`.
    ELDER_REPORTER = auto()
    REPORT_ID = auto()


class Trace(NamedTuple):
    """Where a trait shows: the signal's time and id, and the event that says so.

    The greater of two traces is the newer one, which decides whether it lies within a window.
    """

    at_ms: int
    signal: EventKey
    event: EventKey

    @property
    def evidence(self) -> frozenset[EventKey]:
        """Return the events to cite: the signal, and what added to it."""
        return frozenset((self.signal, self.event))


Traits = Mapping[Trait, Mapping[str, Trace]]


def traits_of(
    signal: Report | Registration, at_ms: int, said: Report | Registration | Assessment
) -> Traits:
    """Return what `said` (the signal itself, its registration, its assessment) shows.

    `at_ms` is the time at which the signal counts.
    """
    trace = Trace(at_ms, signal.key, said.key)
    found: dict[Trait, dict[str, Trace]] = {}
    for trait, value in _shown(signal, said):
        found.setdefault(trait, {})[value] = trace
    return found


def united(one: Traits, other: Traits) -> Traits:
    """Return what either shows, each trait where it shows last; `one` itself when it has all."""
    result: dict[Trait, Mapping[str, Trace]] | None = None
    for trait, values in other.items():
        mine = one.get(trait, {})
        newer = {
            value: trace
            for value, trace in values.items()
            if value not in mine or mine[value] < trace
        }
        if newer:
            if result is None:
                result = dict(one)
            result[trait] = {**mine, **newer}
    return one if result is None else result


def _shown(
    signal: Report | Registration, said: Report | Registration | Assessment
) -> Iterator[tuple[Trait, str]]:
    if said is signal:
        yield Trait.ORGANISATION, oin_of(signal.key.source)
        if signal.sector != UNKNOWN:
            yield Trait.SECTOR, signal.sector
    for flag in flags_of(said.marks):
        yield Trait.FLAG, flag
    if ELDER_NATURE in said.marks.natures or ELDER_FORM in said.marks.forms:
        yield Trait.ELDER_REPORTER, reporter_key(signal)
    if isinstance(said, Assessment):
        return
    for person in said.people:
        yield from _shown_of(person)
    if isinstance(said, Registration):
        yield Trait.REPORT_ID, said.report_id
        if said.children_involved:
            yield Trait.CHILD, PRESENT


def _shown_of(person: Person) -> Iterator[tuple[Trait, str]]:
    yield Trait.PERSON, person.pid
    if Seen.PERPETRATOR in person.seen_as:
        yield Trait.PERPETRATOR, person.pid
    if Seen.CHILD in person.seen_as:
        yield Trait.CHILD, PRESENT
    if Seen.INFANT in person.seen_as:
        yield Trait.INFANT, PRESENT


@lru_cache(maxsize=8_192)
def flags_of(marks: Marks) -> frozenset[str]:
    """Return the flags of one event; stalking may stand as a form, a high SASH is a flag too."""
    flags = set(marks.flags)
    if "STALKING" in marks.forms:
        flags.add("STALKING")
    if marks.sash == "HIGH":
        flags.add(SASH_HIGH)
    return frozenset(flags)


def reporter_key(signal: Report | Registration) -> str:
    """Return who reported, as far as counting needs: organisation and sector.

    Citizens have no organisation of their own; they count once per episode (definitions.md, R17).
    """
    if signal.sector == NON_PROFESSIONAL:
        return NON_PROFESSIONAL
    return f"{oin_of(signal.key.source)}|{signal.sector}"


@lru_cache(maxsize=4_096)
def oin_of(source: str) -> str:
    """Return the organisation's number in `urn:nld:oin:<number>:systeem:<name>`."""
    parts = source.split(":")
    return parts[3] if len(parts) > 3 else source
