"""The review queue: doubts about who is who and who belongs where, and what would settle them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from hub.deciding import QUERIES, Connection, Decision, current, households_of
from schemas.codec import decode_body
from streams.engine.errors import StopError
from streams.household.linking import PERPETRATOR, PROTECTED_ROLES

ENTRIES_MAX = 10_000
KINDS: Mapping[str, str] = {
    "references_disagree": "two references of one event lead to different households",
    "persons_disagree": "the people of an event belong elsewhere than its reference says",
    "same_name": "somebody without a number bears the name and birth date of another",
    "similar_name": "somebody without a number is called nearly as another, born the same day",
    "numbers_disagree": "two numbers of one person lead to two people",
    "co_residence": "two households live at one address",
    "household_cap": "a household would grow beyond what links by themselves may make",
    "pending_expired": "an event has waited thirty days for what it belongs to",
}
STATES = ("open", "confirmed", "refused")
BY_PERSON = frozenset({"same_name", "similar_name", "numbers_disagree"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One doubt, by tokens only; `position` is the journal row of the event that raised it."""

    id: UUID
    region: str
    kind: str
    state: str
    known_at: datetime
    household_ids: Sequence[str]
    pids: Sequence[str]
    source: str
    event_id: str
    position: int | None

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        told = {"id": str(self.id), "known_at": self.known_at.isoformat()}
        return {**asdict(self), **told, "doubt": KINDS[self.kind]}


def find(
    connection: Connection,
    *,
    entry: UUID | None = None,
    region: str | None = None,
    kind: str | None = None,
    state: str | None = None,
) -> Sequence[Entry]:
    """Return the entries per region, oldest first, and no more than ENTRIES_MAX."""
    asked = {"id": entry, "region": region, "kind": kind, "state": state}
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        said = {**asked, "entries_max": ENTRIES_MAX}
        return cursor.execute(QUERIES["reviews"], said).fetchall()


def refusal(entry: Entry, reason: str, actor: str) -> Decision:
    """Return the decision that makes no link; who would be one too many is kept out for good."""
    return Decision(
        region=entry.region,
        kind="REFUSE_LINK",
        households=tuple(entry.household_ids),
        people=tuple(entry.pids),
        reason=reason,
        actor=actor,
        entry=str(entry.id),
    )


def confirmation(
    connection: Connection, entry: Entry, other: str | None, reason: str, actor: str
) -> Decision:
    """Return the decision that makes the link; `other` chooses among several candidates.

    Raises StopError when there is nothing to link, or more than one answer.
    """
    if entry.kind == "pending_expired":
        raise StopError(
            "an event that waits finds its household when its parent comes; it can only be refused"
        )
    if entry.kind in BY_PERSON:
        households, people = _by_person(connection, entry, other)
    elif entry.kind == "household_cap":
        households, people = (
            (current(connection, entry.region, entry.household_ids[0]),),
            tuple(entry.pids),
        )
    else:
        now = [current(connection, entry.region, each) for each in entry.household_ids]
        households, people = tuple(dict.fromkeys(now)), ()
    return Decision(
        region=entry.region,
        kind="CONFIRM_LINK",
        households=households,
        people=people,
        reason=reason,
        actor=actor,
        entry=str(entry.id),
    )


def _by_person(
    connection: Connection, entry: Entry, other: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (households, people) that say: this is the same person.

    The event then belongs where it would have gone had the person been known: its household and
    the other one become one, unless it is a perpetrator's other family (definitions.md).
    """
    pid, *candidates = entry.pids
    chosen = [other] if other is not None else list(dict.fromkeys(candidates))
    if len(chosen) != 1 or chosen[0] not in candidates:
        raise StopError("there are several candidates; choose one: --with PID")
    mine = households_of(connection, entry.region, pid)
    theirs = households_of(connection, entry.region, chosen[0])
    if not mine or not theirs:
        raise StopError("one of the two belongs to no household any more; refuse the entry")
    if _is_other_family(connection, entry, pid, chosen[0]):
        return (theirs[0],), (pid,)
    return tuple(dict.fromkeys((theirs[0], mine[0]))), (pid, chosen[0])


def _is_other_family(connection: Connection, entry: Entry, pid: str, other: str) -> bool:
    if entry.position is None:
        return False
    place = {"region": entry.region, "position": entry.position}
    row = connection.execute(QUERIES["row"], place).fetchone()
    if row is None:
        return False
    persons: list[Mapping[str, Any]] = decode_body("JournalRow", 1, bytes(row[0]))["persons"]
    roles = {person["role"] for person in persons if person["pid"] in {pid, other}}
    protects = any(person["role"] in PROTECTED_ROLES for person in persons)
    return roles == {PERPETRATOR} and protects
