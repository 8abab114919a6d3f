"""The read tables made anew from the logs, group by group, with the code that fills them live.

The bulk runs in large pieces over several processes; households are counted once, at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from projections.copying import Connection, copy_rows
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from projections.groups import PROJECTIONS, REGIONS, Projection
from projections.household_history import write_timeline
from projections.households import count_households, merges, note_merged
from projections.named_sql import query
from projections.rebuild_facts import (
    FACT_GROUPS,
    Changing,
    FillingFacts,
    Indexing,
    filling_facts,
    indexing,
)
from projections.rebuild_reading import (
    Positions,
    Reached,
    entries_of,
    note_journal,
    note_piece,
    taken_rows,
)
from projections.stage import ProjectionsStage
from projections.table_schema import LIVE_SCHEMA, writing_in
from streams.engine.beside import BesideTables
from streams.engine.log import JOURNAL
from streams.engine.log_copy import Stretch
from streams.engine.parked_rows import taken_late

GROUPS: Mapping[str, tuple[str, ...]] = {
    "facts": ("event", "correction", "calendar", *(fact.table for fact in JOURNAL_FACTS)),
    "advice": ("advice_event", "advice_correction", *(fact.table for fact in ADVICE_FACTS)),
    "history": ("timeline", "household"),
    "findings": ("finding", "finding_step"),
    "regions": ("region",),
}
"""The tables of each projection: together they stand at one position."""

ROWS_PER_PIECE = 2_000
# Tables grow from nothing while they are filled: the planner is told again after so many pieces.
PIECES_PER_ANALYZE = 16
_NAMES = {projection.name: projection for projection in PROJECTIONS}
_CLOCK_RECORDS = ("RegionOpened", "ClockTicked", "ClockSwitched")


def tables(groups: Sequence[str]) -> BesideTables:
    """Return the tables of these groups."""
    return BesideTables(
        schema=LIVE_SCHEMA, tables=tuple(name for group in groups for name in GROUPS[group])
    )


def prepare(connection: Connection, groups: Sequence[str]) -> None:
    """Make the groups' tables beside the live ones; every other name leads to the live table."""
    beside = tables(groups)
    beside.make(connection)
    # Facts come in bulk, and get their keys when they are all there.
    tables([group for group in groups if group not in FACT_GROUPS]).index(connection)
    schema = sql.Identifier(beside.next_schema)
    connection.execute(query("rebuild.sql", "make_workings").format(next=schema))
    for name in (name for group in GROUPS.values() for name in group):
        if name not in beside.tables:
            connection.execute(
                sql.SQL("create view {} as select * from {}").format(
                    sql.Identifier(beside.next_schema, name), sql.Identifier(LIVE_SCHEMA, name)
                )
            )
    with connection.transaction():
        connection.execute("set local search_path = ''")
        asked = {"view": f"{LIVE_SCHEMA}.timeline_entry"}
        row = connection.execute(query("rebuild.sql", "view_text"), asked).fetchone()
        text = "" if row is None else row[0].replace(f"{LIVE_SCHEMA}.", f"{beside.next_schema}.")
        view = sql.Identifier(beside.next_schema, "timeline_entry")
        connection.execute(sql.SQL("create view {} as {}").format(view, sql.SQL(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """One group's tables of one region, from the first row of its log to where live ones stand."""

    group: str
    region: str
    to: Reached
    schema: str

    @property
    def rows(self) -> float:
        """Return how many rows of a log are read."""
        return self.to.last

    def run(self, database_url: str, advanced: Callable[[float], None]) -> None:
        """Fill the tables piece by piece, each in a transaction of its own."""
        projection = _NAMES[self.group]
        stretch = Stretch(log=projection.log, region=self.region, first=1, last=self.to.last)
        with psycopg.connect(database_url) as connection, writing_in(self.schema):
            connection.execute("set synchronous_commit = off")
            connection.commit()
            for number, piece in enumerate(stretch.cut(ROWS_PER_PIECE)):
                with connection.transaction():
                    entries = list(entries_of(connection, piece, self._condition()))
                    if entries:
                        self._apply(connection, entries)
                    note_piece(connection, self.group, piece, entries)
                if number % PIECES_PER_ANALYZE == 0:
                    tables([self.group]).analyze(connection)
                    connection.commit()
                advanced(piece.last - piece.first + 1)
            with connection.transaction():
                note_journal(connection, self.region, projection, self.to.journal)

    def _apply(self, connection: Connection, entries: Sequence[Any]) -> None:
        if self.group != "history":
            _NAMES[self.group].apply(connection, entries)
            return
        write_timeline(connection, entries)
        merged = [(self.region, *pair) for entry in entries for pair in merges(entry)]
        copy_rows(connection, "merge", ("region", "household_id", "merged_into"), merged)

    def _condition(self) -> sql.Composable:
        taken = taken_rows(_NAMES[self.group].log, self.region, self.to.journal)
        if self.group != REGIONS:
            return taken
        # A region's row follows from few rows of its journal, and from when the last was known.
        return sql.SQL(
            "{taken} and (record_name = any({clock}) or position = (select max(position) "
            "from engine.journal where region = {region} and position <= {last} and {taken}))"
        ).format(
            taken=taken,
            clock=sql.Literal(list(_CLOCK_RECORDS)),
            region=sql.Literal(self.region),
            last=sql.Literal(self.to.last),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """A share of a region's households, counted from timelines that are whole."""

    region: str
    number: int
    of: int
    last: int
    schema: str

    @property
    def rows(self) -> float:
        """Return how many journal rows it stands for in a rate."""
        return self.last / self.of

    def run(self, database_url: str, advanced: Callable[[float], None]) -> None:
        """Count the households of this share in one transaction."""
        with psycopg.connect(database_url) as connection, writing_in(self.schema):
            asked = {"region": self.region}
            found = connection.execute(query("rebuild.sql", "households"), asked)
            mine = sorted(name for (name,) in found if self.holds(name))
            for first in range(0, len(mine), ROWS_PER_PIECE):
                piece = mine[first : first + ROWS_PER_PIECE]
                count_households(connection, [(self.region, name) for name in piece])
                of_piece = {**asked, "household_ids": piece}
                merged = connection.execute(query("rebuild.sql", "merges_of"), of_piece)
                note_merged(connection, {(self.region, name): into for name, into in merged})
        advanced(self.rows)

    def holds(self, household_id: str) -> bool:
        """Say whether the household is one of this share's."""
        return hashlib.sha256(household_id.encode()).digest()[0] % self.of == self.number


FillingPart = Filling | FillingFacts | Indexing | Changing | Counting


def waves(
    connection: Connection, groups: Sequence[str], regions: Sequence[str], cores: int
) -> Sequence[Sequence[FillingPart]]:
    """Return what to run, in waves: within one, order does not matter."""
    schema = tables(groups).next_schema
    reached = {region: live_positions(connection, groups, region) for region in regions}
    bulk = [group for group in groups if group in FACT_GROUPS]
    facts = [
        part
        for group in bulk
        for part in filling_facts(
            connection, group, {r: at[group] for r, at in reached.items()}, cores, schema
        )
    ]
    filling = [
        Filling(group=group, region=region, to=at[group], schema=schema)
        for region, at in reached.items()
        for group in groups
        if group not in FACT_GROUPS
    ]
    changing = [
        Changing(group=group, region=region, to=at[group], schema=schema)
        for region, at in reached.items()
        for group in bulk
    ]
    counting = [
        Counting(region=each.region, number=number, of=cores, last=each.to.last, schema=schema)
        for each in filling
        if each.group == "history"
        for number in range(cores)
    ]
    indexes = [part for group in bulk for part in indexing(group)]
    found: list[list[FillingPart]] = [[*filling, *facts], [*indexes], [*changing], [*counting]]
    return [wave for wave in found if wave]


def finish(connection: Connection, groups: Sequence[str]) -> None:
    """Tell the planner about the timelines before households are counted from them."""
    tables([group for group in groups if group not in FACT_GROUPS]).analyze(connection)


def live_positions(connection: Connection, groups: Sequence[str], region: str) -> Positions:
    """Return how far the live tables of these groups have come, each in its own log.

    All live tables of a region move in one transaction, so one journal position holds for each;
    of tables that are rebuilt, each group remembers its own.
    """
    asked = {"region": region}
    rows = connection.execute(query("rebuild.sql", "positions"), asked).fetchall()
    at = {(group, log): position for group, log, position in rows}
    journal = min((at[key] for key in at if key[1] == JOURNAL.name), default=0)
    return {
        group: Reached(
            last=at.get((group, _NAMES[group].log.name), 0),
            journal=at.get((group, JOURNAL.name), journal),
        )
        for group in groups
    }


def behind(connection: Connection, region: str, to: Positions) -> int:
    """Return how many rows, over all groups, the rebuilt tables still lack of `to`."""
    with writing_in(f"{LIVE_SCHEMA}_next"):
        reached = live_positions(connection, list(to), region)
    return sum(to[group].last - reached[group].last for group in to)


def catch_up(connection: Connection, region: str, to: Positions) -> None:
    """Bring the rebuilt tables on to these positions, in the caller's transaction."""
    with writing_in(f"{LIVE_SCHEMA}_next"):
        reached = live_positions(connection, list(to), region)
        # History asks the facts' corrections, so the groups keep the order of the stage.
        for projection in (one for one in PROJECTIONS if one.name in to):
            after, until = reached[projection.name], to[projection.name]
            log = projection.log
            if projection.name != REGIONS:
                _apply_late(connection, projection, region, after, until)
            stretch = Stretch(log=log, region=region, first=after.last + 1, last=until.last)
            for piece in stretch.cut(ROWS_PER_PIECE):
                entries = list(
                    entries_of(connection, piece, taken_rows(log, region, until.journal))
                )
                if entries:
                    projection.apply(connection, entries)
                note_piece(connection, projection.name, piece, entries)
            note_journal(connection, region, projection, until.journal)


def _apply_late(
    connection: Connection, projection: Projection, region: str, after: Reached, until: Reached
) -> None:
    """Apply rows that waited when the tables stood at `after`, and no longer at `until`."""
    stage = ProjectionsStage
    late = taken_late(
        stage.name,
        stage.version,
        projection.log,
        region,
        after=after.journal,
        last=until.journal,
    )
    stretch = Stretch(log=projection.log, region=region, first=1, last=after.last)
    entries = list(entries_of(connection, stretch, late))
    if entries:
        projection.apply(connection, entries)
