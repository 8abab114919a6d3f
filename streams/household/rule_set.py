"""Which rules are in force, in which version and with which numbers.

Set by a `RulesActivated` row of the journal and in force from there on, so that the answers of
last year stay reproducible.  Until the first such row the defaults hold.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple, cast

from streams.household.facts import Fact, Registration, Report
from streams.household.rules import RULES, ClockRule, EpisodeRule, EventRule, Rule
from streams.household.terms import Calendar


class Asked(NamedTuple):
    """Rules that are worth asking, in order, by what brings them to speak."""

    episode_rules: tuple[EpisodeRule, ...]
    event_rules: tuple[EventRule, ...]
    clock_rules: tuple[ClockRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules in force, in the order of `RULES`, and the calendar that terms are counted by."""

    rules: tuple[Rule, ...]
    calendar: Calendar = field(default_factory=Calendar)
    # As many as there are combinations of kinds in households: some hundreds.
    _asked: dict[tuple[type[Fact] | None, frozenset[type[Fact]]], Asked] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def asked(self, kinds: Collection[type[Fact]], after: Fact | None = None) -> Asked:
        """Return the rules that may hold where there are facts of these kinds, `Report` aside.

        With `after` only those at episodes and events that may think otherwise after that fact.
        """
        key = (None if after is None else type(after), frozenset(kinds))
        known = self._asked.get(key)
        if known is None:
            known = self._asked[key] = _asked(self.rules, *key)
        return known


def _asked(rules: Sequence[Rule], after: type[Fact] | None, kinds: frozenset[type[Fact]]) -> Asked:
    holding = [rule for rule in rules if not rule.rests_on or rule.rests_on & kinds]
    readers = [rule for rule in holding if after is None or after in rule.reads]
    at_episodes = holding if after in (Report, Registration) else readers
    return Asked(
        episode_rules=tuple(rule for rule in at_episodes if isinstance(rule, EpisodeRule)),
        event_rules=tuple(rule for rule in readers if isinstance(rule, EventRule)),
        clock_rules=tuple(rule for rule in holding if isinstance(rule, ClockRule)),
    )


DEFAULT_RULE_SET = RuleSet(rules=tuple(rule() for rule in RULES))


def rule_set_of(payload: Mapping[str, object]) -> RuleSet:
    """Return the rule set that a `RulesActivated` record puts in force; what it omits is off.

    Each value of `rules` is JSON {"version": n, "parameters": {…}}.  Raises ValueError for a rule,
    version or parameter that this program does not have: guessing would falsify every finding.
    """
    activated = cast("Mapping[str, str]", payload["rules"])
    extra_days = cast("list[str]", payload["calendar"])
    unknown = set(activated) - {rule.rule_id for rule in RULES}
    if unknown:
        raise ValueError(f"no such rule: {', '.join(sorted(unknown))}")
    return RuleSet(
        rules=tuple(
            _activated(rule, activated[rule.rule_id]) for rule in RULES if rule.rule_id in activated
        ),
        calendar=Calendar(extra_days=frozenset(date.fromisoformat(day) for day in extra_days)),
    )


def rules_payload(rule_set: RuleSet) -> dict[str, str]:
    """Return the rules as a `RulesActivated` record holds them: id to canonical JSON."""
    return {
        rule.rule_id: f'{{"parameters":{rule.canonical_parameters()},"version":{rule.version}}}'
        for rule in rule_set.rules
    }


def calendar_payload(rule_set: RuleSet) -> list[str]:
    """Return the extra non-working days as a `RulesActivated` record holds them, sorted."""
    return sorted(day.isoformat() for day in rule_set.calendar.extra_days)


@lru_cache(maxsize=1_024)
def rule_as_it_was(rule_id: str, version: int, parameters: str) -> Rule:
    """Return the rule that a finding was raised by, whatever is in force now.

    Raises ValueError when this program no longer has that version.
    """
    for rule in RULES:
        if rule.rule_id == rule_id and rule.version == version:
            return rule.with_parameters(json.loads(parameters))
    raise ValueError(f"this program has no {rule_id} in version {version}")


def _activated(rule: type[Rule], text: str) -> Rule:
    match json.loads(text):
        case {"version": int(version), "parameters": {**parameters}} if version == rule.version:
            return rule.with_parameters(parameters)
        case _:
            raise ValueError(f"this program has {rule.rule_id} in version {rule.version} only")
