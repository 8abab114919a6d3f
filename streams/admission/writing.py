"""Writes what a unit decided: journal rows, events, links, what waits, and every outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streams.admission.decode import Heard, Misplaced, Refused
from streams.admission.journal_rows import Draft, encode_draft, log_row
from streams.admission.judging import Verdicts
from streams.admission.known_at import RegionClock, write_clocks
from streams.admission.linking_store import ReviewEntry
from streams.admission.pending import overdue, write_waiting
from streams.admission.placing import Placer
from streams.admission.repairs import carry_out
from streams.admission.view_writing import write_views
from streams.engine.database import Connection, copy_in
from streams.engine.lease import Lease
from streams.engine.ledger import Outcome
from streams.engine.log import JOURNAL
from streams.engine.named_queries import load_queries
from streams.engine.transaction import UnitTransaction
from streams.household.linking import EventKey

QUERIES = load_queries("streams.admission")
CONFLICT_CODE = "dedup.conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One region's unit, decided and not yet written."""

    lease: Lease
    verdicts: Verdicts
    placer: Placer
    clock_before: RegionClock | None


def write_units(tx: UnitTransaction, units: Sequence[Unit]) -> None:
    """Write everything in the engine's transaction; each record gets its one outcome."""
    connection = tx.connection
    for unit in units:
        _append(tx, unit)
    _write_events(connection, units)
    for unit in units:
        _write_waiting(connection, unit)
    write_views(connection, [unit.placer.view for unit in units])
    clocks = [(unit.verdicts.clock, unit.clock_before) for unit in units]
    write_clocks(connection, [now for now, before in clocks if now is not None and now != before])
    for unit in units:
        _settle(tx, unit)
        # What was asked of dead letters before a restore is asked again: they were put back, too.
        carry_out(tx, unit.lease, [heard for heard, _ in unit.verdicts.again])
        carry_out(tx, unit.lease, [a.heard for a in unit.verdicts.accepted])


def _append(tx: UnitTransaction, unit: Unit) -> None:
    """Append the rows of what was placed to the journal."""
    incarnation = unit.lease.logs[JOURNAL.name].incarnation
    rows = [
        log_row(
            row.draft,
            place=(incarnation, row.position, row.known_at),
            households=row.links,
            decisions=row.decisions,
        )
        for row in unit.placer.placed
    ]
    if rows:
        tx.append(unit.lease, JOURNAL, rows)


def _write_waiting(connection: Connection, unit: Unit) -> None:
    """Write who waits from now on, and who waits no longer or too long."""
    region, clock, room = unit.lease.region, unit.verdicts.clock, unit.placer.room
    incarnation = unit.lease.logs[JOURNAL.name].incarnation
    waited = [(row.draft, row.position) for row in unit.placer.placed if row.waited is not None]
    apply_waited(connection, region, waited)
    encoded = [(w, encode_draft(w.draft, incarnation, w.since)) for w in room.added.values()]
    write_waiting(connection, region, room, encoded)
    if unit.verdicts.has_ticked and clock is not None:
        unit.placer.view.reviews += [
            ReviewEntry(kind="pending_expired", event=key, known_at=clock.now)
            for key in overdue(connection, region, clock.now)
        ]


def _positions(unit: Unit) -> dict[EventKey, int]:
    return {row.draft.key: row.position for row in unit.placer.placed}


def _write_events(connection: Connection, units: Sequence[Unit]) -> None:
    rows = [row for unit in units for row in _event_rows(unit)]
    with connection.cursor() as cursor:
        copy_in(cursor, QUERIES["copy_events"], rows)


def _event_rows(unit: Unit) -> Iterator[tuple[object, ...]]:
    positions, refused = _positions(unit), unit.placer.refused
    for item in unit.verdicts.accepted:
        heard, key = item.heard, item.heard.key
        if key in refused:
            continue
        position = positions.get(key)
        state = "pending" if position is None else "applied"
        said = (heard.event_type.name, heard.digest, state, position)
        came = (heard.record.topic, heard.record.offset, item.known_at)
        yield (unit.lease.region, key.source, key.event_id, *said, *came)


def apply_waited(connection: Connection, region: str, rows: Sequence[tuple[Draft, int]]) -> None:
    """Turn the pending event and its ledger row into applied: the one outcome that may change."""
    if not rows:
        return
    positions = [position for _, position in rows]
    drafts = [draft for draft, _ in rows]
    connection.execute(
        QUERIES["apply_pending_events"],
        {
            "region": region,
            "sources": [draft.key.source for draft in drafts],
            "ids": [draft.key.event_id for draft in drafts],
            "positions": positions,
        },
    )
    connection.execute(
        QUERIES["apply_pending_ledger"],
        {
            "region": region,
            "topics": [draft.row["received_topic"] for draft in drafts],
            "offsets": [draft.row["received_offset"] for draft in drafts],
            "positions": positions,
        },
    )


def _settle(tx: UnitTransaction, unit: Unit) -> None:
    """Give every record its outcome; a second saying within the unit shares the first's fate."""
    lease, verdicts, positions = unit.lease, unit.verdicts, _positions(unit)
    for item in verdicts.accepted:
        _settle_one(tx, unit, item.heard, positions, Outcome.APPLIED)
    for heard in verdicts.repeats:
        _settle_one(tx, unit, heard, positions, Outcome.DUPLICATE)
    for heard, position in verdicts.duplicates:
        # A duplicate of an event that waited until this very unit has its position only now.
        at = position if position is not None else positions.get(heard.key)
        _settle_as(tx, lease, heard, Outcome.DUPLICATE, position=at)
    for heard, position in verdicts.again:
        outcome = Outcome.PENDING if position is None else Outcome.APPLIED
        _settle_as(tx, lease, heard, outcome, position=position)
    for heard in verdicts.conflicts:
        _settle_as(tx, lease, heard, Outcome.CONFLICT, code=CONFLICT_CODE)
    for misplaced in verdicts.misplaced:
        send_on(tx, lease, misplaced)
    for refused in verdicts.refused:
        _refuse(tx, lease, refused)


def _settle_one(
    tx: UnitTransaction, unit: Unit, heard: Heard, positions: dict[EventKey, int], outcome: Outcome
) -> None:
    code = unit.placer.refused.get(heard.key)
    if code is not None:
        key = heard.key
        _refuse(
            tx,
            unit.lease,
            Refused(record=heard.record, code=code, source=key.source, event_id=key.event_id),
        )
        return
    position = positions.get(heard.key)
    if position is None and outcome is Outcome.APPLIED:
        outcome = Outcome.PENDING
    _settle_as(tx, unit.lease, heard, outcome, position=position)


def _settle_as(
    tx: UnitTransaction,
    lease: Lease,
    heard: Heard,
    outcome: Outcome,
    *,
    position: int | None = None,
    code: str | None = None,
) -> None:
    tx.settle(
        lease,
        heard.record,
        outcome,
        position=position,
        code=code,
        source=heard.key.source,
        event_id=heard.key.event_id,
    )


def send_on(tx: UnitTransaction, lease: Lease, misplaced: Misplaced) -> None:
    """Send a record on to its region's partition and say so in the ledger."""
    tx.re_route(
        lease,
        misplaced.record,
        partition=misplaced.partition,
        source=misplaced.key.source,
        event_id=misplaced.key.event_id,
    )


def _refuse(tx: UnitTransaction, lease: Lease, refused: Refused) -> None:
    tx.dead_letter(
        lease, refused.record, refused.code, source=refused.source, event_id=refused.event_id
    )
