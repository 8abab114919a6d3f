"""Carries out what analysts decide about households, and what corrections do across two of them.

Each decision is taken once, here, and stands in the journal: which rows count elsewhere from then
on is the hub's own row behind it, so that readers and rebuilds follow and decide nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from schemas.identity import HouseholdId, Pid
from streams.admission.arrangements import Arrangement, Kind
from streams.admission.corrections import Change
from streams.admission.journal_rows import DECISION, Draft
from streams.admission.linking_store import RegionView, load_ages
from streams.admission.membership_book import Support
from streams.admission.rearrangement_rows import Plan
from streams.admission.replacing import follow_correction, keep_with_replacements
from streams.admission.residences import PEOPLE_MAX as RESIDENTS_MAX
from streams.household.dividing import GOES, STAYS, Division, PlacedEvent
from streams.household.linking import Review, ReviewKind
from streams.vault.lookup_tokens import random_token

MOVED_MAX = 15_000
"""Rows that one decision may move: they stand in one journal row of at most 64 KiB."""
MERGES = frozenset({"MERGE", "CONFIRM_LINK"})
SETTLING = {"CONFIRM_LINK": "confirmed", "REFUSE_LINK": "refused"}
"""What becomes of a review entry, by the kind of the decision about it."""


def is_decision(draft: Draft) -> bool:
    """Say whether the event is a decision of an analyst."""
    return draft.event_type.name == DECISION


class Rearranger:
    """Rearranges the households of one unit; every change goes through the unit's view."""

    def __init__(self, view: RegionView) -> None:
        self.view = view
        self.homes = view.homes
        self.book = view.arrangements

    def objection(self, draft: Draft) -> str | None:
        """Return the code of what keeps a decision from being carried out, or None."""
        named = [self.view.current(household) for household in draft.statement.households]
        people = {Pid(pid) for pid in draft.body["person_pids"]}
        if draft.body["kind"] == "SPLIT" and not people <= self._members(named[0]):
            return "domain.refs"
        if draft.body["kind"] in MERGES and any(
            len(self.homes.events_of(other)) > MOVED_MAX for other in named[1:]
        ):
            return "domain.range"
        return None

    def decide(
        self,
        draft: Draft,
        position: int,
        known_at: datetime,
        *,
        split_off: HouseholdId | None = None,
    ) -> Plan:
        """Carry out a decision about households; one about findings does nothing here.

        `split_off` is the token of a new household that was given before and is given again.
        """
        plan = Plan(split_off=split_off)
        self._carry_out(plan, draft, position, position, known_at)
        keep_with_replacements(self.view, plan)
        return plan

    def correct(self, plan: Plan, change: Change, draft: Draft, at: int) -> None:
        """Follow a correction: undo the decision it takes back, or leave a replaced event out."""
        target = self.view.positions.get(change.event)
        if target is None:
            return
        plan.is_active = True
        done = self.book.of(target)
        if change.is_void:
            for arrangement in reversed(done):
                self._undo(plan, arrangement, target, at)
            if done:
                self.book.mark(target, is_undone=True)
            self._open_again(target)
        elif is_decision(decision := self.homes.draft_at(target)):
            known_at: datetime = draft.row["recorded_at"]
            self._carry_out(plan, decision, target, at, known_at)
        if not done:
            self._load_people(follow_correction(self.view, plan, change, target))
        keep_with_replacements(self.view, plan)

    def co_residence(self, draft: Draft, household: HouseholdId, position: int) -> list[Review]:
        """Return a doubt for each other household that lives where this one is new."""
        found = self.view.residences.note(draft, household, position)
        if not found:
            return []
        self._know(*found)
        others = dict.fromkeys(self.view.current(other) for other in found)
        others.pop(household, None)
        people = self._members(household).union(*(self._members(other) for other in others))
        if len(people) > RESIDENTS_MAX:
            return []
        return [
            Review(
                kind=ReviewKind.CO_RESIDENCE,
                households=(household, other),
                identity=tuple(sorted((household, other))),
            )
            for other in others
        ]

    def _carry_out(
        self, plan: Plan, draft: Draft, decision: int, at: int, known_at: datetime
    ) -> None:
        """Do what a decision says from journal position `at` on; `decision` is its own."""
        self._know(*draft.statement.households)
        plan.valid_from = draft.body["valid_from"]
        named = [self.view.current(household) for household in draft.statement.households]
        people = [Pid(pid) for pid in dict.fromkeys(draft.body["person_pids"])]
        earlier = self.book.begin(decision)
        self._settle(draft, decision)
        match draft.body["kind"]:
            case "MERGE" | "CONFIRM_LINK" if len(named) > 1:
                self._merge_all(plan, named, decision, at)
            case "SPLIT":
                plan.change = "SPLIT"
                split_off = next((a.other for a in earlier if a.kind is Kind.SPLIT), plan.split_off)
                target = named[1] if len(named) > 1 else HouseholdId(split_off or random_token())
                self._take_back_along(plan, earlier, people, at)
                self._know(target)
                if target not in self.view.founded:
                    self.view.found(target, draft, decision, known_at)
                if target != named[0]:
                    self.book.add(decision, Kind.SPLIT, named[0], target, at)
                    plan.households = (named[0], target)
                    self._split(plan, (named[0], target), people, decision, at)
            case "REFUSE_LINK" if len(named) == 1:
                self._refuse(plan, named[0], people, decision, at)
            case "CONFIRM_LINK" if len(named) == 1:
                self._admit(plan, named[0], people, decision, at)
            case _:
                return
        plan.is_active = True
        plan.households = tuple(dict.fromkeys([*named, *plan.households]))

    def _settle(self, draft: Draft, decision: int) -> None:
        """Settle the review entry that the decision's own number names (ADR 0013)."""
        entry, kind = draft.body["meta"]["source_ref"], draft.body["kind"]
        if entry is not None and kind in SETTLING:
            with suppress(ValueError):
                self.view.settled[UUID(entry)] = (SETTLING[kind], decision)
                self.view.opened_again.discard(decision)

    def _open_again(self, decision: int) -> None:
        for entry, (_, position) in list(self.view.settled.items()):
            if position == decision:
                del self.view.settled[entry]
        self.view.opened_again.add(decision)

    def _merge_all(self, plan: Plan, named: Sequence[HouseholdId], decision: int, at: int) -> None:
        """Let all other households go on in the first one."""
        plan.change = "MERGED"
        for other in dict.fromkeys(named[1:]):
            if other != named[0]:
                for pid in self._merge(plan, named[0], other, at):
                    self.book.add(decision, Kind.REFUSE, named[0], pid, at)
                self.book.add(decision, Kind.MERGE, named[0], other, at)

    def _merge(self, plan: Plan, kept: HouseholdId, other: HouseholdId, at: int) -> Collection[Pid]:
        """Let a household go on in another one; return whom that refuses now, too."""
        view = self.view
        people = self._members(kept) | self._members(other)
        self._load_people(people)
        for pid in sorted(view.members.members_of(other)):
            if view.members.refused.get((kept, pid), False):
                view.members.admit((kept, pid), at)
        refused = self._refused_along(kept, other)
        for pid in refused:
            view.members.refuse((kept, pid), at)
        events = self.homes.events_of(other)
        self._shift(plan, events, other, kept, at)
        view.members.move_rest(other, kept, at)
        mentioned = [r for r, home in view.references.items() if home == other]
        view.move_references(other, kept, [*self.book.references_of(other), *mentioned])
        view.merge(other, kept)
        plan.people |= people
        plan.households = tuple(dict.fromkeys([*plan.households, kept, other]))
        plan.decisions.append(_decision("MERGED", kept, other))
        return refused

    def _refused_along(self, kept: HouseholdId, other: HouseholdId) -> list[Pid]:
        """Return whom a merged household refuses and the other neither refuses nor has.

        A member of the other stays one: by that family's own events, not by this one's.
        """
        refused = self.view.members.refused_by(self.homes.connection, other)
        self._load_people(refused)
        return sorted(
            pid
            for pid in refused
            if kept not in self.view.members.open[pid]
            and not self.view.members.refused.get((kept, pid), False)
        )

    def _split(
        self,
        plan: Plan,
        between: tuple[HouseholdId, HouseholdId],
        leaving: Collection[Pid],
        decision: int,
        at: int,
    ) -> None:
        """Let people leave the first household for the second, with the events that are theirs."""
        kept, other = between
        members = self._members(kept)
        self._load_people(members | self._members(other))
        sides = {pid: {GOES if pid in leaving else STAYS} for pid in members}
        division = Division(members=sides, since=plan.valid_from)
        events = self.homes.events_of(kept)
        gone = set(division.goes(events))
        roles = {pid: self.view.members.role_of((kept, pid)) for pid in leaving}
        self._shift(plan, [e for e in events if e.position in gone], kept, other, at)
        moved = [r for r, side in division.references.items() if side == GOES]
        self.view.move_references(kept, other, moved)
        first_day = plan.valid_from or min((e.day for e in events), default=date.min)
        for pid in sorted(leaving):
            support = Support(
                position=decision, member=(other, pid), role=roles[pid], valid_from=first_day
            )
            self.view.members.support(support, at)
            self.view.members.refuse((kept, pid), at, plan.valid_from)
            self.book.add(decision, Kind.REFUSE, kept, pid, at)
        plan.people |= members
        plan.decisions.append(_decision("SPLIT", kept, other))

    def _refuse(
        self, plan: Plan, household: HouseholdId, people: Iterable[Pid], decision: int, at: int
    ) -> None:
        self._load_people(self._members(household) | set(people))
        for pid in people:
            if not self.view.members.refused.get((household, pid), False):
                self.view.members.refuse((household, pid), at, plan.valid_from)
                self.book.add(decision, Kind.REFUSE, household, pid, at)
                plan.people.add(pid)
        plan.decisions.append(_decision("LINK_REFUSED", household))

    def _admit(
        self, plan: Plan, household: HouseholdId, people: Iterable[Pid], decision: int, at: int
    ) -> None:
        self._load_people(self._members(household) | set(people))
        for pid in people:
            if self.view.members.refused.get((household, pid), False):
                self.view.members.admit((household, pid), at)
                self.book.add(decision, Kind.ADMIT, household, pid, at)
            role = self.view.members.role_of((household, pid))
            day = plan.valid_from or self.homes.first_day(household)
            support = Support(position=decision, member=(household, pid), role=role, valid_from=day)
            self.view.members.support(support, at)
            plan.people.add(pid)
        plan.decisions.append(_decision("LINK_CONFIRMED", household))

    def _undo(self, plan: Plan, done: Arrangement, decision: int, at: int) -> None:
        self._know(HouseholdId(done.kept))
        if done.kind in {Kind.MERGE, Kind.SPLIT}:
            self._know(HouseholdId(done.other))
        kept = self.view.current(HouseholdId(done.kept))
        plan.households = tuple(dict.fromkeys([*plan.households, kept]))
        match done.kind:
            case Kind.MERGE:
                plan.change = "MERGE_UNDONE"
                self._part(plan, kept, done, at)
            case Kind.SPLIT:
                plan.change = "SPLIT_UNDONE"
                other = self.view.current(HouseholdId(done.other))
                if other != kept:
                    for pid in self._merge(plan, kept, other, at):
                        self.book.add(decision, Kind.REFUSE, kept, pid, at)
            case Kind.REFUSE:
                self._take_back_refusal(plan, done, at)
            case Kind.ADMIT:
                self._load_people({Pid(done.other)} | self._members(kept))
                self.view.members.refuse((kept, Pid(done.other)), at)
                plan.people.add(Pid(done.other))

    def _take_back_along(
        self, plan: Plan, earlier: Iterable[Arrangement], people: Collection[Pid], at: int
    ) -> None:
        """Take back what came along when the split was undone, now that it is done once more."""
        for one in earlier:
            if one.kind is Kind.REFUSE and one.other not in people:
                self._take_back_refusal(plan, one, at)

    def _take_back_refusal(self, plan: Plan, done: Arrangement, at: int) -> None:
        """Let a person belong after all, also where the refusing household went into since."""
        kept = self.view.current(HouseholdId(done.kept))
        self._load_people({Pid(done.other)} | self._members(kept))
        for home in dict.fromkeys([HouseholdId(done.kept), kept]):
            self.view.members.admit((home, Pid(done.other)), at)
        plan.people.add(Pid(done.other))

    def _part(self, plan: Plan, kept: HouseholdId, done: Arrangement, at: int) -> None:
        """Give a household back what was its own before a merge, and what has come for it since."""
        other, view = HouseholdId(done.other), self.view
        members = self._members(kept) | self._members(other)
        self._load_people(members)
        own = self.book.moved_by(done) | self.homes.moved_in_unit(done)
        events = self.homes.events_of(kept)
        before = [e for e in events if e.position in own or e.position < done.moved_at]
        sides: dict[Pid, set[HouseholdId]] = {}
        division = Division(members=sides)
        for event in before:
            side = GOES if event.position in own else STAYS
            division.take(event, side)
            for person in event.statement.persons:
                if person.is_subject:
                    sides.setdefault(person.pid, set()).add(side)
        later = division.goes(e for e in events if e not in before)
        returned = own | set(later)
        self._shift(plan, [e for e in events if e.position in returned], kept, other, at)
        for decision in self.book.splits_into(other):
            view.members.move(decision, kept, other, at)
        moved = [r for r, side in division.references.items() if side == GOES]
        view.move_references(kept, other, moved)
        view.merge(other, None)
        plan.people |= members
        plan.households = tuple(dict.fromkeys([*plan.households, other]))
        plan.decisions.append(_decision("UNDONE", kept, other))

    def _shift(
        self,
        plan: Plan,
        events: Iterable[PlacedEvent],
        left: HouseholdId,
        joined: HouseholdId,
        at: int,
    ) -> None:
        positions = {event.position for event in events}
        seen = self.view.sightings.seen_at(self.homes.connection, positions)
        self._load_people(seen)
        plan.people |= seen
        self.homes.move(positions, joined)
        for position in sorted(positions):
            plan.move(position, left, joined)
            self.view.members.move(position, left, joined, at)
        self.view.sightings.move(positions, left, joined)
        for key, position in self.view.positions.items():
            if position in positions:
                self.view.events[key] = (joined,)

    def _know(self, *households: HouseholdId) -> None:
        """Read how old households are, and into which ones they went."""
        load_ages(self.homes.connection, self.view, set(households))

    def _members(self, household: HouseholdId) -> set[Pid]:
        """Read all that the memberships of a household rest on; return who its members are."""
        connection = self.homes.connection
        self.view.members.load_household(connection, household)
        people = self.book.members_of(household)
        people |= {
            pid
            for supports in self.view.members.by_position.values()
            for home, pid in supports
            if home == household
        }
        self.view.load_people(connection, people)
        return self.view.members.members_of(household)

    def _load_people(self, people: Collection[Pid]) -> None:
        self.view.load_people(self.homes.connection, people)
        self.view.sightings.load(self.homes.connection, people)


def _decision(kind: str, *households: HouseholdId) -> Mapping[str, Any]:
    return {"kind": kind, "code": kind.lower(), "household_ids": list(households)}
