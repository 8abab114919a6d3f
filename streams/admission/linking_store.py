"""What a unit needs to know to link its events, read in a few queries and kept up as it links."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from schemas.events import derived_id
from schemas.identity import HouseholdId, Pid
from streams.admission.arrangements import ArrangementBook
from streams.admission.corrections import (
    Change,
    CorrectionBook,
    correction_of,
    load_corrections,
    write_corrections,
)
from streams.admission.homes import Homes
from streams.admission.journal_rows import Draft
from streams.admission.known_at import local_day
from streams.admission.membership_book import MembershipBook, Support
from streams.admission.residences import ResidenceBook
from streams.admission.sightings import SightingBook
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.household.linking import EventKey, Kind, Known, ReferenceKey, new_references

QUERIES = load_queries("streams.admission", "linking.sql")
REARRANGING = load_queries("streams.admission", "rearranging.sql")

PEOPLE_MAX = 12
HOPS_MAX = 2
"""Beyond these a person confirms who belongs to a household: links chain (domain.md §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEntry:
    """A doubt for a person to settle.

    `identity` is what makes it one doubt; else it is that of its event and kind.
    """

    kind: str
    event: EventKey
    households: tuple[HouseholdId, ...] = ()
    pids: tuple[Pid, ...] = ()
    identity: tuple[str, ...] = ()
    known_at: datetime


@dataclass(slots=True)
class RegionView:
    """The part of a region that its unit touches: what is stored, and what the unit adds.

    `founded` orders households by age; a household of this unit carries its own row's position.
    `merged` says into which another one went; `people` are those whose memberships were read.
    """

    region: str
    homes: Homes
    arrangements: ArrangementBook
    references: dict[ReferenceKey, HouseholdId] = field(default_factory=dict)
    founded: dict[HouseholdId, int] = field(default_factory=dict)
    events: dict[EventKey, tuple[HouseholdId, ...]] = field(default_factory=dict)
    merged: dict[HouseholdId, HouseholdId | None] = field(default_factory=dict)
    new_households: list[tuple[object, ...]] = field(default_factory=list)
    new_references: dict[ReferenceKey, int] = field(default_factory=dict)
    moved_references: set[ReferenceKey] = field(default_factory=set)
    settled: dict[UUID, tuple[str, int]] = field(default_factory=dict)
    opened_again: set[int] = field(default_factory=set)
    left_out: dict[HouseholdId, list[Pid]] = field(default_factory=dict)
    merged_now: set[HouseholdId] = field(default_factory=set)
    people: set[Pid] = field(default_factory=set)
    positions: dict[EventKey, int] = field(default_factory=dict)
    reviews: list[ReviewEntry] = field(default_factory=list)
    members: MembershipBook = field(init=False)
    residences: ResidenceBook = field(init=False)
    corrections: CorrectionBook = field(init=False)
    sightings: SightingBook = field(init=False)

    def __post_init__(self) -> None:
        self.members = MembershipBook(self.region)
        self.residences = ResidenceBook(self.region)
        self.corrections = CorrectionBook(self.events)
        self.sightings = SightingBook(self.region)

    @property
    def known(self) -> Known:
        """What linking may look at; it sees every event linked before it in the unit."""
        return Known(
            references=self.references,
            memberships=self.members.open,
            founded=self.founded,
            events=self.events,
        )

    def current(self, household: HouseholdId) -> HouseholdId:
        """Return the household that goes on in this one's place; itself when it was not merged."""
        while (into := self.merged.get(household)) is not None:
            household = into
        return household

    def merge(self, household: HouseholdId, into: HouseholdId | None) -> None:
        """Let a household go on in another one, or by itself again."""
        self.merged[household] = into
        self.merged_now.add(household)

    def load_people(self, connection: Connection, pids: Collection[Pid]) -> None:
        """Read the memberships and refusals of people that were not read yet."""
        missing = set(pids) - self.people
        if not missing:
            return
        self.people |= missing
        asked = {"region": self.region, "pids": list(missing)}
        found = connection.execute(QUERIES["find_memberships"], asked).fetchall()
        for pid, household, hops in found:
            self.members.know(HouseholdId(household), Pid(pid), hops)
        self.members.load_refusals(connection, missing)
        load_ages(connection, self, {HouseholdId(household) for _, household, _ in found})

    def move_references(
        self, left: HouseholdId, joined: HouseholdId, candidates: Collection[ReferenceKey]
    ) -> None:
        """Let references that lead to one household lead to another.

        `candidates` are stored ones that did before the unit, and those to move besides.
        """
        for reference in candidates:
            if self.references.get(reference, left) == left:
                self.references[reference] = joined
                if reference not in self.new_references:
                    self.moved_references.add(reference)

    def found(self, household: HouseholdId, draft: Draft, position: int, at: datetime) -> None:
        """Open a household."""
        self.founded[household] = position
        self.members.sizes[household] = 0
        key = draft.key
        self.new_households.append((self.region, household, position, at, key.source, key.event_id))

    def bind(self, draft: Draft, households: Sequence[HouseholdId], position: int) -> list[Change]:
        """Bind an applied event's references and persons to where it belongs.

        Returns the events that are void or alive again because of it.
        """
        key, statement = draft.key, draft.statement
        self.events[key], self.positions[key] = tuple(households), position
        if statement.kind is Kind.PARTNER:
            self._bind_content(draft, households, position)
        changes = self.corrections.applied(draft, position)
        for change in changes:
            target = self.positions.get(change.event)
            if target is None:
                continue
            self.sightings.mark(target, change.is_void)
            if change.is_void:
                self.members.void(target, position)
            else:
                self.members.revive(target, position)
        return changes

    def _bind_content(self, draft: Draft, households: Sequence[HouseholdId], position: int) -> None:
        statement = draft.statement
        for household in households[:1]:
            for reference in new_references(statement, self.known):
                self.references[reference] = household
                self.new_references[reference] = position
        first_day = local_day(draft.row["occurred_at"])
        # Someone may stand in an event twice; the first role is the one that counts.
        roles = {p.pid: p.role for p in reversed(statement.persons) if p.is_subject}
        for household in households:
            hops = self._hops(household, roles)
            for pid, role in reversed(roles.items()):
                member = (household, pid)
                if household not in self.members.open[pid] and self._is_too_much(household, hops):
                    self.left_out.setdefault(household, []).append(pid)
                    continue
                self.members.support(
                    Support(
                        position=position,
                        member=member,
                        role=role,
                        valid_from=first_day,
                        hops=hops or 0,
                    )
                )

    def _hops(self, household: HouseholdId, people: Collection[Pid]) -> int | None:
        """Return how far from its founders an event brings new people; None for founders."""
        if self.members.sizes[household] == 0:
            return None
        near = [self.members.hops.get((household, pid)) for pid in people]
        return 1 + min((hops for hops in near if hops is not None), default=0)

    def _is_too_much(self, household: HouseholdId, hops: int | None) -> bool:
        """Say whether somebody new would make a giant of a household (domain.md §4)."""
        if hops is None:
            return False
        return hops > HOPS_MAX or self.members.sizes[household] >= PEOPLE_MAX


def load_view(connection: Connection, region: str, drafts: Collection[Draft]) -> RegionView:
    """Read the references, memberships and corrected events that these drafts speak of."""
    view = RegionView(
        region=region,
        homes=Homes(connection, region),
        arrangements=ArrangementBook(connection, region),
    )
    statements = [draft.statement for draft in drafts]
    references = {r for s in statements for r in s.references}
    pids = {p.pid for s in statements for p in s.persons if p.is_subject}
    named = {household for s in statements for household in s.households}
    view.people |= pids
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
        refusals = connection.execute(
            QUERIES["find_refusals"], {"region": region, "pids": list(pids)}
        )
    for scope, token, household in found:
        view.references[ReferenceKey(scope=scope, token=token)] = HouseholdId(household)
    for pid, household, hops in members:
        view.members.know(HouseholdId(household), Pid(pid), hops)
        named.add(HouseholdId(household))
    for household, pid in refusals:
        view.members.refused[HouseholdId(household), Pid(pid)] = True
    load_ages(connection, view, named | set(view.references.values()))
    _load_corrections(connection, view, drafts)
    view.sightings.load(connection, pids)
    view.residences.load(connection, drafts)
    return view


def load_ages(connection: Connection, view: RegionView, households: set[HouseholdId]) -> None:
    """Read how old households are, and into which ones they went."""
    households -= view.founded.keys()
    if not households:
        return
    rows = connection.execute(
        QUERIES["find_households"], {"region": view.region, "households": list(households)}
    )
    for household, position, merged_into, people in rows:
        if household not in view.founded:
            view.members.sizes[HouseholdId(household)] = people
            view.founded[HouseholdId(household)] = position
            if merged_into is not None:
                view.merged.setdefault(HouseholdId(household), HouseholdId(merged_into))


def _load_corrections(connection: Connection, view: RegionView, drafts: Collection[Draft]) -> None:
    """Read corrected events and what rests on them; nearly always there are none."""
    if not drafts:
        return
    stored = load_corrections(connection, view.region, drafts)
    coming = [c for d in drafts if (c := correction_of(d, 0)) is not None]
    spoken_of = {c.target for c in (*stored, *coming)} | {c.key for c in stored}
    spoken_of |= {c.replacement for c in (*stored, *coming) if c.replacement is not None}
    spoken_of |= {d.statement.corrects for d in drafts if d.statement.corrects is not None}
    if not spoken_of:
        return
    load_events(connection, view, spoken_of)
    view.corrections.load(stored)
    named_here = {
        p.pid for d in drafts if d.key in spoken_of for p in d.statement.persons if p.is_subject
    }
    view.members.load_supports(connection, list(view.positions.values()), named_here)
    view.load_people(connection, {pid for _, pid in view.members.live})


def load_events(connection: Connection, view: RegionView, keys: set[EventKey]) -> None:
    """Read where these events were applied, and in which households they count."""
    rows = connection.execute(
        QUERIES["find_event_households"],
        {
            "region": view.region,
            "sources": [key.source for key in keys],
            "ids": [key.event_id for key in keys],
        },
    )
    for source, event_id, position, households in rows:
        key = EventKey(source=source, event_id=event_id)
        view.events[key], view.positions[key] = tuple(households), position


def write_view(connection: Connection, view: RegionView) -> None:
    """Write what the unit added, in the caller's transaction: one statement per table."""
    region, leads_to = view.region, view.references
    tables: Mapping[str, Sequence[tuple[object, ...]]] = {
        "copy_households": view.new_households,
        "copy_references": [
            (region, reference.scope, reference.token, leads_to[reference], position)
            for reference, position in view.new_references.items()
        ],
    }
    with connection.cursor() as cursor:
        for query, rows in tables.items():
            if rows:
                with cursor.copy(QUERIES[query]) as copy:
                    for row in rows:
                        copy.write_row(row)
        if view.moved_references:
            cursor.execute(REARRANGING["move_references"], _moved_references(view))
        if view.merged_now:
            cursor.execute(REARRANGING["merge_households"], _merged_now(view))
        view.members.write(connection)
        view.sightings.write(connection)
        view.residences.write(connection)
        view.homes.write(connection)
        view.arrangements.write(connection)
        write_corrections(connection, view.region, view.corrections.added)
        if view.reviews:
            cursor.executemany(
                QUERIES["insert_reviews"], [_review_row(view.region, r) for r in view.reviews]
            )
        _write_settled(cursor, view)


def _write_settled(cursor: psycopg.Cursor[Any], view: RegionView) -> None:
    """Settle review entries, or open again what a decision had settled that is taken back."""
    if view.opened_again:
        positions = {"region": view.region, "positions": sorted(view.opened_again)}
        cursor.execute(QUERIES["open_reviews_again"], positions)
    if view.settled:
        said = {
            "ids": list(view.settled),
            "states": [state for state, _ in view.settled.values()],
            "positions": [position for _, position in view.settled.values()],
        }
        cursor.execute(QUERIES["settle_reviews"], {"region": view.region, **said})


def _moved_references(view: RegionView) -> Mapping[str, object]:
    moved = sorted(view.moved_references, key=lambda r: (r.scope, r.token))
    return {
        "region": view.region,
        "scopes": [reference.scope for reference in moved],
        "tokens": [reference.token for reference in moved],
        "households": [view.references[reference] for reference in moved],
    }


def _merged_now(view: RegionView) -> Mapping[str, object]:
    households = sorted(view.merged_now)
    return {
        "region": view.region,
        "households": households,
        "merged": [view.merged[household] for household in households],
    }


def _review_row(region: str, review: ReviewEntry) -> tuple[object, ...]:
    event = review.event
    identity = review.identity or (event.source, event.event_id)
    entry_id = derived_id(region, *identity, review.kind)
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
