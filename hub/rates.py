"""How often each rule speaks: findings per week, and the share of reports, over the whole journal.

The rules as they are in force today, applied to all of the past; nothing live is touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.rules import version_of
from hub.trials import Days, Trials, run_trials, week_of
from streams.household.rules import RULES
from streams.household.severity import Level

# A rule that asks for attention on more than this share of reports is not looked at any more.
HIGH_SHARE_MAX = 0.15


@dataclass(slots=True, kw_only=True)
class Rate:
    """What one rule said: findings per week, and those that were or became high, by their id."""

    findings: Counter[str] = field(default_factory=Counter)
    high: dict[str, str] = field(default_factory=dict)
    households: set[str] = field(default_factory=set)

    def document(self, weeks: int, reports: int) -> dict[str, Any]:
        """Return it for a machine; shares are None without reports."""
        findings = self.findings.total()
        high_share = _share(len(self.high), reports)
        return {
            "findings": findings,
            "per_week": round(findings / weeks, 1) if weeks else None,
            "most_in_a_week": max(self.findings.values(), default=0),
            "households": len(self.households),
            "high": len(self.high),
            "share": _share(findings, reports),
            "high_share": high_share,
            "is_too_high": high_share is not None and high_share > HIGH_SHARE_MAX,
        }


@dataclass(slots=True, kw_only=True)
class Rates:
    """What every rule said within the days asked for, over all regions asked for."""

    days: Days
    trials: Trials
    rules: dict[str, Rate] = field(default_factory=dict)
    reports: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, trials: Trials, days: Days) -> Rates:
        """Count what the shares of the households gave."""
        rates = cls(days=days, trials=trials)
        in_force = {rule_id for each in trials.in_force for rule_id in each.rules}
        rates.rules = {r.rule_id: Rate() for r in RULES if r.rule_id in in_force}
        for trial in trials.found:
            (raised,), (renewed,) = trial.raised, trial.renewed
            for one in raised:
                if one.day in days:
                    rate = rates.rules[one.rule_id]
                    rate.findings[week_of(one.day)] += 1
                    rate.households.add(one.household_id)
            for one in (*raised, *renewed):
                if one.day in days and one.level >= Level.HIGH:
                    rates.rules[one.rule_id].high.setdefault(one.finding_id, week_of(one.day))
            for day, count in trial.reports.items():
                if day in days:
                    rates.reports[week_of(day)] += count
        return rates

    def weeks(self) -> list[dict[str, Any]]:
        """Return the weeks that had a report or a finding, oldest first."""
        named = {*self.reports, *(week for rate in self.rules.values() for week in rate.findings)}
        return [
            {
                "week": week,
                "reports": self.reports[week],
                "findings": {rule_id: rate.findings[week] for rule_id, rate in self.rules.items()},
            }
            for week in sorted(named)
        ]

    def document(self) -> dict[str, Any]:
        """Return it for a machine."""
        weeks, reports = self.weeks(), self.reports.total()
        labels: Mapping[str, str] = {rule.rule_id: rule.label for rule in RULES}
        return {
            "from": self.days.first,
            "to": self.days.last,
            "regions": [each.region for each in self.trials.in_force],
            "reports": reports,
            "rules": [
                {
                    "rule": rule_id,
                    "version": version_of(rule_id),
                    "label": labels[rule_id],
                    **rate.document(len(weeks), reports),
                }
                for rule_id, rate in self.rules.items()
            ],
            "weeks": weeks,
            "households_waiting": self.trials.waiting,
            "rows": self.trials.rows,
            "seconds": self.trials.seconds,
        }


def rates(database_url: str, *, days: Days, region: str | None) -> Rates:
    """Fold the journals under the rules in force; StopError for a region that is not open."""
    trials = run_trials(
        database_url, "rates", lambda in_force: (in_force.rules,), days=days, region=region
    )
    return Rates.of(trials, days)


def _share(count: int, of: int) -> float | None:
    return round(count / of, 4) if of else None
