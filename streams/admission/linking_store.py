"""What a unit needs to know to link its events, read in a few queries and kept up as it links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.events import derived_id
from schemas.identity import HouseholdId, Pid
from streams.admission.journal_rows import Draft
from streams.admission.known_at import local_day
from streams.engine.named_queries import load_queries
from streams.engine.transaction import Connection
from streams.household.linking import EventKey, Kind, Known, ReferenceKey, new_references

QUERIES = load_queries("streams.admission", "linking.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEntry:
    """A doubt for a person to settle."""

    kind: str
    event: EventKey
    households: tuple[HouseholdId, ...] = ()
    pids: tuple[Pid, ...] = ()
    known_at: datetime


@dataclass(slots=True)
class RegionView:
    """The part of a region that its unit touches: what is stored, and what the unit adds.

    `founded` orders households by age; a household of this unit carries its own row's position.
    """

    region: str
    references: dict[ReferenceKey, HouseholdId] = field(default_factory=dict)
    memberships: dict[Pid, set[HouseholdId]] = field(default_factory=lambda: defaultdict(set))
    founded: dict[HouseholdId, int] = field(default_factory=dict)
    events: dict[EventKey, tuple[HouseholdId, ...]] = field(default_factory=dict)
    new_households: list[tuple[object, ...]] = field(default_factory=list)
    new_references: list[tuple[object, ...]] = field(default_factory=list)
    new_memberships: list[tuple[object, ...]] = field(default_factory=list)
    new_supports: list[tuple[object, ...]] = field(default_factory=list)
    reviews: list[ReviewEntry] = field(default_factory=list)

    @property
    def known(self) -> Known:
        """What linking may look at; it sees every event linked before it in the unit."""
        return Known(
            references=self.references,
            memberships=self.memberships,
            founded=self.founded,
            events=self.events,
        )

    def found(self, household: HouseholdId, draft: Draft, position: int, at: datetime) -> None:
        """Open a household."""
        self.founded[household] = position
        key = draft.key
        self.new_households.append((self.region, household, position, at, key.source, key.event_id))

    def bind(self, draft: Draft, households: Sequence[HouseholdId], position: int) -> None:
        """Bind an applied event's references and persons to where it belongs."""
        key, statement = draft.key, draft.statement
        self.events[key] = tuple(households)
        if statement.kind is not Kind.PARTNER:
            return
        for household in households[:1]:
            for reference in new_references(statement, self.known):
                self.references[reference] = household
                self.new_references.append(
                    (self.region, reference.scope, reference.token, household, position)
                )
        first_day = local_day(draft.row["occurred_at"])
        for household in households:
            # Someone may stand in an event twice, as the parent of one and partner of another.
            roles = {p.pid: p.role for p in reversed(statement.persons) if p.is_subject}
            for pid, role in roles.items():
                self.new_supports.append(
                    (self.region, key.source, key.event_id, household, pid, role, position)
                )
                if household not in self.memberships[pid]:
                    self.memberships[pid].add(household)
                    self.new_memberships.append(
                        (self.region, household, pid, role, first_day, position)
                    )


def load_view(connection: Connection, region: str, drafts: Collection[Draft]) -> RegionView:
    """Read the references, memberships and corrected events that these drafts speak of."""
    view = RegionView(region)
    statements = [draft.statement for draft in drafts]
    references = {r for s in statements for r in s.references}
    pids = {p.pid for s in statements for p in s.persons if p.is_subject}
    named = {household for s in statements for household in s.households}
    with connection.pipeline():
        found = connection.execute(
            QUERIES["find_references"],
            {
                "region": region,
                "scopes": [r.scope for r in references],
                "tokens": [r.token for r in references],
            },
        )
        members = connection.execute(
            QUERIES["find_memberships"], {"region": region, "pids": list(pids)}
        )
    for scope, token, household in found:
        view.references[ReferenceKey(scope=scope, token=token)] = HouseholdId(household)
    for pid, household in members:
        view.memberships[Pid(pid)].add(HouseholdId(household))
        named.add(HouseholdId(household))
    _load_ages(connection, view, named | set(view.references.values()))
    _load_events(connection, view, {s.corrects for s in statements if s.corrects})
    return view


def _load_ages(connection: Connection, view: RegionView, households: set[HouseholdId]) -> None:
    if not households:
        return
    rows = connection.execute(
        QUERIES["find_households"], {"region": view.region, "households": list(households)}
    )
    view.founded.update((HouseholdId(household), position) for household, position in rows)


def _load_events(connection: Connection, view: RegionView, targets: set[EventKey]) -> None:
    if not targets:
        return
    rows = connection.execute(
        QUERIES["find_event_households"],
        {
            "region": view.region,
            "sources": [key.source for key in targets],
            "ids": [key.event_id for key in targets],
        },
    )
    for source, event_id, households in rows:
        view.events[EventKey(source=source, event_id=event_id)] = tuple(households)


def write_view(connection: Connection, view: RegionView) -> None:
    """Write what the unit added, in the caller's transaction: one statement per table."""
    tables: Mapping[str, Sequence[tuple[object, ...]]] = {
        "copy_households": view.new_households,
        "copy_references": view.new_references,
        "copy_memberships": view.new_memberships,
        "copy_supports": view.new_supports,
    }
    with connection.cursor() as cursor:
        for query, rows in tables.items():
            if rows:
                with cursor.copy(QUERIES[query]) as copy:
                    for row in rows:
                        copy.write_row(row)
        if view.reviews:
            cursor.executemany(
                QUERIES["insert_reviews"], [_review_row(view.region, r) for r in view.reviews]
            )


def _review_row(region: str, review: ReviewEntry) -> tuple[object, ...]:
    event = review.event
    entry_id = derived_id(region, event.source, event.event_id, review.kind)
    pids, households = list(review.pids), list(review.households)
    return (
        entry_id,
        region,
        review.kind,
        event.source,
        event.event_id,
        households,
        pids,
        review.known_at,
    )
