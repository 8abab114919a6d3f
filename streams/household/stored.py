"""How a state is kept in rows: whole, or, when it is large, as a mark and pages.

A page is a state of its own that holds some of the facts, so that there is one form of bytes.  The
first has no facts but the corrections and findings, which most events of a large household leave
as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streams.household.paging import PagedFacts, spread
from streams.household.state import HouseholdState, from_bytes, to_bytes

MARK = b'{"pages":'


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What to write of a state: its own bytes, and pages by number.

    `replaces`: other pages were kept of it before, which go first.
    """

    state: bytes
    pages: Mapping[int, bytes] = field(default_factory=dict)
    replaces: bool = False


def to_stored(state: HouseholdState, before: HouseholdState | None = None) -> Stored:
    """Return what to write of a state: all, or what differs from `before`, which is kept."""
    facts = state.facts.pages
    known = None if before is None else before.facts.pages
    if len(facts) == 1:
        return Stored(state=to_bytes(state), replaces=known is not None and len(known) > 1)
    if before is None or known is None or len(known) != len(facts):
        changed = list(range(len(facts)))
        is_said_otherwise = True
    else:
        changed = [at for at, page in enumerate(facts) if page is not known[at]]
        is_said_otherwise = (
            state.findings is not before.findings or state.corrections is not before.corrections
        )
    pages = {at + 1: to_bytes(HouseholdState(facts=PagedFacts((facts[at],)))) for at in changed}
    if is_said_otherwise:
        said = HouseholdState(corrections=state.corrections, findings=state.findings)
        pages[0] = to_bytes(said)
    return Stored(
        state=MARK + f"{len(facts)}}}".encode(),
        pages=pages,
        replaces=known is not None and 1 < len(known) != len(facts),
    )


def is_paged(data: bytes) -> bool:
    """Say whether these bytes only mark that a state is kept in pages."""
    return data.startswith(MARK)


def from_stored(data: bytes, pages: Iterable[bytes]) -> HouseholdState:
    """Return the state of its own bytes, or of all its pages in order.

    Raises ValueError when it would not be kept like this any more.
    """
    number = 1
    if is_paged(data):
        number = json.loads(data)["pages"]
        said, *parts = [from_bytes(page) for page in pages]
        if len(parts) != number:
            raise ValueError("household state lacks pages; rebuild the radar stage")
        state = HouseholdState(
            facts=spread(fact for part in parts for fact in part.facts.values()),
            corrections=said.corrections,
            findings=said.findings,
        )
    else:
        state = from_bytes(data)
    if len(state.facts.pages) != number:
        raise ValueError("household state is kept in other pages; rebuild the radar stage")
    return state
