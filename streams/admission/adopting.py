"""After a restore: journal rows come back as they were, with all that admission derives from them.

Nothing is decided again: households, voided events and reviews are taken from the rows, tokens of
persons and addresses too. What the sealed blocks said is read once more from the inbound topics,
because the vault was put back to an earlier day as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.identity import HouseholdId, Pid
from streams.admission.decode import MISPLACED, Heard, Misplaced, Reader, Refused, in_order
from streams.admission.drafting import bind_again
from streams.admission.journal_rows import Draft, decode_draft
from streams.admission.judging import (
    CLOCK_SWITCHED,
    CLOCK_TICKED,
    REGION_OPENED,
    Accepted,
    Verdicts,
)
from streams.admission.known_at import RegionClock, read_clock, write_clocks
from streams.admission.linking_store import RegionView, ReviewEntry, load_view
from streams.admission.pending import Waiting, WaitingRoom, load_all_waiting, overdue, write_waiting
from streams.admission.placing import (
    SENT_TO_REVIEW,
    Following,
    Placed,
    Placer,
    doubts,
    entries,
    following,
)
from streams.admission.rearrangement_rows import Plan
from streams.admission.rearranging import Rearranger, is_decision
from streams.admission.sameness import Seen, find_events
from streams.admission.sightings import SEEN_ELSEWHERE
from streams.admission.view_writing import write_views
from streams.admission.writing import QUERIES, Unit, apply_waited, write_units
from streams.engine.adoption import RUNBOOK, AdoptedRows, Origin
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.engine.key_files import KeyFiles
from streams.engine.lease import Lease
from streams.engine.log import JOURNAL, LogRow
from streams.engine.stage import InputRecord
from streams.engine.transaction import UnitTransaction
from streams.household.linking import EventKey, Reason, ReviewKind
from streams.vault.sealing_keys import ensure_sealing_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A row that comes back; `heard` is its event as sent, unless that was read before."""

    record: InputRecord
    draft: Draft
    heard: Heard | None

    @property
    def position(self) -> int:
        """Return the row's position."""
        return int(self.draft.row["position"])

    @property
    def known_at(self) -> datetime:
        """Return when the region knew it."""
        known_at: datetime = self.draft.row["known_at"]
        return known_at

    @property
    def households(self) -> list[HouseholdId]:
        """Return the households it belongs to, in order."""
        return [HouseholdId(link["household_id"]) for link in self.draft.row["households"]]

    @property
    def is_own(self) -> bool:
        """Say whether the hub wrote it because of the row before it."""
        return self.draft.row["received_topic"] is None


def origin_of(record: InputRecord) -> Origin | None:
    """Return where the event of a journal row was received; None for the hub's own rows."""
    row = decode_draft(record.value or b"").row
    if row["received_topic"] is None:
        return None
    return row["received_topic"], row["received_offset"]


def adopt_rows(adopted: AdoptedRows, tx: UnitTransaction, reader: Reader, keys: KeyFiles) -> None:
    """Write rows back and what follows from them, in the engine's transaction.

    With the last ones also what their transactions would have brought and the topic never got:
    sightings not told yet, and events that now wait for nothing any more.
    """
    lease, connection = adopted.lease, tx.connection
    region = lease.region
    rows = _read(adopted, reader)
    tx.adopt(lease, JOURNAL, [_log_row(row) for row in rows])
    keys_of = {row.draft.key for row in rows if not row.is_own}
    seen = find_events(connection, {region: keys_of})[region]
    reviews = bind_again(connection, region, keys, *_heard(rows))
    view = load_view(connection, region, [row.draft for row in rows if not row.is_own])
    untold = _replay(view, rows)
    clock = _clock(read_clock(connection, region), rows)
    _write_events(connection, region, rows, seen)
    _leave(connection, region, [row for row in rows if row.draft.key in seen], seen)
    if any(row.draft.event_type.name == CLOCK_TICKED for row in rows):
        reviews += [
            ReviewEntry(kind="pending_expired", event=key, known_at=clock.now)
            for key in overdue(connection, region, clock.now)
        ]
    view.reviews += reviews
    write_views(connection, [view])
    write_clocks(connection, [clock])
    if any(row.draft.event_type.name == REGION_OPENED for row in rows):
        ensure_sealing_key(connection, keys, region)
    if adopted.is_last:
        _complete(tx, lease, clock, rows[-1], untold)


def _read(adopted: AdoptedRows, reader: Reader) -> list[Adopted]:
    """Decode rows and their events; raise StopError when an event is not what its row says."""
    result = []
    numbers = {id(r): n for n, r in enumerate(in_order(list(adopted.heard.values())))}
    for record in adopted.rows:
        draft = decode_draft(record.value or b"")
        origin = origin_of(record)
        source = adopted.heard.get(origin) if origin is not None else None
        heard = None
        if source is not None:
            heard = _heard_as(draft, reader.read(numbers[id(source)], source), source)
        result.append(Adopted(record=record, draft=draft, heard=heard))
    return result


def _heard_as(draft: Draft, read: Heard | Refused | Misplaced, source: InputRecord) -> Heard:
    """Return what was read when it is the row's event, else raise StopError."""
    where = f"{source.topic}, region {draft.row['region']}: offset {source.offset}"
    position = draft.row["position"]
    if not isinstance(read, Heard):
        code = read.code if isinstance(read, Refused) else MISPLACED
        raise StopError(
            f"{where} stands in the journal at position {position} but is refused now ({code}); "
            f"{RUNBOOK}"
        )
    if (read.key, read.payload) != (draft.key, draft.row["payload"]):
        raise StopError(
            f"{where} is not the event of journal position {position}: the topic is not the one "
            f"that the journal was made from; {RUNBOOK}"
        )
    return read


def _log_row(row: Adopted) -> tuple[int, LogRow]:
    said = row.draft.row
    ids = row.households
    values = (row.known_at, said["source"], said["event_id"], said["record_name"], ids)
    record = row.record
    assert record.incarnation is not None
    body, key = record.value or b"", record.key or b""
    return record.incarnation, LogRow(position=row.position, key=key, body=body, values=values)


def _heard(rows: Sequence[Adopted]) -> tuple[list[Accepted], list[Draft]]:
    """Return the events in the order in which they were heard, each with its row."""
    pairs = [(row.heard, row) for row in rows if row.heard is not None]
    pairs.sort(key=lambda pair: pair[0].number)
    accepted = [Accepted(heard=heard, known_at=row.known_at, flags=()) for heard, row in pairs]
    return accepted, [row.draft for _, row in pairs]


# These doubts name people, or a pair of households, which the row does not: they arise again.
FOUND_AGAIN = frozenset({ReviewKind.HOUSEHOLD_CAP.value, ReviewKind.CO_RESIDENCE.value})
Untold = tuple[Adopted, Following]
"""The last event, and the hub's rows that belong behind it and have not come back."""


def _replay(view: RegionView, rows: Sequence[Adopted]) -> Untold | None:
    """Let the rows do to the view what they did to it once; return what is left to tell.

    The hub's rows stand right behind the event's, so only the last event may lack some.
    """
    untold: Untold | None = None
    arranger = Rearranger(view)
    for row in rows:
        draft, households = row.draft, row.households
        if row.is_own:
            untold = _came_back(view, row, untold)
            view.homes.note(draft, households, row.position)
            continue
        for link in draft.row["households"]:
            if link["reason"] == Reason.FOUNDED.value:
                household = HouseholdId(link["household_id"])
                view.found(household, draft, row.position, row.known_at)
        plan = Plan()
        if is_decision(draft):
            plan = arranger.decide(draft, row.position, row.known_at, split_off=_split_off(row))
        for change in view.bind(draft, households, row.position):
            arranger.correct(plan, change, draft, row.position)
        found = doubts(arranger, draft, households, row.position)
        view.reviews += entries(draft, found, row.known_at)
        view.homes.note(draft, households, row.position)
        untold = row, following(view, draft, households, row.position, plan)
        view.reviews += _reviews(row)
    return untold


def _split_off(row: Adopted) -> HouseholdId | None:
    """Return the household that a decision once made: its token is in the row."""
    for decision in row.draft.row["decisions"]:
        if decision["kind"] == "SPLIT":
            return HouseholdId(decision["household_ids"][1])
    return None


def _came_back(view: RegionView, row: Adopted, untold: Untold | None) -> Untold | None:
    """Take a row of the hub that came back off what is left to tell.

    Raises StopError when it moves other rows than its decision moves now.
    """
    name, body = row.draft.event_type.name, row.draft.body
    if name == SEEN_ELSEWHERE:
        seen_in = body["seen_in"]
        view.sightings.hear(
            view.homes.connection,
            household=row.households[0],
            pid=Pid(body["pid"]),
            event=EventKey(source=seen_in["source"], event_id=seen_in["event_id"]),
            position=row.position,
        )
    if untold is None:
        return None
    cause, rest = untold
    if name == SEEN_ELSEWHERE:
        return cause, replace(rest, told=rest.told[1:])
    moves = {
        (move["from_household"], move["to_household"]): move["positions"] for move in body["moves"]
    }
    if rest.plan is None or rest.plan.grouped() != moves:
        raise StopError(
            f"region {row.draft.row['region']}: journal position {row.position} moves other rows "
            f"than the decision before it moves now; {RUNBOOK}"
        )
    return cause, replace(rest, plan=None)


def _reviews(row: Adopted) -> list[ReviewEntry]:
    return [
        ReviewEntry(
            kind=decision["code"],
            event=row.draft.key,
            households=tuple(map(HouseholdId, decision["household_ids"])),
            known_at=row.known_at,
        )
        for decision in row.draft.row["decisions"]
        if decision["kind"] == SENT_TO_REVIEW and decision["code"] not in FOUND_AGAIN
    ]


def _clock(clock: RegionClock | None, rows: Sequence[Adopted]) -> RegionClock:
    """Return the region's clock after these rows: their known_at is what it said then."""
    for row in rows:
        name, body = row.draft.event_type.name, row.draft.body
        if name == REGION_OPENED:
            clock = RegionClock(
                region=row.draft.row["region"],
                mode=body["clock_mode"],
                name=body["name"],
                now=row.known_at,
                day=None,
                opened_at=row.known_at,
            )
        if clock is None:
            raise AssertionError("a journal begins with the opening of its region")
        if name == CLOCK_TICKED:
            clock = replace(clock, day=body["day"])
        if name == CLOCK_SWITCHED:
            clock = replace(clock, mode=body["to"])
        clock = replace(clock, now=max(clock.now, row.known_at))
    assert clock is not None
    return clock


def _write_events(
    connection: Connection, region: str, rows: Sequence[Adopted], seen: Mapping[EventKey, Seen]
) -> None:
    new = [row for row in rows if not row.is_own and row.draft.key not in seen]
    with connection.cursor() as cursor, cursor.copy(QUERIES["copy_events"]) as copy:
        for row in new:
            if row.heard is None:
                raise StopError(
                    f"region {region}: journal position {row.position} comes from an offset that "
                    "was read before this backup, and the backup does not know its event"
                )
            key, said = row.draft.key, row.draft.row
            name, digest = said["record_name"], row.heard.digest
            came = (said["received_topic"], said["received_offset"], row.known_at)
            event = (region, key.source, key.event_id, name, digest)
            copy.write_row((*event, "applied", row.position, *came))


def _leave(
    connection: Connection, region: str, rows: Sequence[Adopted], seen: Mapping[EventKey, Seen]
) -> None:
    """Let events that waited in the backup leave the waiting room: their rows are there."""
    room = WaitingRoom()
    for row in rows:
        stands_at = seen[row.draft.key].position
        if stands_at is not None:
            raise StopError(
                f"region {region}: the event of position {row.position} on the topic stands at "
                f"{stands_at} in the backup; {RUNBOOK}"
            )
        waiting = Waiting(seq=0, draft=row.draft, since=row.known_at, is_stored=True)
        room.woken[row.draft.key] = waiting
    apply_waited(connection, region, [(row.draft, row.position) for row in rows])
    write_waiting(connection, region, room, [])


def _complete(
    tx: UnitTransaction,
    lease: Lease,
    clock: RegionClock,
    last: Adopted,
    untold: Untold | None,
) -> None:
    """Append what the last rows' transactions held beyond them, under the new incarnation."""
    connection, region = tx.connection, lease.region
    room = load_all_waiting(connection, region)
    view = load_view(connection, region, room.drafts())
    placer = Placer(view, room, lambda: tx.reserve(lease, JOURNAL, 1))
    if untold is not None:
        cause, rest = untold
        placer.follow(
            Placed(
                draft=cause.draft,
                position=cause.position,
                known_at=last.known_at,
                links=(),
                decisions=(),
                waited=None,
            ),
            rest,
        )
    placer.wake_everyone(clock.now)
    unit = Unit(lease=lease, verdicts=Verdicts(clock), placer=placer, clock_before=clock)
    write_units(tx, [unit])
