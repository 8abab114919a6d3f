"""Facts from a whole log, read from its newest row back: each row is written once, as it ends.

Going backwards, what closed a statement has been read before it, so no version waits for another
and none is updated.  Corrections and households that were rearranged touch few rows; they come
afterwards, through the code that runs live, whose answer does not depend on the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from projections.binary_rows import (
    FOREVER,
    NULL,
    Encode,
    bigint,
    copy_blocks,
    encoders,
    instant_of_ms,
    row_head,
    text,
)
from projections.copying import Connection
from projections.facts.calendars import Calendars
from projections.facts.fact_type import FactType
from projections.facts.writer import EVENT_COLUMNS, VERSION_COLUMNS, FactTables

EVENT_TABLE_COLUMNS = (
    "region",
    "source",
    "event_id",
    "position",
    "known_at",
    "record_name",
    "chain",
)
# About 300 bytes each; a COPY of so many rows has a round trip to itself and starts within 0.1 s.
ROWS_PER_COPY = 5_000


class ReadFact(NamedTuple):
    """A row with its event, as `schemas.carried` reads it; instants are milliseconds."""

    source: str
    event_id: str
    row: Mapping[str, Any]
    record: Mapping[str, Any]


class Ending(NamedTuple):
    """What closed a version, or nothing yet, in bytes: `position_to` and `known_to`."""

    position: bytes
    known_at: bytes


_STANDS = Ending(NULL, FOREVER)


class BackwardFacts:
    """Writes one kind of fact of one region; rows come from the newest to the oldest.

    The connection is in a transaction; `types` names PostgreSQL's type of every value column.
    """

    def __init__(
        self,
        connection: Connection,
        tables: FactTables,
        fact: FactType,
        region: str,
        *,
        types: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._fact = fact
        self._events = tables.corrections.event
        self._with_household = tables.with_household
        names = tables.value_columns(fact)
        self._columns = (*EVENT_COLUMNS, *names, *VERSION_COLUMNS)
        self._encoders: tuple[Encode, ...] = encoders([types[name] for name in names])
        (self._source,) = encoders(["text"])
        self._region = text(region)
        self._record_name = text(fact.record_name)
        self._head = row_head(len(self._columns))
        self._event_head = row_head(len(EVENT_TABLE_COLUMNS))
        self._rows: list[bytes] = []
        self._event_rows: list[bytes] = []
        # The next statement of each business key: as many as there are of them in a region.
        self._newer: dict[str, Ending] = {}

    def take(self, row: Mapping[str, Any], calendars: Calendars) -> None:
        """Take the row that stands before all that were taken."""
        event_id, source, position = row["event_id"], row["source"], row["position"]
        read = ReadFact(source, event_id, row, row["payload"])
        at, known_at = bigint(position), instant_of_ms(row["known_at"])
        chain = self._fact.chain_of(read)
        ending = _STANDS
        if self._fact.chain is not None:
            ending = self._newer.get(chain, _STANDS)
            self._newer[chain] = Ending(at, known_at)
        values = self._fact.values(read, calendars.at(position))
        if self._with_household:
            homes = row["households"]
            values = (homes[0]["household_id"] if homes else None, *values)
        encoded_chain, whose = text(chain), self._source(source) + text(event_id)
        self._event_rows.append(
            b"".join(
                (
                    *(self._event_head, self._region, whose, at, known_at),
                    *(self._record_name, encoded_chain),
                )
            )
        )
        self._rows.append(
            b"".join(
                (
                    *(self._head, self._region, encoded_chain, at, whose, known_at),
                    *[encode(value) for encode, value in zip(self._encoders, values, strict=True)],
                    *(at, ending.position, known_at, ending.known_at),
                )
            )
        )
        if len(self._rows) >= ROWS_PER_COPY:
            self.write()

    def write(self) -> None:
        """Write what was taken; after the last row this must be called once more."""
        if self._rows:
            copy_blocks(self._connection, self._fact.table, self._columns, self._rows)
            copy_blocks(self._connection, self._events, EVENT_TABLE_COLUMNS, self._event_rows)
            self._rows, self._event_rows = [], []
