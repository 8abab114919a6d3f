"""Gives each event its household and its place in the journal, and wakes what waited for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from schemas.identity import HouseholdId
from streams.admission.corrections import Change
from streams.admission.journal_rows import Draft
from streams.admission.linking_store import RegionView, ReviewEntry
from streams.admission.pending import Waiting, WaitingRoom, WakeQueue
from streams.admission.sightings import Sighting, row_for, sightings_in
from streams.household.linking import (
    Decision,
    EventKey,
    Found,
    Join,
    NoHousehold,
    Reason,
    Review,
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


class Placer:
    """Places the events of one unit, one after the other; each sees what those before it did."""

    def __init__(self, view: RegionView, room: WaitingRoom, reserve: Callable[[], int]) -> None:
        self.view = view
        self.room = room
        self.placed: list[Placed] = []
        self.refused: dict[EventKey, str] = {}
        self._reserve = reserve
        self._waited = 0

    def place(self, draft: Draft, known_at: datetime) -> None:
        """Place an event, and in the same breath every event that waited for it."""
        decision = decide(draft.statement, self.view.known)
        if isinstance(decision, Wait):
            seq = SEQ_OF_UNIT + self._waited
            self._waited += 1
            self.room.add(Waiting(seq=seq, draft=draft, since=known_at, is_stored=False))
            return
        if isinstance(decision, UnknownHousehold):
            self.refused[draft.key] = "domain.household"
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
        changes = self.view.bind(draft, [household for household, _ in links], position)
        self.view.reviews += [
            ReviewEntry(
                kind=review.kind,
                event=draft.key,
                households=review.households,
                known_at=known_at,
            )
            for review in reviews
        ]
        self.placed.append(
            Placed(
                draft=draft,
                position=position,
                known_at=known_at,
                links=links,
                decisions=[*map(_sent_to_review, reviews), *map(self._change, changes)],
                waited=waiting if waiting is not None and waiting.is_stored else None,
            )
        )
        self._tell_elsewhere(self.placed[-1])

    def _tell_elsewhere(self, placed: Placed) -> None:
        """Let the other households of a person know, in rows of the hub right after the event's."""
        view = self.view
        households = [household for household, _ in placed.links]
        found = sightings_in(placed.draft, households, placed.position)
        told = view.sightings.to_tell(found, view.members.take_opened(), view.members.open)
        for household, sighting in told:
            position, known_at = self._reserve(), placed.known_at
            self.placed.append(
                told_elsewhere(household, sighting, placed.draft, position, known_at)
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


def told_elsewhere(
    household: HouseholdId, sighting: Sighting, cause: Draft, position: int, known_at: datetime
) -> Placed:
    """Return the hub's row that tells a household of a sighting."""
    return Placed(
        draft=row_for(household, sighting, cause, position, known_at),
        position=position,
        known_at=known_at,
        links=((household, HUB),),
        decisions=(),
        waited=None,
    )


def _sent_to_review(review: Review) -> Mapping[str, Any]:
    return {
        "kind": SENT_TO_REVIEW,
        "code": review.kind.value,
        "household_ids": list(review.households),
    }
