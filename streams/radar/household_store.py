"""Where the stage keeps households between units: its table, and the lease's cache before it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

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
        self._rules: dict[str, RuleSet] = lease.cache.setdefault("rules", {})

    def load(self, household_ids: Iterable[str], day: date | None) -> dict[str, Kept]:
        """Return those of the households that exist, and all that a tick of `day` would wake."""
        wanted = set(household_ids)
        self._asked |= wanted
        found = {name: self._cache[name] for name in wanted if name in self._cache}
        missing = sorted(wanted - found.keys())
        if missing:
            self._read(found, "load_households", {"household_ids": missing})
        if day is not None:
            self._read(found, "load_due", {"day": day})
        self._loaded |= found
        return found

    def save(self, households: Mapping[str, Kept], changed: Iterable[str]) -> None:
        """Write the changed households and remember all that were used, newest last."""
        names = sorted(changed)
        if names:
            kept = [households[name] for name in names]
            stored = [
                to_stored(one.state, self._before(name))
                for name, one in zip(names, kept, strict=True)
            ]
            self._connection.execute(
                self._queries["save_households"],
                {
                    "region": self._region,
                    "household_ids": names,
                    "states": [one.state for one in stored],
                    "wake_ats": [one.wake_at for one in kept],
                    "positions": [one.journal_position for one in kept],
                },
            )
            self._save_pages(dict(zip(names, stored, strict=True)))
        for name, one in households.items():
            self._cache[name] = one
            self._cache.move_to_end(name)
        while len(self._cache) > CACHED_HOUSEHOLDS_MAX:
            self._cache.popitem(last=False)

    def _before(self, name: str) -> HouseholdState | None:
        loaded = self._loaded.get(name)
        return None if loaded is None else loaded.state

    def _save_pages(self, stored: Mapping[str, Stored]) -> None:
        """Write the pages of large households, after those that are theirs no more are gone.

        What was neither asked for nor found may have pages of which nobody here knows: a parked
        household that goes on from its journal.
        """
        gone = [
            name
            for name, one in stored.items()
            if one.replaces or (name not in self._asked and name not in self._loaded)
        ]
        if gone:
            self._connection.execute(
                self._queries["drop_pages"], {"region": self._region, "household_ids": gone}
            )
        pages = [
            (name, number, body)
            for name, one in stored.items()
            for number, body in one.pages.items()
        ]
        if pages:
            names, numbers, bodies = map(list, zip(*pages, strict=True))
            self._connection.execute(
                self._queries["save_pages"],
                {
                    "region": self._region,
                    "household_ids": names,
                    "numbers": numbers,
                    "bodies": bodies,
                },
            )

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

    def _read(self, found: dict[str, Kept], query: str, parameters: Mapping[str, object]) -> None:
        rows = self._connection.execute(
            self._queries[query], {"region": self._region, **parameters}, binary=True
        )
        paged: dict[str, tuple[bytes, date | None, int]] = {}
        for household_id, state, wake_at, position in rows:
            if household_id in found:
                continue
            if household_id in self._cache:
                found[household_id] = self._cache[household_id]
            elif is_paged(state):
                paged[household_id] = (state, wake_at, position)
            else:
                found[household_id] = Kept(
                    state=from_stored(state, ()), wake_at=wake_at, journal_position=position
                )
        if paged:
            self._read_pages(found, paged)

    def _read_pages(
        self, found: dict[str, Kept], paged: Mapping[str, tuple[bytes, date | None, int]]
    ) -> None:
        pages: dict[str, list[bytes]] = {name: [] for name in paged}
        rows = self._connection.execute(
            self._queries["load_pages"],
            {"region": self._region, "household_ids": sorted(paged)},
            binary=True,
        )
        for household_id, body in rows:
            pages[household_id].append(body)
        for name, (state, wake_at, position) in paged.items():
            found[name] = Kept(
                state=from_stored(state, pages[name]), wake_at=wake_at, journal_position=position
            )
