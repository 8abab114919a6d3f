"""Decides to which household an event belongs: by what it refers to, then by whom it names.

Pure: everything that is known stands in `Known`, nothing is looked up. The rules are those of
definitions.md ("Household") and architecture.md §6.5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.identity import HouseholdId, Pid

PERPETRATOR = "SUSPECTED_PERPETRATOR"
WITNESS = "WITNESS"
PROTECTED_ROLES = frozenset({"VICTIM", "CHILD"})
REPORT_SCOPE = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceKey:
    """A reference of an event: its scope and an opaque token, never the sender's own number."""

    scope: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKey:
    """Identity of an event within its region."""

    source: str
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """A person in an event.

    `is_subject` is False for someone who is only spoken to, such as a reporter who is told the
    outcome, and for a witness: neither finds the household nor becomes a member of it.
    """

    pid: Pid
    role: str
    is_subject: bool = True


class Kind(StrEnum):
    """What makes an event belong to a household."""

    PARTNER = "partner"
    CORRECTION = "correction"
    DECISION = "decision"
    HUB = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What of an event decides its household; references stand strongest first."""

    kind: Kind
    founds: bool = False
    references: tuple[ReferenceKey, ...] = ()
    persons: tuple[NamedPerson, ...] = ()
    corrects: EventKey | None = None
    households: tuple[HouseholdId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the region knows that could matter to the events at hand.

    `founded` orders households by age; `events` holds the households of applied events.
    """

    references: Mapping[ReferenceKey, HouseholdId]
    memberships: Mapping[Pid, Collection[HouseholdId]]
    founded: Mapping[HouseholdId, int]
    events: Mapping[EventKey, tuple[HouseholdId, ...]]


class Reason(StrEnum):
    """Why an event belongs to a household; the symbols of LinkReason in the journal."""

    FOUNDED = "FOUNDED"
    REFERENCE = "REFERENCE"
    PERSON = "PERSON"
    DECISION = "DECISION"
    CORRECTION = "CORRECTION"


class ReviewKind(StrEnum):
    """What a person should look at."""

    REFERENCES_DISAGREE = "references_disagree"
    PERSONS_DISAGREE = "persons_disagree"
    CO_RESIDENCE = "co_residence"
    HOUSEHOLD_CAP = "household_cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A doubt about a link: the households it is between, the chosen one first.

    `identity` is what makes two doubts the same one, other than their event.
    """

    kind: ReviewKind
    households: tuple[HouseholdId, ...]
    pids: tuple[Pid, ...] = ()
    identity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The event opens a household."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The event belongs to households that exist."""

    households: tuple[HouseholdId, ...]
    reason: Reason
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing that the event needs is known yet: it waits as pending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHousehold:
    """The event concerns the region, or nobody in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownHousehold:
    """A decision names a household that the region does not have: a data error."""


Decision = Found | Join | Wait | NoHousehold | UnknownHousehold


def decide(statement: Statement, known: Known) -> Decision:
    """Say where an event belongs, given what is known at its turn."""
    match statement.kind:
        case Kind.HUB:
            return NoHousehold()
        case Kind.DECISION:
            return _by_decision(statement, known)
        case Kind.CORRECTION:
            return _by_target(statement, known)
        case Kind.PARTNER:
            return _by_content(statement, known)


def best_household(statement: Statement, known: Known) -> HouseholdId | None:
    """Return the household that shares most persons with the event, the oldest among equals.

    A household shared only through a suspected perpetrator does not count when the event names a
    victim or child outside it: that is another family of the same man (definitions.md).
    """
    shared = _shared(statement, known)
    fitting = {
        household: persons
        for household, persons in shared.items()
        if not _is_other_family(statement, known, household, persons)
    }
    return min(fitting, key=lambda h: (-len(fitting[h]), known.founded[h]), default=None)


def new_references(statement: Statement, known: Known) -> tuple[ReferenceKey, ...]:
    """Return the references that the event is the first to mention; they bind to its household."""
    return tuple(r for r in statement.references if r not in known.references)


def _by_decision(statement: Statement, known: Known) -> Decision:
    if not statement.households:
        return NoHousehold()
    if any(household not in known.founded for household in statement.households):
        return UnknownHousehold()
    return Join(households=statement.households, reason=Reason.DECISION)


def _by_target(statement: Statement, known: Known) -> Decision:
    assert statement.corrects is not None
    households = known.events.get(statement.corrects)
    if households is None:
        return Wait()
    if not households:
        return NoHousehold()
    return Join(households=households, reason=Reason.CORRECTION)


def _by_content(statement: Statement, known: Known) -> Decision:
    if not statement.founds and _lacks_its_report(statement, known):
        # Its deadline and its municipality are the report's: without it the event says nothing.
        return Wait()
    referred = _referred_households(statement, known)
    by_persons = best_household(statement, known)
    if referred:
        reviews = _doubts(statement, known, referred, by_persons)
        return Join(households=(referred[0],), reason=Reason.REFERENCE, reviews=reviews)
    if by_persons is not None:
        return Join(households=(by_persons,), reason=Reason.PERSON)
    if statement.founds:
        return Found()
    return Wait()


def _lacks_its_report(statement: Statement, known: Known) -> bool:
    return any(r.scope == REPORT_SCOPE and r not in known.references for r in statement.references)


def _referred_households(statement: Statement, known: Known) -> tuple[HouseholdId, ...]:
    """Return the distinct households of the known references, strongest reference first."""
    found = (known.references.get(reference) for reference in statement.references)
    return tuple(dict.fromkeys(household for household in found if household is not None))


def _doubts(
    statement: Statement,
    known: Known,
    referred: tuple[HouseholdId, ...],
    by_persons: HouseholdId | None,
) -> tuple[Review, ...]:
    reviews = []
    if len(referred) > 1:
        reviews.append(Review(kind=ReviewKind.REFERENCES_DISAGREE, households=referred))
    chosen = referred[0]
    if by_persons is not None and by_persons != chosen:
        shared = _shared(statement, known)
        if len(shared[by_persons]) > len(shared.get(chosen, ())):
            between = (chosen, by_persons)
            reviews.append(Review(kind=ReviewKind.PERSONS_DISAGREE, households=between))
    return tuple(reviews)


def _shared(statement: Statement, known: Known) -> dict[HouseholdId, set[Pid]]:
    shared: dict[HouseholdId, set[Pid]] = defaultdict(set)
    for person in statement.persons:
        if person.is_subject:
            for household in known.memberships.get(person.pid, ()):
                shared[household].add(person.pid)
    return dict(shared)


def _is_other_family(
    statement: Statement, known: Known, household: HouseholdId, shared: set[Pid]
) -> bool:
    if len(shared) != 1:
        return False
    (only,) = shared
    if any(p.pid == only and p.role != PERPETRATOR for p in statement.persons):
        return False
    return any(
        person.role in PROTECTED_ROLES and household not in known.memberships.get(person.pid, ())
        for person in statement.persons
    )
