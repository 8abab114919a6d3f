"""What a unit needs to know to link its events, read in a few queries and kept up as it links."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from schemas.identity import HouseholdId, Pid
from streams.admission.arrangements import ArrangementBook
from streams.admission.corrections import (
    Change,
    Correction,
    CorrectionBook,
    ask_corrections,
    correction_of,
)
from streams.admission.homes import Homes
from streams.admission.journal_rows import Draft
from streams.admission.known_at import local_day
from streams.admission.membership_book import MembershipBook, Support
from streams.admission.residences import ResidenceBook
from streams.admission.sightings import SightingBook
from streams.engine.asking import Questions, Row
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
        questions = Questions(connection)
        self.members.ask(questions, missing)
        questions.answer()
        load_ages(connection, self, self._homes_of(missing))

    def _homes_of(self, pids: Collection[Pid]) -> set[HouseholdId]:
        return {household for pid in pids for household in self.members.open.get(pid, ())}

    def ask(self, questions: Questions, drafts: Collection[Draft]) -> None:
        """Ask for the references, members and places that these drafts speak of."""
        statements = [draft.statement for draft in drafts]
        references = list({r for s in statements for r in s.references})
        columns = {
            "scopes": [r.scope for r in references],
            "tokens": [r.token for r in references],
        }
        questions.ask(QUERIES["find_references"], self.region, self._take_references, columns)
        self.people |= {p.pid for s in statements for p in s.persons if p.is_subject}
        self.members.ask(questions, self.people)
        self.sightings.ask(questions, self.people)
        self.residences.ask(questions, drafts)

    def ask_ages(self, questions: Questions, households: Collection[HouseholdId]) -> None:
        """Ask how old households are, and into which ones they went."""
        columns = {"households": sorted(set(households) - self.founded.keys())}
        questions.ask(QUERIES["find_households"], self.region, self._take_ages, columns)

    def _take_references(self, rows: Sequence[Row]) -> None:
        for scope, token, household in rows:
            self.references[ReferenceKey(scope=scope, token=token)] = HouseholdId(household)

    def _take_ages(self, rows: Sequence[Row]) -> None:
        for household, position, merged_into, people in rows:
            if household not in self.founded:
                self.members.sizes[HouseholdId(household)] = people
                self.founded[HouseholdId(household)] = position
                if merged_into is not None:
                    self.merged.setdefault(HouseholdId(household), HouseholdId(merged_into))

    def spoken_of(self, drafts: Collection[Draft]) -> set[HouseholdId]:
        """Return the households that drafts name or lead to, as far as was read."""
        named = {household for draft in drafts for household in draft.statement.households}
        return named | set(self.references.values()) | self._homes_of(self.people)

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


def load_views(
    connection: Connection, drafts: Mapping[str, Collection[Draft]]
) -> dict[str, RegionView]:
    """Read by region the references, memberships and corrected events that its drafts speak of."""
    views = {
        region: RegionView(
            region=region,
            homes=Homes(connection, region),
            arrangements=ArrangementBook(connection, region),
        )
        for region in drafts
    }
    corrections: dict[str, list[Correction]] = {region: [] for region in drafts}
    questions = Questions(connection)
    for region, view in views.items():
        view.ask(questions, drafts[region])
        ask_corrections(questions, region, drafts[region], corrections[region])
    questions.answer()
    for region, view in views.items():
        view.ask_ages(questions, view.spoken_of(drafts[region]))
    questions.answer()
    for region, view in views.items():
        _load_corrected(connection, view, drafts[region], corrections[region])
    return views


def load_view(connection: Connection, region: str, drafts: Collection[Draft]) -> RegionView:
    """Read what the drafts of one region speak of; see `load_views`."""
    return load_views(connection, {region: drafts})[region]


def load_ages(connection: Connection, view: RegionView, households: set[HouseholdId]) -> None:
    """Read how old households are, and into which ones they went."""
    questions = Questions(connection)
    view.ask_ages(questions, households)
    questions.answer()


def _load_corrected(
    connection: Connection,
    view: RegionView,
    drafts: Collection[Draft],
    stored: Sequence[Correction],
) -> None:
    """Read corrected events and what rests on them; nearly always there are none."""
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
