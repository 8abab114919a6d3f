"""Where the stage keeps households between units: its table, and the lease's cache before it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from streams.engine.asking import Questions, Take
from streams.engine.asking import Row as Found
from streams.engine.database import Connection
from streams.engine.lease import Lease
from streams.engine.named_queries import load_queries
from streams.household.rule_set import (
    DEFAULT_RULE_SET,
    RuleSet,
    calendar_payload,
    rule_set_of,
    rules_payload,
)
from streams.household.state import HouseholdState
from streams.household.stored import Stored, from_stored, is_paged, to_stored
from streams.radar.rearrangements import read_rows_at
from streams.radar.region_fold import Kept
from streams.radar.rows import Row

QUERIES = load_queries("streams.radar")
# About 30 kB each with their picture: 60 MB a region, and misses cost one query per unit.
CACHED_HOUSEHOLDS_MAX = 2_000
# What is kept in memory before it is written: a tick of all regions may change everybody.
WRITTEN_BYTES_MAX = 16_000_000


class StateWrites:
    """What regions change in the tables until `flush`: one statement a table for all of them."""

    def __init__(self, connection: Connection, queries: Mapping[str, str] = QUERIES) -> None:
        self._connection = connection
        self._queries = queries
        self._start()

    def _start(self) -> None:
        self._states: list[tuple[str, str, bytes, date | None, int]] = []
        self._gone: list[tuple[str, str]] = []
        self._pages: list[tuple[str, str, int, bytes]] = []
        self._bytes = 0

    def add(self, region: str, name: str, kept: Kept, stored: Stored, *, drops: bool) -> None:
        """Take a household, at most once; with `drops` the pages that it has go first."""
        self._states.append((region, name, stored.state, kept.wake_at, kept.journal_position))
        if drops:
            self._gone.append((region, name))
        self._pages += [(region, name, number, body) for number, body in stored.pages.items()]
        self._bytes += len(stored.state) + sum(map(len, stored.pages.values()))
        if self._bytes >= WRITTEN_BYTES_MAX:
            self.flush()

    def flush(self) -> None:
        """Write it: pages come after those that are their household's no more are gone."""
        keys = ("regions", "household_ids")
        self._write("save_households", (*keys, "states", "wake_ats", "positions"), self._states)
        self._write("drop_pages", keys, self._gone)
        self._write("save_pages", (*keys, "numbers", "bodies"), self._pages)
        self._start()

    def _write(self, query: str, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            columns = map(list, zip(*rows, strict=True))
            told = dict(zip(names, columns, strict=True))
            self._connection.execute(self._queries[query], told)


class HouseholdStore:
    """One region's households, read and written in bulk in the caller's transaction.

    The cache only ever holds what a committed row says, or what this unit is about to commit;
    the engine throws it away when that fails.
    """

    def __init__(
        self, connection: Connection, lease: Lease, queries: Mapping[str, str] = QUERIES
    ) -> None:
        self._connection = connection
        self._queries = queries
        self._region = lease.region
        self._cache: OrderedDict[str, Kept] = lease.cache.setdefault("households", OrderedDict())
        self._asked: set[str] = set()
        self._loaded: dict[str, Kept] = {}
        self._paged: dict[str, tuple[bytes, date | None, int]] = {}
        self._rules: dict[str, RuleSet] = lease.cache.setdefault("rules", {})

    def ask(self, questions: Questions, household_ids: Iterable[str]) -> None:
        """Ask for those of the households that are not at hand."""
        wanted = set(household_ids)
        self._asked |= wanted
        self._loaded |= {name: self._cache[name] for name in wanted if name in self._cache}
        missing = sorted(wanted - self._loaded.keys())
        self._ask(questions, "load_households", self._take, missing)

    def ask_pages(self, questions: Questions) -> None:
        """Ask for the pages of what was read and is kept in pages."""
        self._ask(questions, "load_pages", self._take_pages, sorted(self._paged))

    def households(self, day: date | None) -> dict[str, Kept]:
        """Return those asked for that exist, and all that a tick of `day` would wake.

        The latter may be everybody, so each region reads its own when its turn comes.
        """
        if day is not None:
            due = {"region": self._region, "day": day}
            self._take(
                self._connection.execute(self._queries["load_due"], due, binary=True).fetchall()
            )
            questions = Questions(self._connection, binary=True)
            self.ask_pages(questions)
            questions.answer()
        return dict(self._loaded)

    def save(
        self, households: Mapping[str, Kept], changed: Iterable[str], writes: StateWrites
    ) -> None:
        """Hand over what changed and remember all that was used, newest last; once, at the end."""
        for name in sorted(changed):
            kept = households[name]
            stored = to_stored(kept.state, self._before(name))
            # What was neither asked for nor found may have pages of which nobody here knows: a
            # parked household that goes on from its journal.
            is_unknown = name not in self._asked and name not in self._loaded
            writes.add(self._region, name, kept, stored, drops=stored.replaces or is_unknown)
        for name, one in households.items():
            self._cache[name] = one
            self._cache.move_to_end(name)
        while len(self._cache) > CACHED_HOUSEHOLDS_MAX:
            self._cache.popitem(last=False)
        # Stores live as long as the whole unit, and after a tick this may be everybody.
        self._loaded = {}

    def _before(self, name: str) -> HouseholdState | None:
        loaded = self._loaded.get(name)
        return None if loaded is None else loaded.state

    def rows_at(self, positions: Collection[int]) -> list[Row]:
        """Return the region's journal rows at these positions, in order."""
        return read_rows_at(self._connection, self._region, positions)

    def rule_set(self) -> RuleSet:
        """Return the rules in force after the last committed row; the defaults before any."""
        if "in_force" not in self._rules:
            row = self._connection.execute(
                self._queries["load_rule_set"], {"region": self._region}
            ).fetchone()
            self._rules["in_force"] = (
                DEFAULT_RULE_SET
                if row is None
                else rule_set_of({"rules": row[0], "calendar": row[1]})
            )
        return self._rules["in_force"]

    def save_rule_set(self, rule_set: RuleSet, position: int, day: date) -> None:
        """Write the rules that the row at `position` put in force on a day.

        The next tick wakes every household of the region, as the rules may see all otherwise.
        """
        self._connection.execute(
            self._queries["save_rule_set"],
            {
                "region": self._region,
                "position": position,
                "rules": json.dumps(rules_payload(rule_set)),
                "calendar": json.dumps(calendar_payload(rule_set)),
            },
        )
        self._rules["in_force"] = rule_set
        self._connection.execute(
            self._queries["wake_households"], {"region": self._region, "day": day}
        )
        for name, kept in self._cache.items():
            self._cache[name] = replace(kept, wake_at=day)

    def _ask(self, questions: Questions, query: str, take: Take, names: Sequence[str]) -> None:
        questions.ask(self._queries[query], self._region, take, {"household_ids": names})

    def _take(self, rows: Sequence[Found]) -> None:
        for household_id, state, wake_at, position in rows:
            if household_id in self._loaded:
                continue
            if household_id in self._cache:
                self._loaded[household_id] = self._cache[household_id]
            elif is_paged(state):
                self._paged[household_id] = (state, wake_at, position)
            else:
                self._loaded[household_id] = Kept(
                    state=from_stored(state, ()), wake_at=wake_at, journal_position=position
                )

    def _take_pages(self, rows: Sequence[Found]) -> None:
        pages: dict[str, list[bytes]] = {name: [] for name in self._paged}
        for household_id, body in rows:
            pages[household_id].append(body)
        for name, (state, wake_at, position) in self._paged.items():
            self._loaded[name] = Kept(
                state=from_stored(state, pages[name]), wake_at=wake_at, journal_position=position
            )
        self._paged = {}


def load(connection: Connection, wanted: Sequence[tuple[HouseholdStore, Iterable[str]]]) -> None:
    """Read the households that each region wants: one statement a table for all of them."""
    questions = Questions(connection, binary=True)
    for store, household_ids in wanted:
        store.ask(questions, household_ids)
    questions.answer()
    for store, _ in wanted:
        store.ask_pages(questions)
    questions.answer()
