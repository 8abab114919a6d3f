"""Tries other numbers of a rule on the whole journal, before anyone switches them on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from hub.rebuild_parts import cores, progress_bar, run_parts
from hub.rules import QUERIES, InForce, defaults, rules_in_force, version_of
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.household.severity import Level
from streams.radar.backtest import (
    READ_ONLY,
    Raised,
    Trial,
    TrialShare,
    activation,
    trial_rule_set,
)
from streams.radar.rebuild import Share
from streams.radar.time_travel import journal_head, moment_known_on

# As in a rebuild, so that no process holds more households than it does there.
HOUSEHOLDS_PER_SHARE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to try: a rule, other numbers for it, and the days of knowledge to count in."""

    rule_id: str
    changes: Mapping[str, int]
    first: date | None = None
    last: date | None = None
    region: str | None = None

    def covers(self, day: date) -> bool:
        """Say whether what was raised on a day counts."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(slots=True, kw_only=True)
class Side:
    """What one of both rule sets raised: by week, finding ids with their households."""

    weeks: dict[str, dict[str, str]] = field(default_factory=dict)
    levels: Counter[str] = field(default_factory=Counter)

    def high_share(self, reports: int) -> float | None:
        """Return findings of HIGH or above per report; None without reports.

        Above 0.15 the numbers are wrong for a rule: nobody looks at one report in seven again.
        """
        high = self.levels[Level.HIGH.name] + self.levels[Level.CRITICAL.name]
        return round(high / reports, 4) if reports else None

    def add(self, raised: Raised) -> None:
        """Count one finding."""
        week = self.weeks.setdefault(week_of(raised.day), {})
        week[raised.finding_id] = raised.household_id
        self.levels[Level(raised.level).name] += 1

    @property
    def findings(self) -> int:
        """Return how many findings it raised."""
        return sum(map(len, self.weeks.values()))

    @property
    def households(self) -> set[str]:
        """Return the households in which it raised anything."""
        return {household for week in self.weeks.values() for household in week.values()}


@dataclass(slots=True, kw_only=True)
class Backtest:
    """Both sides beside each other, over all regions asked for."""

    asked: Asked
    parameters_now: Mapping[str, Mapping[str, int] | None]
    parameters_then: Mapping[str, Mapping[str, int]]
    now: Side = field(default_factory=Side)
    then: Side = field(default_factory=Side)
    reports: int = 0
    rows: int = 0
    seconds: float = 0.0

    def add(self, trials: Iterable[Trial]) -> None:
        """Count what shares of the households gave, as far as it lies within the days asked."""
        for trial in trials:
            for side, found in ((self.now, trial.now), (self.then, trial.then)):
                for raised in found:
                    if self.asked.covers(raised.day):
                        side.add(raised)
            self.reports += sum(
                count for day, count in trial.reports.items() if self.asked.covers(day)
            )

    def weeks(self) -> list[dict[str, Any]]:
        """Return the weeks in which either side raised anything, oldest first."""
        none: dict[str, str] = {}
        return [
            _week(week, self.now.weeks.get(week, none), self.then.weeks.get(week, none))
            for week in sorted(self.now.weeks.keys() | self.then.weeks.keys())
        ]

    def document(self) -> dict[str, Any]:
        """Return it for a machine."""
        now, then = self.now.households, self.then.households
        return {
            "rule": self.asked.rule_id,
            "version": version_of(self.asked.rule_id),
            "set": dict(self.asked.changes),
            "from": self.asked.first,
            "to": self.asked.last,
            "regions": [
                {"region": region, "now": self.parameters_now[region], "then": numbers}
                for region, numbers in self.parameters_then.items()
            ],
            "weeks": self.weeks(),
            "findings": {"now": self.now.findings, "then": self.then.findings},
            "levels": {"now": dict(self.now.levels), "then": dict(self.then.levels)},
            "high_share": {
                "now": self.now.high_share(self.reports),
                "then": self.then.high_share(self.reports),
            },
            "households": {
                "now": len(now),
                "then": len(then),
                "only_now": len(now - then),
                "only_then": len(then - now),
            },
            "reports": self.reports,
            "rows": self.rows,
            "seconds": self.seconds,
            "rows_per_second": round(self.rows / max(self.seconds, 0.001)),
        }


def backtest(database_url: str, asked: Asked) -> Backtest:
    """Fold the journals under the rule as it is in force now, and under the numbers asked for.

    Raises StopError for a rule, a number or a region that is not there.
    """
    defaults(asked.rule_id)
    if asked.first is not None and asked.last is not None and asked.first > asked.last:
        raise StopError(f"{asked.first} comes after {asked.last}: give the earlier day first")
    with psycopg.connect(database_url, options=READ_ONLY, autocommit=True) as connection:
        in_force = rules_in_force(connection, asked.region)
        lasts = {each.region: _last(connection, each.region, asked.last) for each in in_force}
        sizes = {each.region: _households(connection, each.region) for each in in_force}
    found = Backtest(
        asked=asked,
        parameters_now={each.region: each.parameters(asked.rule_id) for each in in_force},
        parameters_then={each.region: _then(each, asked) for each in in_force},
    )
    started = time.monotonic()
    parts = [
        part
        for each in in_force
        for part in _shares(each, asked, lasts[each.region], sizes[each.region])
    ]
    found.rows = round(sum(part.rows for part in parts))
    with progress_bar(f"backtest {asked.rule_id}", found.rows) as advanced:
        found.add(run_parts(database_url, parts, advanced))
    found.seconds = round(time.monotonic() - started, 3)
    return found


def week_of(day: date) -> str:
    """Return the ISO week of a day, such as 2025-W05."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _week(week: str, now: Mapping[str, str], then: Mapping[str, str]) -> dict[str, Any]:
    return {
        "week": week,
        "now": len(now),
        "then": len(then),
        "only_now": len(now.keys() - then.keys()),
        "only_then": len(then.keys() - now.keys()),
        "households_now": len(set(now.values())),
        "households_then": len(set(then.values())),
    }


def _then(in_force: InForce, asked: Asked) -> Mapping[str, int]:
    """Return the numbers to try: a rule that is off is tried with its defaults."""
    known = in_force.parameters(asked.rule_id) or defaults(asked.rule_id)
    return {**known, **asked.changes}


def _shares(in_force: InForce, asked: Asked, last: int, households: int) -> Sequence[TrialShare]:
    rule_id, version = asked.rule_id, version_of(asked.rule_id)
    text = in_force.rules.get(rule_id)
    now = {} if text is None else {rule_id: text}
    then = {rule_id: activation(version, _then(in_force, asked))}
    try:
        # Only the rule tried: no rule's findings depend on another's.
        for rules in (now, then):
            trial_rule_set(rules, in_force.calendar)
    except ValueError as error:
        raise StopError(str(error)) from None
    of = max(cores(), -(-households // HOUSEHOLDS_PER_SHARE))
    return [
        TrialShare(
            share=Share(region=in_force.region, last=last, number=number, of=of),
            now=now,
            then=then,
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
