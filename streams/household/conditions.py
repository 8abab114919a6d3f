"""Conditions: what the rules say of a household, whatever has been said about it before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from streams.household.episodes import Episode, episodes_of
from streams.household.journal_event import EventKey
from streams.household.rule_set import RuleSet
from streams.household.rules import EpisodeRule
from streams.household.rules.rule import NO_SUBJECT
from streams.household.severity import Level
from streams.household.state import HouseholdState


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """That a rule holds at an episode, at its highest level.

    `trigger` is the id of the episode, `triggered_ms` its time T, `severity` its class; evidence
    is sorted and never empty.
    """

    rule: EpisodeRule
    subject: str
    level: Level
    trigger: EventKey
    triggered_ms: int
    severity: int
    evidence: tuple[EventKey, ...]
    sentence: str

    @property
    def key(self) -> tuple[str, str]:
        """Return the key of the finding to which it belongs."""
        return self.rule.rule_id, self.subject


def conditions(
    state: HouseholdState,
    as_of: date,  # noqa: ARG001 - rules that watch a clock read it; the first three do not
    rule_set: RuleSet,
) -> tuple[Condition, ...]:
    """Return all that holds for a household, in order of time, rule by rule.

    A function of the set of events: `as_of` decides which clock rules hold, it never hides an
    event.
    """
    return tuple(holding(episodes_of(state), rule_set))


def holding(episodes: Sequence[Episode], rule_set: RuleSet, first: int = 0) -> Iterator[Condition]:
    """Yield what holds at the episodes from number `first` on."""
    for at in range(first, len(episodes)):
        for rule in rule_set.rules:
            condition = condition_at(rule, episodes, at)
            if condition is not None:
                yield condition


def appeared(
    before: Sequence[Episode], after: Sequence[Episode], rule_set: RuleSet
) -> tuple[Condition, ...]:
    """Return the conditions that newly hold: at another episode, or higher at the same one.

    An episode rule looks at earlier episodes only, so where both begin alike nothing can differ;
    for the ordinary event, which adds to the end, that leaves one episode to look at.
    """
    first = _first_difference(before, after)
    held = {
        (condition.key, condition.trigger): condition.level
        for condition in holding(before, rule_set, first)
    }
    return tuple(
        condition
        for condition in holding(after, rule_set, first)
        if condition.level > held.get((condition.key, condition.trigger), 0)
    )


def condition_at(rule: EpisodeRule, episodes: Sequence[Episode], at: int) -> Condition | None:
    """Return what one rule says at one episode."""
    trigger = rule.trigger(episodes, at)
    if trigger is None:
        return None
    episode = episodes[at]
    return Condition(
        rule=rule,
        subject=NO_SUBJECT,
        level=trigger.level,
        trigger=episode.key,
        triggered_ms=episode.at_ms,
        severity=episode.severity,
        evidence=tuple(sorted(set(trigger.evidence))),
        sentence=trigger.sentence,
    )


def _first_difference(before: Sequence[Episode], after: Sequence[Episode]) -> int:
    for at, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return at
    return min(len(before), len(after))
