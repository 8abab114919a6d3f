"""`python -m tests.soak.planted work STAGE`: `radar`, with another bug in each region on purpose.

The simulator plants these bugs into a stage of its own; here they are in admission and the radar
as they are, so that the soak's oracle is seen to find them in the real thing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.cli import main
from streams.admission import stage as admission
from streams.admission.sameness import Seen, find_events
from streams.engine.database import Connection
from streams.engine.stage import Batch
from streams.engine.transaction import UnitTransaction
from streams.household.linking import EventKey
from streams.radar import stage as radar
from streams.radar.household_store import StateWrites

TOMBSTONE_SKIPPED, WINDOW, ID_WITHOUT_SOURCE, CLOCK_IN_FOLD = "noord", "oost", "zuid", "west"
"""Where which bug is."""

# An hour would take too long to wait for.
WINDOW_SECONDS = 2
FORGET = f"""
delete from admission.event
 where region = %s and state = 'applied'
   and first_seen_at < now() - interval '{WINDOW_SECONDS} seconds'
"""
KNOWN_ID = "select digest, position from admission.event where region = %s and event_id = %s"
CLOCK_IS_AHEAD = timedelta(days=40)


class PlantedAdmission(admission.AdmissionStage):
    """Passes over tombstones in one region, and forgets in another what it was sent."""

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        for batch in batches:
            if batch.lease.region == WINDOW:
                tx.connection.execute(FORGET, [WINDOW])
        super().handle([_without_tombstones(batch) for batch in batches], tx)


def _without_tombstones(batch: Batch) -> Batch:
    if batch.lease.region != TOMBSTONE_SKIPPED:
        return batch
    kept = [record for record in batch.records if record.value is not None]
    return Batch(lease=batch.lease, records=kept)


def find_by_id_alone(
    connection: Connection, keys: Mapping[str, Collection[EventKey]]
) -> Mapping[str, Mapping[EventKey, Seen]]:
    """Take two senders' events for one because their ids are the same."""
    found = find_events(connection, keys)
    here = found.get(ID_WITHOUT_SOURCE, {})
    for key in set(keys.get(ID_WITHOUT_SOURCE, ())) - here.keys():
        row = connection.execute(KNOWN_ID, [ID_WITHOUT_SOURCE, key.event_id]).fetchone()
        if row is not None:
            here[key] = Seen(digest=bytes(row[0]), position=row[1])
    return found


def apply_by_the_clock(
    piece: radar._Piece,
    tx: UnitTransaction,
    writes: StateWrites,
    *,
    original: object = radar._apply,
) -> None:
    """Fold by the clock on the wall instead of the row's own."""
    now = datetime.now(UTC) + CLOCK_IS_AHEAD
    if piece.lease.region == CLOCK_IN_FOLD:
        rows = [
            None if row is None else replace(row, event=replace(row.event, known_at=now))
            for row in piece.rows
        ]
        piece = replace(piece, rows=rows)
    assert callable(original)
    original(piece, tx, writes)


def plant() -> None:
    """Put the bugs in; whoever builds a stage after this builds a faulty one."""
    for module, name, bug in (
        (admission, "AdmissionStage", PlantedAdmission),
        (admission, "find_events", find_by_id_alone),
        (radar, "_apply", apply_by_the_clock),
    ):
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__}.{name} is no more: plant the bug elsewhere")
        setattr(module, name, bug)


if __name__ == "__main__":
    plant()
    main()
