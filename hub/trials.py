"""Runs rule sets over the journals of regions on all cores, without touching anything live."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg

from hub.rebuild_parts import cores, progress_bar, run_parts
from hub.rules import QUERIES, InForce, rules_in_force
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.radar.backtest import READ_ONLY, Trial, TrialShare, trial_rule_set
from streams.radar.rebuild import Share
from streams.radar.time_travel import journal_head, moment_known_on

# As in a rebuild, so that no process holds more households than it does there.
HOUSEHOLDS_PER_SHARE = 5_000

RuleSets = Callable[[InForce], Sequence[Mapping[str, str]]]
"""The rule sets to try in a region, from those in force there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days of knowledge to count in, both ends in; None is without end."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def check(self) -> None:
        """Raise StopError when they end before they begin."""
        if self.first is not None and self.last is not None and self.first > self.last:
            raise StopError(f"{self.first} comes after {self.last}: give the earlier day first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What the rule sets said in each share of the regions' households, and what that took."""

    in_force: Sequence[InForce]
    found: Sequence[Trial]
    rows: int
    seconds: float

    @property
    def waiting(self) -> int:
        """Return how many households count only up to the row at which they wait."""
        return len({household for trial in self.found for household in trial.waiting})


def run_trials(
    database_url: str, what: str, rule_sets: RuleSets, *, days: Days, region: str | None
) -> Trials:
    """Fold the journals under rule sets, up to the last of the days; show progress as `what`.

    Raises StopError for days that end before they begin, a region that is not open, and a rule set
    that this program does not have.
    """
    days.check()
    with psycopg.connect(database_url, options=READ_ONLY, autocommit=True) as connection:
        in_force = rules_in_force(connection, region)
        lasts = {each.region: _last(connection, each.region, days.last) for each in in_force}
        sizes = {each.region: _households(connection, each.region) for each in in_force}
    started = time.monotonic()
    parts = [
        part
        for each in in_force
        for part in _shares(each, rule_sets(each), lasts[each.region], sizes[each.region])
    ]
    rows = round(sum(part.rows for part in parts))
    with progress_bar(what, rows) as advanced:
        found = run_parts(database_url, parts, advanced)
    seconds = round(time.monotonic() - started, 3)
    return Trials(in_force=in_force, found=found, rows=rows, seconds=seconds)


def week_of(day: date) -> str:
    """Return the ISO week of a day, such as 2025-W05."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _shares(
    in_force: InForce, tried: Sequence[Mapping[str, str]], last: int, households: int
) -> Sequence[TrialShare]:
    try:
        for rules in tried:
            trial_rule_set(rules, in_force.calendar)
    except ValueError as error:
        raise StopError(str(error)) from None
    of = max(cores(), -(-households // HOUSEHOLDS_PER_SHARE))
    return [
        TrialShare(
            share=Share(region=in_force.region, last=last, number=number, of=of),
            tried=tried,
            calendar=list(in_force.calendar),
        )
        for number in range(of)
    ]


def _last(connection: Connection, region: str, day: date | None) -> int:
    if day is None:
        return journal_head(connection, region)
    return moment_known_on(connection, region, day).position


def _households(connection: Connection, region: str) -> int:
    row = connection.execute(QUERIES["count_households"], {"region": region}).fetchone()
    return 0 if row is None else int(row[0])
