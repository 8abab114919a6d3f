"""Rival d: Quix Streams with the fold in its state store and the household's tables as its sink.

State per household in RocksDB with a changelog, sink and offsets at each checkpoint, all as its
manual shows.  It runs on packages of its own (tests/bench/quix.lock): it pins an older
confluent-kafka than Radar needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from quixstreams import Application, State
from quixstreams.sinks.base import BatchingSink, SinkBatch

from streams.household.fold import INITIAL
from streams.household.state import from_bytes, to_bytes
from streams.radar.finding_rows import finding_log_rows
from streams.radar.household_store import QUERIES
from streams.radar.region_fold import Said
from tests.bench.events import REGIONS
from tests.bench.rivals.plain import fold, read
from tests.bench.rivals.terms import TOPIC, Order, Stopwatch

STATE = "state"
_FINDINGS = (
    "copy engine.findings (region, position, incarnation, row_version, key, body,"
    " household_id, finding_id, journal_position) from stdin"
)


Change = tuple[str, bytes, Any, int, list[Said]]


def folded(value: bytes, state: State) -> Change:
    """Fold one event into its household's state; return what goes to the sink."""
    row, region = read(value)
    before = state.get_bytes(STATE)
    step = fold(INITIAL if before is None else from_bytes(before), row, region)
    after = to_bytes(step.state)
    state.set_bytes(STATE, after)
    said = [Said(row=row, change=change) for change in step.changes]
    (household_id,) = row.household_ids
    return household_id, after, step.wake_at, row.event.position, said


class HouseholdSink(BatchingSink):  # type: ignore[misc, unused-ignore]
    """Writes what the radar stage writes, a transaction per partition and checkpoint."""

    def __init__(self, connection: Connection[Any], stopwatch: Stopwatch) -> None:
        super().__init__()
        self._connection = connection
        self._stopwatch = stopwatch
        self._said = dict.fromkeys(REGIONS, 0)

    def flush(self) -> None:
        """Write all partitions' batches, then note how many records that were."""
        records = sum(batch.size for batch in self._batches.values())
        super().flush()
        if records:
            self._stopwatch.done(records)

    def write(self, batch: SinkBatch) -> None:
        """Write the newest state of each household, and everything that was said."""
        region = REGIONS[batch.partition]
        newest = {}
        said: list[Said] = []
        for item in batch:
            household_id, state, wake_at, position, changes = item.value
            newest[household_id] = (state, wake_at, position)
            said += changes
        states, wake_ats, positions = zip(*newest.values(), strict=True)
        first = self._said[region] + 1
        rows = finding_log_rows(said, region=region, incarnation=1, first=first)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(
                QUERIES["save_households"],
                {
                    "regions": [region] * len(newest),
                    "household_ids": list(newest),
                    "states": list(states),
                    "wake_ats": list(wake_ats),
                    "positions": list(positions),
                },
            )
            with cursor.copy(_FINDINGS) as copy:
                for row in rows:
                    copy.write_row((region, row.position, 1, 1, row.key, row.body, *row.values))
        self._said[region] += len(rows)


def main() -> None:
    """Process every event of the order and answer."""
    order, stopwatch = Order.read(), Stopwatch()
    app = Application(
        broker_address=order.bootstrap,
        consumer_group=order.name,
        auto_offset_reset="earliest",
        state_dir=str(Path(order.directory) / order.name),
        loglevel="WARNING",
    )
    topic = app.topic(TOPIC, key_deserializer="bytes", value_deserializer="bytes")
    with psycopg.connect(order.database, autocommit=True) as connection:

        def fold_one(value: bytes, state: State) -> Change:
            stopwatch.begin()
            return folded(value, state)

        frame = app.dataframe(topic).apply(fold_one, stateful=True)
        frame.sink(HouseholdSink(connection, stopwatch))
        app.run(count=order.events, collect=False)
    stopwatch.answer()


if __name__ == "__main__":
    main()
