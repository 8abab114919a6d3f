"""One household as it was known on a day: the live fold over the journal's prefix.

What was known on day K is every journal row with known_at before 00:00 of the day after K, in
Amsterdam; nothing is read from tables that have moved on since.  Memberships are admission's own
decisions: their table keeps from and until which journal position each stood.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.household.open_deadlines import OpenDeadline, open_deadlines
from streams.household.process import HouseholdProcess, process_of
from streams.household.process_steps import PROCESS_RECORDS
from streams.household.rearranging import HOUSEHOLDS_REARRANGED
from streams.household.rule_set import DEFAULT_RULE_SET, RuleSet, rule_set_of
from streams.household.state import Finding, HouseholdState
from streams.household.terms import amsterdam_day, start_of_day
from streams.radar.rearrangements import moves_of
from streams.radar.region_fold import Kept, RegionFold, Said
from streams.radar.rows import READ_RECORDS, Row, decode_row

QUERIES = load_queries("streams.radar", "time_travel.sql")
TOLD_RECORDS = READ_RECORDS | PROCESS_RECORDS
# A household that went into another, that into a third, and so on: more than anyone merges.
MERGES_FOLLOWED_MAX = 50


END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class UnknownHouseholdError(LookupError):
    """No event of the region belongs to this household, or none did on the day asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of the household, as a token: in which role, and since which day and position."""

    pid: str
    role: str
    valid_from: date
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A place in a region's journal, and the day on which things are looked at from there.

    `before` bounds what was known by its instant, for who cannot look the position up.
    """

    region: str
    position: int
    as_of: date
    before: datetime = END_OF_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a household stands in the process at a moment, and which legal clocks run."""

    process: HouseholdProcess
    deadlines: tuple[OpenDeadline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHousehold:
    """A household at a moment; `asked` is the token asked for, which may have been merged since.

    `rows` are the journal rows that count in it, in order; `rearranged` those that moved rows to
    it or away from it; `said` is its finding log.
    """

    moment: Moment
    asked: str
    household_id: str
    rows: tuple[Row, ...]
    rearranged: tuple[Row, ...]
    state: HouseholdState
    said: tuple[Said, ...]
    rule_set: RuleSet
    process: HouseholdProcess
    deadlines: tuple[OpenDeadline, ...]
    members: tuple[Member, ...]

    @property
    def open_findings(self) -> list[Finding]:
        """Return the findings that asked for attention then, the highest level first."""
        found = [finding for finding in self.state.findings if finding.status.is_open]
        return sorted(found, key=lambda finding: (-finding.level, finding.key))


def moment_known_on(connection: Connection, region: str, day: date) -> Moment:
    """Return the last journal position known on a day; 0 before the region's first row.

    `known_at` never decreases with position, so that some twenty rows are looked at, not all.
    """
    before = start_of_day(day + timedelta(days=1))
    low, high = 0, journal_head(connection, region)
    while low < high:
        middle = (low + high + 1) // 2
        place = {"region": region, "position": middle}
        row = connection.execute(QUERIES["known_at"], place).fetchone()
        if row is None:
            raise AssertionError("a journal has no gaps")
        low, high = (middle, high) if row[0] < before else (low, middle - 1)
    return Moment(region=region, position=low, as_of=day)


def opened_on(connection: Connection, region: str) -> date | None:
    """Return the day from which anything was known in a region, or None for an empty journal."""
    row = connection.execute(QUERIES["known_at"], {"region": region, "position": 1}).fetchone()
    return None if row is None else amsterdam_day(row[0])


def journal_head(connection: Connection, region: str) -> int:
    """Return the last position of a region's journal."""
    row = connection.execute(QUERIES["head"], {"region": region}).fetchone()
    return 0 if row is None else int(row[0])


def regions_of(connection: Connection, household: str) -> list[str]:
    """Return the regions in which any event belongs to the household: one, or none."""
    rows = connection.execute(QUERIES["regions_of"], {"household": household}).fetchall()
    return [region for (region,) in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdReader:
    """Reads households of one region at a moment, in the caller's transaction.

    `queries` may read the journal under another name, for who may not read the log itself;
    without `with_members` memberships are left out.
    """

    connection: Connection
    moment: Moment
    queries: Mapping[str, str] = field(default_factory=lambda: QUERIES)
    with_members: bool = True

    def read(self, household: str) -> KnownHousehold:
        """Return the household, or the one it was merged into by then.

        Raises UnknownHouseholdError when nothing was known of it.
        """
        asked = household
        for _ in range(MERGES_FOLLOWED_MAX):
            own = self._rows("household_rows", household=household)
            if not own:
                raise UnknownHouseholdError("nothing was known of this household then")
            counting, merged_into = self._counting(household, own)
            if counting or merged_into is None:
                return self._known(asked, household, own, counting)
            household = merged_into
        raise AssertionError("households are merged in a circle")

    def standing(self, household: str) -> Standing:
        """Return the process state alone, without folding findings; merges are not followed."""
        counting, _ = self._counting(household, self._rows("household_rows", household=household))
        process = process_of(row.event for row in counting)
        activated = self._rows("rules_then")
        rules = rule_set_of(activated[0].event.payload) if activated else DEFAULT_RULE_SET
        deadlines = open_deadlines(process, self.moment.as_of, rules.calendar)
        return Standing(process=process, deadlines=deadlines)

    def _known(
        self, asked: str, household: str, own: Sequence[Row], counting: tuple[Row, ...]
    ) -> KnownHousehold:
        moment = self.moment
        fold = RegionFold(
            region=moment.region,
            rule_set=DEFAULT_RULE_SET,
            households={},
            rows_at=self._rows_at,
        )
        said = []
        everyones = self._rows("everyones_rows", first=1)
        for row in heapq.merge(own, everyones, key=lambda row: row.event.position):
            mine = (household,) if household in row.household_ids else ()
            said += fold.apply(replace(row, household_ids=mine))
        process = process_of(row.event for row in counting)
        return KnownHousehold(
            moment=moment,
            asked=asked,
            household_id=household,
            rows=counting,
            rearranged=tuple(row for row in own if row.event.record_name == HOUSEHOLDS_REARRANGED),
            state=fold.households.get(household, Kept()).state,
            said=tuple(said),
            rule_set=fold.rule_set,
            process=process,
            deadlines=open_deadlines(process, moment.as_of, fold.rule_set.calendar),
            members=self._members(household) if self.with_members else (),
        )

    def _counting(self, household: str, own: Iterable[Row]) -> tuple[tuple[Row, ...], str | None]:
        """Return the rows that count here, and where the last ones went when none do."""
        counting: dict[int, Row] = {}
        went_to: str | None = None
        for row in own:
            if row.event.record_name != HOUSEHOLDS_REARRANGED:
                counting[row.event.position] = row
                continue
            for move in moves_of(row):
                if move.left == household:
                    went_to = move.joined or went_to
                    for position in move.positions:
                        counting.pop(position, None)
                if move.joined == household:
                    for came in self._rows_at(move.positions):
                        counting[came.event.position] = came
        return tuple(counting[position] for position in sorted(counting)), went_to

    def _members(self, household: str) -> tuple[Member, ...]:
        rows = self.connection.execute(
            self.queries["members"],
            {**self._place(), "household": household, "as_of": self.moment.as_of},
        )
        return tuple(
            Member(pid=pid, role=role, valid_from=valid_from, position=position)
            for pid, role, valid_from, position in rows
        )

    def _rows_at(self, positions: Collection[int]) -> list[Row]:
        return self._rows("rows_at", positions=list(positions))

    def _rows(self, query: str, **asked: object) -> list[Row]:
        place = {**self._place(), **asked}
        rows = self.connection.execute(self.queries[query], place, binary=True).fetchall()
        return [decode_row(body, TOLD_RECORDS) for (body,) in rows]

    def _place(self) -> dict[str, object]:
        moment = self.moment
        return {"region": moment.region, "last": moment.position, "before": moment.before}
