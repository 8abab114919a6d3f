"""The tables of facts made anew: in bulk and backwards, then indexed, then corrected.

Three waves of parts over all cores: a region's facts are dealt out by kind, for no business key
is shared by two kinds; tables get their keys when they are full; and the few rows that change
others, which are corrections and rearranged households, are applied last by the live code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql

from projections.copying import Connection, table
from projections.entries import LogEntry, log_entry
from projections.facts.bulk import BackwardFacts
from projections.facts.calendars import RULES_ACTIVATED, Calendars, calendars_of
from projections.facts.corrections import CORRECTING_RECORDS
from projections.facts.writer import FactTables, write_facts
from projections.groups import (
    ADVICE_FACT_TABLES,
    JOURNAL_FACT_TABLES,
    PROJECTIONS,
    Projection,
)
from projections.named_sql import query
from projections.rebuild_reading import (
    Reached,
    entries_of,
    note_journal,
    note_piece,
    taken_rows,
)
from projections.table_schema import LIVE_SCHEMA, writing_in
from schemas.carried import ReadRow, row_reader
from streams.engine.beside import BesideTables
from streams.engine.log import Log
from streams.engine.log_copy import FETCHED_ROWS, Stretch, fetched_rows
from streams.engine.stage import InputRecord
from streams.household.rearranging import HOUSEHOLDS_REARRANGED

FACT_GROUPS: Mapping[str, FactTables] = {
    "facts": JOURNAL_FACT_TABLES,
    "advice": ADVICE_FACT_TABLES,
}
"""The groups of tables that are filled this way."""

CHANGING_RECORDS = (*sorted(CORRECTING_RECORDS), HOUSEHOLDS_REARRANGED, RULES_ACTIVATED)
ENTRIES_PER_UNIT = 2_000
# A million keys of 90 bytes are sorted in memory; two cores do so at once.
INDEX_MEMORY = "256MB"
# A share of a log for kinds that its statistics do not name.
RARE = 0.001
Place = Mapping[str, sql.Composable]
_PROJECTIONS = {projection.name: projection for projection in PROJECTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class FillingFacts:
    """Some kinds of facts of one region, up to where the live ones stand.

    `of` parts share the region's log; the one with `with_others` also lists the events that state
    no fact.
    """

    group: str
    region: str
    to: Reached
    schema: str
    kinds: tuple[str, ...]
    of: int
    with_others: bool

    @property
    def rows(self) -> float:
        """Return how many rows of the log it stands for in a rate."""
        return self.to.last / self.of

    def run(self, database_url: str, advanced: Callable[[float], None]) -> None:
        """Fill the tables in one transaction, from the newest row to the first."""
        with psycopg.connect(database_url) as connection, writing_in(self.schema):
            connection.execute("set synchronous_commit = off")
            place = self._place(connection)
            if self.with_others:
                self._list_others(connection, place)
            calendars = self._calendars(connection)
            facts = self._facts(connection)
            readers = {kind: row_reader(self._log.record_name, kind) for kind in self.kinds}
            at = self.to.last
            for position, kind, body in self._rows(connection, place):
                facts[kind].take(self._read(readers[kind], position, body), calendars)
                if at - position >= FETCHED_ROWS:
                    advanced((at - position) / self.of)
                    at = position
            for fact in facts.values():
                fact.write()
        advanced(at / self.of)

    @property
    def _log(self) -> Log:
        return _PROJECTIONS[self.group].log

    def _rows(self, connection: Connection, place: Place) -> Iterator[tuple[int, str, bytes]]:
        stretch = Stretch(log=self._log, region=self.region, first=1, last=self.to.last)
        condition = sql.SQL(
            "record_name = any({kinds}::text[]) and position <> all({superseded}::bigint[])"
            " and {taken}"
        ).format(
            kinds=sql.Literal(list(self.kinds)),
            superseded=place["superseded"],
            taken=place["taken"],
        )
        return fetched_rows(connection, stretch, condition, backwards=True)

    def _read(self, read: ReadRow, position: int, body: bytes) -> Mapping[str, Any]:
        row = read(body)
        if row is None or row["position"] != position:
            # Of an older version, or unreadable; this says which.
            entry = self._entry(position, body)
            instant = round(entry.known_at.timestamp() * 1_000)
            row = {**entry.row, "known_at": instant, "payload": entry.record}
        return row

    def _entry(self, position: int, body: bytes) -> LogEntry:
        record = InputRecord(
            topic=self._log.topic,
            offset=0,
            key=None,
            value=body,
            position=position,
            incarnation=None,
        )
        return log_entry(self.region, record, self._log.record_name)

    def _facts(self, connection: Connection) -> dict[str, BackwardFacts]:
        tables = FACT_GROUPS[self.group]
        return {
            fact.record_name: BackwardFacts(
                connection,
                tables,
                fact,
                self.region,
                types=_column_types(connection, self.schema, fact.table),
            )
            for fact in tables.facts
            if fact.record_name in self.kinds
        }

    def _calendars(self, connection: Connection) -> Calendars:
        if not FACT_GROUPS[self.group].with_household:
            return Calendars([])
        stretch = Stretch(log=self._log, region=self.region, first=1, last=self.to.last)
        activated = sql.SQL("{} and record_name = {}").format(
            taken_rows(self._log, self.region, self.to.journal), sql.Literal(RULES_ACTIVATED)
        )
        found = entries_of(connection, stretch, activated)
        return calendars_of([entry for entry in found if isinstance(entry, LogEntry)])

    def _list_others(self, connection: Connection, place: Place) -> None:
        tables = FACT_GROUPS[self.group]
        kinds = [fact.record_name for fact in tables.facts]
        statement = query("rebuild.sql", "list_others").format(
            **place,
            event=table(tables.corrections.event),
            kinds=sql.Literal([*kinds, *CHANGING_RECORDS]),
        )
        connection.execute(statement)

    def _place(self, connection: Connection) -> Place:
        return {
            "log": sql.SQL(self._log.table),
            "region": sql.Literal(self.region),
            "last": sql.Literal(self.to.last),
            "superseded": sql.Literal(_superseded(connection, self._log, self.region)),
            "taken": taken_rows(self._log, self.region, self.to.journal),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexing:
    """One table that is full: its keys and indexes, and what the planner should know of it."""

    table: str

    @property
    def rows(self) -> float:
        """Return none: no log is read."""
        return 0.0

    def run(self, database_url: str, advanced: Callable[[float], None]) -> None:
        """Make them."""
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("set synchronous_commit = off")
            # All cores have a table of their own already.
            connection.execute("set max_parallel_maintenance_workers = 0")
            connection.execute(f"set maintenance_work_mem = '{INDEX_MEMORY}'".encode())
            BesideTables(schema=LIVE_SCHEMA, tables=(self.table,)).index(connection)
        advanced(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """The rows of one region that change other rows, in order, after all others."""

    group: str
    region: str
    to: Reached
    schema: str

    @property
    def rows(self) -> float:
        """Return none: filling has counted them."""
        return 0.0

    def run(self, database_url: str, advanced: Callable[[float], None]) -> None:
        """Apply them with the code that does so live, and note how far the group is."""
        projection = _PROJECTIONS[self.group]
        stretch = Stretch(log=projection.log, region=self.region, first=1, last=self.to.last)
        changing = sql.SQL("{} and record_name = any({})").format(
            taken_rows(projection.log, self.region, self.to.journal),
            sql.Literal(list(CHANGING_RECORDS)),
        )
        with (
            psycopg.connect(database_url) as reading,
            psycopg.connect(database_url) as connection,
            writing_in(self.schema),
        ):
            connection.execute("set synchronous_commit = off")
            connection.commit()
            found = entries_of(reading, stretch, changing)
            while unit := list(islice(found, ENTRIES_PER_UNIT)):
                with connection.transaction():
                    self._apply(connection, projection, unit)
            with connection.transaction():
                note_piece(connection, self.group, stretch, self._last(connection, projection))
                note_journal(connection, self.region, projection, self.to.journal)
        advanced(0.0)

    def _apply(self, connection: Connection, projection: Projection, unit: Sequence[Any]) -> None:
        write_facts(connection, FACT_GROUPS[projection.name], unit)

    def _last(self, connection: Connection, projection: Projection) -> list[LogEntry]:
        """Return the last row that the group has taken, whose incarnation is noted."""
        piece = Stretch(
            log=projection.log, region=self.region, first=self.to.last, last=self.to.last
        )
        taken = taken_rows(projection.log, self.region, self.to.journal)
        return [e for e in entries_of(connection, piece, taken) if isinstance(e, LogEntry)]


def filling_facts(
    connection: Connection, group: str, reached: Mapping[str, Reached], cores: int, schema: str
) -> list[FillingFacts]:
    """Return the parts that fill a group's tables of these regions, from the largest down."""
    log = _PROJECTIONS[group].log
    total = sum(to.last for to in reached.values())
    parts: list[FillingFacts] = []
    for region, to in reached.items():
        # Twice as many parts as cores keep all of them busy to the end; a part more per region
        # than there are cores would only read the log once more.
        wanted = -(-to.last * 2 * cores // max(total, 1))
        bins = _bins(connection, group, log, min(cores, max(wanted, 1)))
        parts += [
            FillingFacts(
                group=group,
                region=region,
                to=to,
                schema=schema,
                kinds=kinds,
                of=len(bins),
                with_others=number == 0,
            )
            for number, kinds in enumerate(bins)
        ]
    return sorted(parts, key=lambda part: part.rows, reverse=True)


def indexing(group: str) -> list[Indexing]:
    """Return the parts that index a group's tables, the largest first."""
    tables = FACT_GROUPS[group]
    names = [tables.corrections.event, *(fact.table for fact in tables.facts)]
    names.append(tables.corrections.correction)
    if tables.with_household:
        names.append("calendar")
    return [Indexing(table=name) for name in names]


def _bins(connection: Connection, group: str, log: Log, count: int) -> list[tuple[str, ...]]:
    """Deal out the kinds of facts so that each of `count` parts has about as many rows."""
    kinds = [fact.record_name for fact in FACT_GROUPS[group].facts]
    found = connection.execute(query("rebuild.sql", "frequencies"), {"log": log.table}).fetchall()
    frequencies: dict[str, float] = dict(found)
    bins: list[list[str]] = [[] for _ in range(count)]
    loads = [0.0] * count
    for kind in sorted(kinds, key=lambda kind: -frequencies.get(kind, 0.0)):
        least = loads.index(min(loads))
        bins[least].append(kind)
        loads[least] += max(frequencies.get(kind, 0.0), RARE)
    return [tuple(names) for names in bins if names]


def _superseded(connection: Connection, log: Log, region: str) -> list[int]:
    """Return positions whose event stands at an earlier one: the first counts, as it does live."""
    statement = query("rebuild.sql", "superseded").format(log=sql.SQL(log.table))
    # A million ids in a hash table or a sort would be written to disk; the index has them in order.
    connection.execute(query("rebuild.sql", "by_index_only"), {"setting": "off"})
    found = connection.execute(statement, {"region": region}).fetchall()
    connection.execute(query("rebuild.sql", "by_index_only"), {"setting": "on"})
    return [position for (position,) in found]


def _column_types(connection: Connection, schema: str, name: str) -> dict[str, str]:
    asked = {"table": f"{schema}.{name}"}
    return dict(connection.execute(query("rebuild.sql", "column_types"), asked).fetchall())
