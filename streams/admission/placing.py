"""Gives each event its household and its place in the journal, and wakes what waited for it.

Behind a row that rearranges households, or that tells others of a person, stand rows of the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from schemas.identity import HouseholdId
from streams.admission.corrections import Change
from streams.admission.journal_rows import Draft
from streams.admission.linking_store import RegionView, ReviewEntry, load_ages
from streams.admission.pending import Waiting, WaitingRoom, WakeQueue
from streams.admission.rearrangement_rows import Plan, rearrangement_row
from streams.admission.rearranging import Rearranger, is_decision
from streams.admission.sightings import Sighting, row_for, sightings_in
from streams.household.linking import (
    Decision,
    EventKey,
    Found,
    Join,
    NoHousehold,
    Reason,
    Review,
    ReviewKind,
    Statement,
    UnknownHousehold,
    Wait,
    decide,
)
from streams.vault.lookup_tokens import random_token

HUB = "HUB"
PENDING_RESOLVED = "PENDING_RESOLVED"
SENT_TO_REVIEW = "SENT_TO_REVIEW"
TARGET_VOIDED = "TARGET_VOIDED"
TARGET_REVIVED = "TARGET_REVIVED"
SEQ_OF_UNIT = 2**62
"""Events of this unit that wait were first seen after all that the tables hold."""

Links = tuple[tuple[HouseholdId, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A draft with its place; `waited` when it had been pending in the tables."""

    draft: Draft
    position: int
    known_at: datetime
    links: Links
    decisions: Sequence[Mapping[str, Any]]
    waited: Waiting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """The hub's rows that belong behind a row: one that moves others, and one per sighting told."""

    plan: Plan | None
    told: Sequence[tuple[HouseholdId, Sighting]]

    def households(self, view: RegionView) -> list[HouseholdId]:
        """Return the households between which rows move, oldest first."""
        groups = {} if self.plan is None else self.plan.grouped()
        named = {household for pair in groups for household in pair if household is not None}
        load_ages(view.homes.connection, view, set(named))
        return sorted(named, key=view.founded.__getitem__)


class Placer:
    """Places the events of one unit, one after the other; each sees what those before it did."""

    def __init__(self, view: RegionView, room: WaitingRoom, reserve: Callable[[], int]) -> None:
        self.view = view
        self.room = room
        self.placed: list[Placed] = []
        self.refused: dict[EventKey, str] = {}
        self._arranger = Rearranger(view)
        self._reserve = reserve
        self._waited = 0

    def place(self, draft: Draft, known_at: datetime) -> None:
        """Place an event, and in the same breath every event that waited for it."""
        decision = decide(self._resolved(draft), self.view.known)
        if isinstance(decision, Wait):
            seq = SEQ_OF_UNIT + self._waited
            self._waited += 1
            self.room.add(Waiting(seq=seq, draft=draft, since=known_at, is_stored=False))
            return
        if isinstance(decision, UnknownHousehold):
            self.refused[draft.key] = "domain.household"
            return
        objection = self._arranger.objection(draft) if is_decision(draft) else None
        if objection is not None:
            self.refused[draft.key] = objection
            return
        self._apply(draft, decision, known_at, None)
        self._wake(draft, known_at)

    def _wake(self, parent: Draft, known_at: datetime) -> None:
        """Place children in first-seen order, then theirs: parent first, transitively."""
        queue = WakeQueue()
        queue.push(self.room.children(parent))
        self._empty(queue, known_at)

    def wake_everyone(self, known_at: datetime) -> None:
        """Look at all who wait: after a restore a parent may be there whose children still wait."""
        queue = WakeQueue()
        queue.push(w for by_event in self.room.by_key.values() for w in by_event.values())
        self._empty(queue, known_at)

    def _empty(self, queue: WakeQueue, known_at: datetime) -> None:
        while (child := queue.pop()) is not None:
            decision = decide(child.draft.statement, self.view.known)
            if isinstance(decision, Wait):
                continue
            self.room.leave(child)
            self._apply(child.draft, decision, known_at, child)
            queue.push(self.room.children(child.draft))

    def _apply(
        self, draft: Draft, decision: Decision, known_at: datetime, waiting: Waiting | None
    ) -> None:
        position = self._reserve()
        links, reviews = self._links(draft, decision, position, known_at)
        if waiting is not None:
            links = tuple((household, PENDING_RESOLVED) for household, _ in links)
        plan = Plan()
        if is_decision(draft):
            plan = self._arranger.decide(draft, position, known_at)
            links = tuple(
                (household, Reason.DECISION.value)
                for household in dict.fromkeys([*(h for h, _ in links), *plan.households])
            )
        changes = self.view.bind(draft, [household for household, _ in links], position)
        here = [household for household, _ in links]
        reviews = (*reviews, *doubts(self._arranger, draft, here, position))
        for change in changes:
            self._arranger.correct(plan, change, draft, position)
        self.view.reviews += entries(draft, reviews, known_at)
        self.placed.append(
            Placed(
                draft=draft,
                position=position,
                known_at=known_at,
                links=links,
                decisions=[
                    *map(_sent_to_review, reviews),
                    *map(self._change, changes),
                    *plan.decisions,
                ],
                waited=waiting if waiting is not None and waiting.is_stored else None,
            )
        )
        self.view.homes.note(draft, here, position)
        self.follow(self.placed[-1], following(self.view, draft, here, position, plan))

    def _resolved(self, draft: Draft) -> Statement:
        """Return what the event says, with the households that go on for those it names."""
        current = [self.view.current(household) for household in draft.statement.households]
        return replace(draft.statement, households=tuple(dict.fromkeys(current)))

    def follow(self, cause: Placed, following: Following) -> None:
        """Append the hub's rows behind a row: what moves, then who was seen elsewhere."""
        if following.plan is not None:
            position = self._reserve()
            row = rearrangement_row(following.plan, cause.draft, position, cause.known_at)
            self._append(row, following.households(self.view), position, cause.known_at)
        for household, sighting in following.told:
            position = self._reserve()
            row = row_for(household, sighting, cause.draft, position, cause.known_at)
            self._append(row, (household,), position, cause.known_at)
            self.view.sightings.tell(household, sighting, position)

    def _append(
        self, row: Draft, households: Sequence[HouseholdId], position: int, known_at: datetime
    ) -> None:
        self.view.homes.note(row, households, position)
        self.placed.append(
            Placed(
                draft=row,
                position=position,
                known_at=known_at,
                links=tuple((household, HUB) for household in households),
                decisions=(),
                waited=None,
            )
        )

    def _change(self, change: Change) -> Mapping[str, Any]:
        return {
            "kind": TARGET_VOIDED if change.is_void else TARGET_REVIVED,
            "code": change.code,
            "household_ids": list(self.view.events.get(change.event, ())),
        }

    def _links(
        self, draft: Draft, decision: Decision, position: int, known_at: datetime
    ) -> tuple[Links, tuple[Review, ...]]:
        match decision:
            case Found():
                household = HouseholdId(random_token())
                self.view.found(household, draft, position, known_at)
                return ((household, Reason.FOUNDED.value),), ()
            case Join(households=households, reason=reason, reviews=reviews):
                return tuple((household, reason.value) for household in households), reviews
            case NoHousehold():
                return (), ()
            case Wait() | UnknownHousehold():
                raise AssertionError("an event without a place cannot be applied")
            case _:
                assert_never(decision)


def doubts(
    arranger: Rearranger, draft: Draft, households: Sequence[HouseholdId], position: int
) -> list[Review]:
    """Return what a person should look at now that an event is bound to its household."""
    left_out = arranger.view.left_out
    found = [
        Review(kind=ReviewKind.HOUSEHOLD_CAP, households=(household,), pids=tuple(people))
        for household, people in left_out.items()
    ]
    left_out.clear()
    if len(households) == 1:
        found += arranger.co_residence(draft, households[0], position)
    return found


def entries(draft: Draft, reviews: Sequence[Review], known_at: datetime) -> list[ReviewEntry]:
    """Return the entries of the review queue for what is doubted about an event."""
    return [
        ReviewEntry(
            kind=review.kind,
            event=draft.key,
            households=review.households,
            pids=review.pids,
            identity=review.identity,
            known_at=known_at,
        )
        for review in reviews
    ]


def following(
    view: RegionView,
    draft: Draft,
    households: Sequence[HouseholdId],
    position: int,
    plan: Plan,
) -> Following:
    """Say which rows of the hub follow from a row that was just bound to its households."""
    found = sightings_in(draft, households, position)
    opened = view.members.take_opened()
    told = view.sightings.to_tell(found, () if plan.is_active else opened, view.members.open)
    if plan.is_active:
        people = plan.people | {pid for _, pid in opened} | {one.pid for one in found}
        gone, told = view.sightings.settle(
            view.homes.connection, people, view.members.open, view.homes.home_of
        )
        for household, told_at in gone:
            plan.move(told_at, household, None)
            view.homes.move([told_at], None)
        for moved, (left, joined) in plan.moves.items():
            if left != joined:
                view.homes.keep(position, moved, left, joined)
    load_ages(view.homes.connection, view, {household for household, _ in told})
    told.sort(key=lambda one: (one[1].position, view.founded[one[0]], one[1].pid))
    return Following(plan=plan if plan.grouped() else None, told=told)


def _sent_to_review(review: Review) -> Mapping[str, Any]:
    return {
        "kind": SENT_TO_REVIEW,
        "code": review.kind.value,
        "household_ids": list(review.households),
    }
