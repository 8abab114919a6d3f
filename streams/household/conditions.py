"""Conditions: what the rules say of a household, whatever has been said about it before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from streams.household.episodes import Episode
from streams.household.facts import Fact
from streams.household.journal_event import EventKey
from streams.household.picture import Picture, first_difference, picture_of
from streams.household.rule_set import Asked, RuleSet
from streams.household.rules import ClockRule, EpisodeRule, EventRule, Rule
from streams.household.rules.rule import Span, Trigger
from streams.household.severity import Level
from streams.household.state import HouseholdState
from streams.household.terms import Calendar, milliseconds, start_of_day

# An event by itself has no severity; only an episode's may break a silence.
NO_SEVERITY = 0


class Condition(NamedTuple):
    """That a rule holds at an episode, at an event, or on a day, at its highest level.

    `trigger` is the id of the episode or event, for a clock rule of what its subject rests on;
    `triggered_ms` the episode's time T, the event's, or the beginning of the day;
    `severity` the episode's class.  `cited` is never empty.
    """

    rule: Rule
    subject: str
    level: Level
    trigger: EventKey
    triggered_ms: int
    severity: int
    cited: frozenset[EventKey]
    sentence: str

    @property
    def evidence(self) -> tuple[EventKey, ...]:
        """Return the events that give the condition, sorted; most conditions are never asked."""
        return tuple(sorted(self.cited))

    @property
    def key(self) -> tuple[str, str]:
        """Return the key of the finding to which it belongs."""
        return self.rule.rule_id, self.subject


Identity = tuple[str, str, EventKey]


def conditions(state: HouseholdState, as_of: date, rule_set: RuleSet) -> tuple[Condition, ...]:
    """Return all that holds for a household, in order of time, rule by rule; clock rules last.

    A function of the set of events: `as_of` decides which clock rules hold, it never hides an
    event.
    """
    picture = picture_of(state)
    return (
        *holding(picture, rule_set.asked(picture.facts_by_kind), rule_set.calendar),
        *(
            on_day(rule, span, as_of)
            for rule, span in spans_of(picture, rule_set, as_of)
            if span.holds_on(as_of)
        ),
    )


def holding(picture: Picture, asked: Asked, calendar: Calendar, first: int = 0) -> list[Condition]:
    """Return what holds at the episodes from number `first` on, and at single events."""
    found: list[Condition] = []
    for at in range(first, len(picture.episodes)):
        traits = picture.episodes[at].traits
        for rule in asked.episode_rules:
            if rule.shown is None or rule.shown in traits:
                found += [
                    _at(rule, trigger, picture.episodes[at])
                    for trigger in rule.at_episode(picture, at, calendar)
                ]
    for event_rule in asked.event_rules:
        found += at_events(event_rule, picture)
    return found


def at_events(rule: EventRule, picture: Picture) -> Iterator[Condition]:
    """Yield what one rule says at single events."""
    for occurrence in rule.occurrences(picture):
        yield _condition(rule, occurrence.trigger, occurrence.event, occurrence.at_ms, NO_SEVERITY)


def spans_of(picture: Picture, rule_set: RuleSet, since: date) -> list[tuple[ClockRule, Span]]:
    """Return the days after `since` on which clock rules hold, in order of rule, subject and day.

    Of a stretch that began before, all of it; `since` itself is covered by one that goes on.
    """
    found = []
    for rule in rule_set.asked(picture.facts_by_kind).clock_rules:
        spans = [
            span
            for span in rule.spans(picture, rule_set.calendar, since)
            if span.until is None or (span.until > since and not span.is_empty)
        ]
        if len(spans) > 1:
            spans.sort(key=lambda span: (span.subject, span.first, span.about))
        found += [(rule, span) for span in spans]
    return found


def on_day(rule: ClockRule, span: Span, day: date) -> Condition:
    """Return what a clock rule says on one day of the span."""
    at_ms = milliseconds(start_of_day(day))
    return Condition(
        rule=rule,
        subject=span.subject,
        level=span.level,
        trigger=span.about,
        triggered_ms=at_ms,
        severity=span.severity,
        cited=span.evidence,
        sentence=span.sentence(),
    )


def gained_and_lost(
    before: Picture, after: Picture, rule_set: RuleSet, fact: Fact | None
) -> tuple[list[Condition], bool]:
    """Return the conditions that newly hold, in order, and whether any holds no more.

    Newly: at another episode or event, or higher at the same one.  `fact` is what came, None when
    more than that changed: a rule looks back only and reads some kinds of facts only, so most
    need not be asked.
    """
    first = first_difference(before, after, fact)
    calendar = rule_set.calendar
    # What held before may rest on kinds of which a correction has taken the last one out.
    asked = rule_set.asked({*before.facts_by_kind, *after.facts_by_kind}, fact)
    held = {_identity(one): one.level for one in holding(before, asked, calendar, first)}
    holds = {_identity(one): one for one in holding(after, asked, calendar, first)}
    gained = [one for name, one in holds.items() if one.level > held.get(name, 0)]
    return gained, not held.keys() <= holds.keys()


def supporting(
    rule: Rule, picture: Picture, triggers: Collection[EventKey], calendar: Calendar
) -> Iterator[Condition]:
    """Yield what still holds, at any level, at the episodes and events that triggered a finding."""
    if isinstance(rule, EpisodeRule):
        for at, episode in enumerate(picture.episodes):
            if episode.key in triggers and (rule.shown is None or rule.shown in episode.traits):
                for trigger in rule.at_episode(picture, at, calendar):
                    yield _at(rule, trigger, episode)
    if isinstance(rule, EventRule):
        yield from (one for one in at_events(rule, picture) if one.trigger in triggers)


def _at(rule: EpisodeRule, trigger: Trigger, episode: Episode) -> Condition:
    return _condition(rule, trigger, episode.key, episode.at_ms, episode.severity)


def _condition(rule: Rule, trigger: Trigger, at: EventKey, at_ms: int, severity: int) -> Condition:
    level, evidence, sentence, subject = trigger
    return Condition(rule, subject, level, at, at_ms, severity, evidence, sentence)


def _identity(condition: Condition) -> Identity:
    return condition.rule.rule_id, condition.subject, condition.trigger
