"""What the rules say of a case, in the form in which the case says what it expects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from streams.household.conditions import Condition, conditions
from streams.household.fold import INITIAL, evolve
from streams.household.picture import picture_of
from streams.household.rule_set import DEFAULT_RULE_SET, RuleSet
from streams.household.state import HouseholdState
from streams.household.terms import day_of
from tests.spec.rules.shape import Case
from tests.support.journal import events

SOME_DAY = date(2026, 6, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The levels at the episodes, at single events by day, and on the days of the case."""

    levels: tuple[str | None, ...]
    at_events: tuple[tuple[str, str], ...]
    on_days: tuple[tuple[str, str | None], ...]


def verdict(case: Case, rule_set: RuleSet = DEFAULT_RULE_SET) -> Verdict:
    state = state_of(case)
    episodes = picture_of(state).episodes
    names = {episode.key for episode in episodes}
    found = held(case, rule_set=rule_set)
    levels = {one.trigger: one.level.name for one in found if one.trigger in names}
    elsewhere = [one for one in found if one.trigger not in names]
    return Verdict(
        levels=tuple(levels.get(episode.key) for episode in episodes),
        at_events=tuple(
            (day_of(one.triggered_ms).isoformat(), one.level.name) for one in elsewhere
        ),
        on_days=tuple((day, _level_on(case, day, rule_set)) for day, _ in case.on_days),
    )


def expected(case: Case, verdict: Verdict) -> Verdict:
    """Return what the case expects; where it gives no levels, none is expected."""
    is_clock = bool(case.on_days)
    return Verdict(
        levels=tuple(case.levels) or (None,) * len(verdict.levels),
        at_events=verdict.at_events if is_clock else tuple(case.at_events),
        on_days=tuple(case.on_days),
    )


def agrees(case: Case, rule_set: RuleSet = DEFAULT_RULE_SET) -> bool:
    """Say whether the rules do what the case expects; of a clock rule its days are asked only."""
    said = verdict(case, rule_set)
    wanted = expected(case, said)
    if case.on_days:
        return said.on_days == wanted.on_days
    return said == wanted


def state_of(case: Case) -> HouseholdState:
    state = INITIAL
    for event in events([line.said for line in case.lines]):
        state = evolve(state, event)
    return state


def held(
    case: Case, as_of: date = SOME_DAY, rule_set: RuleSet = DEFAULT_RULE_SET
) -> list[Condition]:
    return [
        condition
        for condition in conditions(state_of(case), as_of, rule_set)
        if condition.rule.rule_id == case.rule
    ]


def _level_on(case: Case, day: str, rule_set: RuleSet) -> str | None:
    found = held(case, date.fromisoformat(day), rule_set)
    return max(one.level for one in found).name if found else None
