"""Finds a household and travels in its time, for the command line: nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg import IsolationLevel

from schemas.identity import HouseholdId
from schemas.person_numbers import is_valid_bsn
from schemas.text_rules import FORMATS
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.engine.key_files import KeyFiles
from streams.engine.named_queries import load_queries
from streams.household.terms import amsterdam_day
from streams.radar.clock import SYSTEM
from streams.radar.household_changes import Difference, difference
from streams.radar.time_travel import (
    HouseholdReader,
    KnownHousehold,
    Moment,
    UnknownHouseholdError,
    journal_head,
    moment_known_on,
    opened_on,
    regions_of,
)
from streams.vault.lookup_tokens import index_token

QUERIES = load_queries("hub", "households.sql")
SCOPES = ("case", "report", "handover", "order", "mda")
"""Numbers by which a household can be found; a sender's own number needs its source beside it."""

# Persons' tokens are told from names by their form; a household's is looked up as it is.
_PID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}")
_NINE_DIGITS = re.compile(r"\d{8,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A household that something leads to."""

    region: str
    household_id: HouseholdId
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A stage in which the household waits, from which row on, and the class of the error."""

    stage: str
    position: int
    code: str


class Households:
    """Households of a database as they stand in one snapshot."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def show(self, household: str, known_on: date | None, region: str | None) -> KnownHousehold:
        """Return a household as known now, or at the end of a day.

        Raises StopError, with what to do instead, for a household or a day that is not there.
        """
        place = self._region(household, region)
        return self._read(place, household, self._moment(place, known_on))

    def waiting(self, known: KnownHousehold) -> list[Parked]:
        """Return where rows of the household wait now because a stage could not apply one."""
        place = {"region": known.moment.region, "household": known.household_id}
        rows = self._connection.execute(QUERIES["parked"], place).fetchall()
        return [Parked(stage=stage, position=position, code=code) for stage, position, code in rows]

    def compare(self, household: str, first: date, last: date, region: str | None) -> Difference:
        """Return what changed between the ends of two days; StopError as for `show`."""
        if first > last:
            raise StopError(f"{first} comes after {last}: give the earlier day first")
        place = self._region(household, region)
        after = self._read(place, household, self._moment(place, last))
        moment = self._moment(place, first)
        try:
            before = HouseholdReader(connection=self._connection, moment=moment).read(household)
        except UnknownHouseholdError:
            return difference(None, after)
        return difference(before, after)

    def find_person(self, pid: str, region: str | None) -> list[Found]:
        """Return the households of a person's token; StopError for what is no token."""
        if _PID.fullmatch(pid) is None:
            raise StopError(
                "a person is found by token only: 32 hexadecimal digits, as events and pages show "
                "them; a name, a birth date or a BSN is not accepted"
            )
        return self._found("by_person", region, by="pid", value=pid)

    def find_reference(
        self, keys: KeyFiles, scope: str, number: str, region: str | None
    ) -> list[Found]:
        """Return the households of a number that partners refer to, such as a case number."""
        if _NINE_DIGITS.fullmatch(number) and is_valid_bsn(number.zfill(9)):
            raise StopError("this may be a BSN, which is not accepted; give a case or order number")
        found: list[Found] = []
        for place in [region] if region else self._regions():
            token = index_token(keys.identity, f"ref:{scope}", place, number).hex()
            found += self._found("by_reference", place, by=scope, scope=scope, token=token)
        return found

    def _found(self, query: str, region: str | None, *, by: str, **asked: Any) -> list[Found]:
        rows = self._connection.execute(QUERIES[query], {"region": region, **asked}).fetchall()
        return [
            Found(region=place, household_id=HouseholdId(household), by=by)
            for place, household in rows
        ]

    def _regions(self) -> list[str]:
        rows = self._connection.execute(QUERIES["regions"]).fetchall()
        return [region for (region,) in rows]

    def _read(self, region: str, household: str, moment: Moment) -> KnownHousehold:
        try:
            return HouseholdReader(connection=self._connection, moment=moment).read(household)
        except UnknownHouseholdError:
            raise StopError(
                f"nothing was known of this household in {region} on {moment.as_of}; "
                "choose a later day"
            ) from None

    def _region(self, household: str, region: str | None) -> str:
        if FORMATS["token"].fullmatch(household) is None:
            raise StopError("a household is named by its token: 32 hexadecimal digits")
        known = regions_of(self._connection, household)
        if not known or (region is not None and region not in known):
            raise StopError(
                "no event belongs to this household"
                + (f" in {region}" if region else "")
                + "; look for it with: radar household find"
            )
        return region or known[0]

    def _moment(self, region: str, known_on: date | None) -> Moment:
        today = self._today(region)
        if known_on is None:
            return Moment(
                region=region, position=journal_head(self._connection, region), as_of=today
            )
        opened = opened_on(self._connection, region)
        if opened is None or known_on < opened:
            raise StopError(f"nothing was known on {known_on}: {region} opened on {opened}")
        if known_on > today:
            raise StopError(f"{known_on} is still to come: in {region} it is {today}")
        return moment_known_on(self._connection, region, known_on)

    def _today(self, region: str) -> date:
        """Return the day of the region's clock; before a first tick that of its opening."""
        row = self._connection.execute(QUERIES["clock"], {"region": region}).fetchone()
        if row is None:
            raise StopError(f"{region} is not open")
        mode, day, opened_at = row
        if mode == SYSTEM:
            return amsterdam_day(self._now)
        return amsterdam_day(opened_at) if day is None else day


@contextmanager
def households(database_url: str, now: datetime | None = None) -> Iterator[Households]:
    """Yield the households in one read-only snapshot; `now` is the hub's clock for live regions."""
    with psycopg.connect(database_url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield Households(connection, now or datetime.now(UTC))
