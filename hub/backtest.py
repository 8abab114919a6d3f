"""Tries other numbers of a rule on the whole journal, before anyone switches them on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.rules import InForce, defaults, version_of
from hub.trials import Days, Trials, run_trials, week_of
from streams.household.severity import Level
from streams.radar.backtest import Raised, Trial, activation

EVER = Days()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to try: a rule, other numbers for it, and the days of knowledge to count in."""

    rule_id: str
    changes: Mapping[str, int]
    days: Days = EVER
    region: str | None = None


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
    trials: Trials
    now: Side = field(default_factory=Side)
    then: Side = field(default_factory=Side)
    reports: int = 0

    def add(self, trials: Iterable[Trial]) -> None:
        """Count what shares of the households gave, as far as it lies within the days asked."""
        for trial in trials:
            for side, found in zip((self.now, self.then), trial.raised, strict=True):
                for raised in found:
                    if raised.day in self.asked.days:
                        side.add(raised)
            self.reports += sum(
                count for day, count in trial.reports.items() if day in self.asked.days
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
            "from": self.asked.days.first,
            "to": self.asked.days.last,
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
            "households_waiting": self.trials.waiting,
            "rows": self.trials.rows,
            "seconds": self.trials.seconds,
            "rows_per_second": round(self.trials.rows / max(self.trials.seconds, 0.001)),
        }


def backtest(database_url: str, asked: Asked) -> Backtest:
    """Fold the journals under the rule as it is in force now, and under the numbers asked for.

    Raises StopError for a rule, a number or a region that is not there.
    """
    defaults(asked.rule_id)
    rule_id, version = asked.rule_id, version_of(asked.rule_id)

    def sides(in_force: InForce) -> Sequence[Mapping[str, str]]:
        # Only the rule tried: no rule's findings depend on another's.
        text = in_force.rules.get(rule_id)
        then = {rule_id: activation(version, _then(in_force, asked))}
        return ({} if text is None else {rule_id: text}, then)

    trials = run_trials(
        database_url, f"backtest {rule_id}", sides, days=asked.days, region=asked.region
    )
    found = Backtest(
        asked=asked,
        parameters_now={each.region: each.parameters(rule_id) for each in trials.in_force},
        parameters_then={each.region: _then(each, asked) for each in trials.in_force},
        trials=trials,
    )
    found.add(trials.found)
    return found


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
