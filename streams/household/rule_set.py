"""Which rules are in force, in which version and with which numbers.

Set by a `RulesActivated` row of the journal and in force from there on, so that the answers of
last year stay reproducible.  Until the first such row the defaults hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import cast

from streams.household.facts import Fact, Registration, Report
from streams.household.rules import RULES, ClockRule, EpisodeRule, EventRule, Rule
from streams.household.terms import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules in force, in the order of `RULES`, and the calendar that terms are counted by."""

    rules: tuple[Rule, ...]
    calendar: Calendar = field(default_factory=Calendar)
    episode_rules: tuple[EpisodeRule, ...] = field(init=False, compare=False, repr=False)
    event_rules: tuple[EventRule, ...] = field(init=False, compare=False, repr=False)
    clock_rules: tuple[ClockRule, ...] = field(init=False, compare=False, repr=False)
    _concerned: dict[type[Fact], tuple[EpisodeRule, ...]] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )
    _of_event: dict[type[Fact], tuple[EventRule, ...]] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Sort the rules out by kind, once: each event asks for one kind after the other."""
        of_episodes = tuple(rule for rule in self.rules if isinstance(rule, EpisodeRule))
        of_events = tuple(rule for rule in self.rules if isinstance(rule, EventRule))
        of_clock = tuple(rule for rule in self.rules if isinstance(rule, ClockRule))
        object.__setattr__(self, "episode_rules", of_episodes)
        object.__setattr__(self, "event_rules", of_events)
        object.__setattr__(self, "clock_rules", of_clock)

    def episode_rules_after(self, fact: Fact | None) -> tuple[EpisodeRule, ...]:
        """Return the episode rules that may think otherwise after a fact; all after None."""
        if fact is None or isinstance(fact, (Report, Registration)):
            return self.episode_rules
        kind = type(fact)
        if kind not in self._concerned:
            mine = tuple(rule for rule in self.episode_rules if kind in rule.reads)
            self._concerned[kind] = mine
        return self._concerned[kind]

    def event_rules_after(self, fact: Fact | None) -> tuple[EventRule, ...]:
        """Return the event rules that may think otherwise after a fact; all after None."""
        if fact is None:
            return self.event_rules
        kind = type(fact)
        if kind not in self._of_event:
            self._of_event[kind] = tuple(rule for rule in self.event_rules if kind in rule.reads)
        return self._of_event[kind]


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
