"""The radar's tables made anew from the journal, by shares of the households.

A household's state depends on its own rows, the ticks and the rules only.  So shares are folded in
processes of their own, household by household, and no more than one is in memory at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import Copy, sql

from schemas.codec import encode_body
from streams.engine.beside import BesideTables
from streams.engine.database import Connection
from streams.engine.lease import Lease
from streams.engine.log import JOURNAL
from streams.engine.log_copy import FETCHED_ROWS, Stretch, copied_rows
from streams.engine.named_queries import load_queries
from streams.household.rule_set import calendar_payload, rules_payload
from streams.household.stored import Stored, to_stored
from streams.radar import household_store
from streams.radar.finding_rows import finding_record
from streams.radar.household_store import HouseholdStore, StateWrites, load
from streams.radar.lives import Enforced, Everyone, Life
from streams.radar.rearrangements import read_rows_at
from streams.radar.rebuild_parked import ParkedThen, Waiting
from streams.radar.region_fold import (
    Kept,
    RegionFold,
    Said,
    activation_day,
    last_tick,
    touched,
)
from streams.radar.rows import (
    CLOCK_TICKED,
    READ_RECORDS,
    RULES_ACTIVATED,
    Row,
    decode_row,
)
from streams.radar.stage import RadarStage

QUERIES = load_queries("streams.radar", "rebuild.sql")
TABLES = BesideTables(schema="radar", tables=("household_state", "household_page", "rule_set"))
ROWS_PER_UNIT = 2_000

NEXT_QUERIES = {
    name: text.replace("radar.", f"{TABLES.next_schema}.")
    for name, text in household_store.QUERIES.items()
}

# Two bytes of a hash share households out alike in PostgreSQL and here.
_MINE = sql.SQL(
    "(select (get_byte(hash, 0) * 256 + get_byte(hash, 1)) % {shares} = {share} "
    "from sha256(convert_to(token, 'UTF8')) as s (hash))"
)
_ANY_OF_MINE = sql.SQL("exists (select from unnest(households) as h (token) where {mine})")
_SOMEBODYS = sql.SQL("households <> '{}'")
_READ = sql.SQL("record_name = any({everyones}) or (record_name = any({read}) and {mine})")
_OF_HOUSEHOLDS = sql.SQL(
    "select token, body from engine.journal, unnest(households) as h (token) "
    "where region = {region} and position <= {last} and record_name = any({read}) "
    "and {mine} and {readable} order by token, position"
)
_EVERYONES = (CLOCK_TICKED, RULES_ACTIVATED)


def prepare(connection: Connection) -> None:
    """Make the empty tables beside the live ones, and the rebuild's own workings."""
    TABLES.make(connection)
    connection.execute(QUERIES["make_workings"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share of a region's households, from the first journal row to `last`."""

    region: str
    last: int
    number: int
    of: int

    @property
    def rows(self) -> float:
        """Return how many journal rows this share stands for in a rate."""
        return self.last / self.of

    def run(self, database_url: str, advanced: Callable[[float], None]) -> None:
        """Fold the share and write its rows, all in one transaction of its own."""
        with (
            psycopg.connect(database_url) as reading,
            psycopg.connect(database_url) as writing,
        ):
            then = parked_then(reading, self.region, self.last).of(self.holds)
            everyones = {"region": self.region, "last": self.last, "records": list(_EVERYONES)}
            rows = reading.execute(QUERIES["rows_of_everyone"], everyones, binary=True)
            everyone = Everyone(decode_row(body) for (body,) in rows)
            made = _Made(writing, self.region, then)
            if self.number == 0:
                made.take_rules(everyone.enforced)
            waiting, left = then.waiting(), self.rows
            for household_id, own in groupby(self._own_rows(reading, then), itemgetter(0)):
                # A list of households may name one twice.
                bodies = dict.fromkeys(body for _, body in own)
                life = Life(
                    household_id,
                    everyone,
                    region=self.region,
                    rows_at=partial(read_rows_at, writing, self.region),
                    waits=waiting.get(household_id),
                )
                kept, said = life.run([_own_row(household_id, body) for body in bodies], self.last)
                made.take(household_id, kept, said)
                # A row of two households counts for both, one that nobody reads at the end.
                done = min(left, len(bodies))
                left -= done
                advanced(done)
            made.write()
            advanced(left)

    def _own_rows(self, connection: Connection, then: ParkedThen) -> Iterator[tuple[str, bytes]]:
        """Yield households with their rows: a household's own one after the other, in order."""
        statement = _OF_HOUSEHOLDS.format(
            region=sql.Literal(self.region),
            last=sql.Literal(self.last),
            read=sql.Literal(sorted(READ_RECORDS)),
            mine=self._token_is_mine(),
            readable=then.readable,
        )
        with connection.cursor(name="own_rows") as cursor:
            cursor.itersize = FETCHED_ROWS
            yield from cursor.execute(statement, binary=True)

    def _token_is_mine(self) -> sql.Composable:
        if self.of == 1:
            return sql.SQL("true")
        return _MINE.format(shares=sql.Literal(self.of), share=sql.Literal(self.number))

    def holds(self, household_id: str) -> bool:
        """Say whether the household is one of this share's."""
        digest = hashlib.sha256(household_id.encode()).digest()
        return (digest[0] * 256 + digest[1]) % self.of == self.number

    def mine(self, row: Row) -> Row:
        """Return the row as if it spoke of the share's households only."""
        if len(row.household_ids) < 2 or self.of == 1:
            # Everyone's, or the condition would not have let it through.
            return row
        return replace(row, household_ids=tuple(filter(self.holds, row.household_ids)))

    def condition(self) -> sql.Composed:
        """Return which journal rows the share reads: its households' own, and everyone's."""
        mine: sql.Composable = _SOMEBODYS
        if self.of > 1:
            mine = _ANY_OF_MINE.format(mine=self._token_is_mine())
        return sql.SQL("({})").format(
            _READ.format(
                everyones=sql.Literal(list(_EVERYONES)),
                read=sql.Literal(sorted(READ_RECORDS)),
                mine=mine,
            )
        )


def shares(connection: Connection, regions: Sequence[str], cores: int) -> list[Share]:
    """Return the shares that bring every region to where the live stage stands now.

    The largest come first. Each reads the whole of its region's journal, so there are no more of
    a region than keep all cores busy to the end.
    """
    lasts = {region: live_position(connection, region) for region in regions}
    total = max(sum(lasts.values()), 1)
    found = []
    for region, last in lasts.items():
        of = max(min(cores, -(-last * 2 * cores // total)), 1)
        found += [Share(region=region, last=last, number=n, of=of) for n in range(of)]
        connection.execute(QUERIES["store_position"], {"region": region, "position": last})
    return sorted(found, key=lambda share: share.rows, reverse=True)


def finish(connection: Connection) -> None:
    """Index what the shares wrote."""
    TABLES.index(connection)
    connection.execute(QUERIES["index_said"])


def live_position(connection: Connection, region: str) -> int:
    """Return how far the live stage has read a region's journal."""
    place = {"region": region, "version": RadarStage.version}
    row = connection.execute(QUERIES["live_position"], place).fetchone()
    return 0 if row is None else int(row[0])


def behind(connection: Connection, region: str, to: int) -> int:
    """Return how many journal rows lie between the rebuilt tables and position `to`."""
    row = connection.execute(QUERIES["next_position"], {"region": region}).fetchone()
    return to - (0 if row is None else int(row[0]))


def catch_up(connection: Connection, region: str, to: int) -> None:
    """Bring the rebuilt tables on to position `to`, in the caller's transaction."""
    first = to - behind(connection, region, to) + 1
    lease = _lease(region)
    then = parked_then(connection, region, to)
    numbers = _Numbers(then.redrives)
    stretch = Stretch(log=JOURNAL, region=region, first=first, last=to)
    for piece in stretch.cut(ROWS_PER_UNIT):
        records = copied_rows(connection, piece, then.readable)
        rows = [decode_row(record.value or b"") for record in records]
        store = HouseholdStore(connection, lease, NEXT_QUERIES)
        load(connection, [(store, touched(rows))])
        fold = RegionFold(
            region=region,
            rule_set=store.rule_set(),
            households=store.households(last_tick(rows)),
            rows_at=store.rows_at,
        )
        waiting = Waiting(connection, then, fold)
        said: list[Said] = []
        for row in rows:
            waiting.before(row.event.position)
            said += fold.apply(row)
            said += waiting.after(row.event.position)
            if row.event.record_name == RULES_ACTIVATED:
                store.save_rule_set(fold.rule_set, row.event.position, activation_day(row))
        writes = StateWrites(connection, NEXT_QUERIES)
        store.save(fold.households, fold.changed, writes)
        writes.flush()
        _write_said(connection, region, said, numbers)
    connection.execute(QUERIES["store_position"], {"region": region, "position": to})


def _own_row(household_id: str, body: bytes) -> Row:
    """Return a row as if it spoke of this household only."""
    row = decode_row(body)
    return row if len(row.household_ids) == 1 else replace(row, household_ids=(household_id,))


class _Made:
    """What a share has made and not written yet; the connection is in the share's transaction."""

    def __init__(self, connection: Connection, region: str, then: ParkedThen) -> None:
        self._connection = connection
        self._region = region
        self._then = then
        self._numbers = _Numbers(then.redrives)
        self._said: list[Said] = []
        self._households: list[tuple[str, Stored, date | None, int]] = []

    def take(self, household_id: str, kept: Kept | None, said: Iterable[Said]) -> None:
        """Take a household, unless it is nothing, and what was said of it."""
        self._said += map(self._then.said, said)
        if kept is not None:
            stored = to_stored(kept.state)
            self._households.append((household_id, stored, kept.wake_at, kept.journal_position))
        if len(self._said) + len(self._households) >= ROWS_PER_UNIT:
            self.write()

    def take_rules(self, enforced: Iterable[Enforced]) -> None:
        """Write the region's rules."""
        for each in enforced:
            values = {
                "region": self._region,
                "position": each.position,
                "rules": json.dumps(rules_payload(each.rule_set)),
                "calendar": json.dumps(calendar_payload(each.rule_set)),
            }
            self._connection.execute(QUERIES["insert_rule_set"], values)

    def write(self) -> None:
        """Write all that was taken."""
        _write_said(self._connection, self._region, self._said, self._numbers)
        with self._copying("household_state", "state, wake_at, journal_position") as copy:
            copy.set_types(["text", "text", "bytea", "date", "int8"])
            for name, stored, wake_at, position in self._households:
                copy.write_row((self._region, name, stored.state, wake_at, position))
        with self._copying("household_page", "number, body") as copy:
            copy.set_types(["text", "text", "int4", "bytea"])
            for name, stored, _, _ in self._households:
                for number, body in stored.pages.items():
                    copy.write_row((self._region, name, number, body))
        self._said, self._households = [], []

    @contextmanager
    def _copying(self, table: str, columns: LiteralString) -> Iterator[Copy]:
        statement = sql.SQL("copy {} (region, household_id, {}) from stdin (format binary)").format(
            sql.Identifier(TABLES.next_schema, table), sql.SQL(columns)
        )
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy


class _Numbers:
    """Counts what one journal row says of one household, over all pieces that are written.

    At most rows that is said in one go; at a redrive it comes as the rows come that had waited.
    """

    def __init__(self, redrives: frozenset[int]) -> None:
        self._redrives = redrives
        self._of_redrives: dict[tuple[int, str], int] = {}
        self._last: tuple[tuple[int, str], int] = ((0, ""), 0)

    def next(self, said: Said) -> tuple[int, str, int]:
        """Return the row, the household and the number of what is said next of both."""
        place = said.row.event.position, said.change.cause.household_id
        if place[0] in self._redrives:
            number = self._of_redrives[place] = self._of_redrives.get(place, -1) + 1
            return *place, number
        self._last = (place, self._last[1] + 1 if self._last[0] == place else 0)
        return *place, self._last[1]


def _write_said(
    connection: Connection, region: str, said: Sequence[Said], numbers: _Numbers
) -> None:
    if not said:
        return
    statement = sql.SQL(
        "copy {} (region, journal_position, household_id, number, finding_id, body) "
        "from stdin (format binary)"
    ).format(sql.Identifier(TABLES.next_schema, "said"))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["text", "int8", "text", "int4", "uuid", "bytea"])
        for one in said:
            record = finding_record(one, region=region, incarnation=0, position=0)
            finding_id = UUID(one.change.finding.finding_id)
            body = encode_body("FindingEvent", record)
            copy.write_row((region, *numbers.next(one), finding_id, body))


def parked_then(connection: Connection, region: str, last: int) -> ParkedThen:
    """Return who was parked in a region when the stage stood at `last`."""
    return ParkedThen.at(connection, RadarStage.name, RadarStage.version, region, last)


def _lease(region: str) -> Lease:
    """Return a lease that claims nothing: it names the region and holds a cache."""
    nothing: dict[str, Any] = {}
    return Lease(
        stage=RadarStage.name,
        version=RadarStage.version,
        region=region,
        partition=-1,
        epoch=0,
        sequence=0,
        inputs=nothing,
        logs=dict(nothing),
    )
