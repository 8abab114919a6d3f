from __future__ import annotations

from datetime import date

import pytest

from streams.household.conditions import Condition, conditions
from streams.household.fold import INITIAL, evolve
from streams.household.picture import picture_of
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.rules import RULES
from streams.household.state import HouseholdState
from streams.household.terms import day_of
from tests.spec.rules.cases import CASES
from tests.spec.rules.render import PAGE, page
from tests.spec.rules.shape import Case
from tests.support.journal import events

SOME_DAY = date(2026, 6, 1)


def state_of(case: Case) -> HouseholdState:
    state = INITIAL
    for event in events([line.said for line in case.lines]):
        state = evolve(state, event)
    return state


def held(case: Case, as_of: date = SOME_DAY) -> list[Condition]:
    return [
        condition
        for condition in conditions(state_of(case), as_of, DEFAULT_RULE_SET)
        if condition.rule.rule_id == case.rule
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.title}")
def test_rule(case: Case) -> None:
    state = state_of(case)
    episodes = picture_of(state).episodes
    names = {episode.key for episode in episodes}
    at_episodes = {c.trigger: c.level.name for c in held(case) if c.trigger in names}
    if case.levels:
        assert [at_episodes.get(episode.key) for episode in episodes] == list(case.levels)
    if not case.on_days:
        told = [
            (day_of(c.triggered_ms).isoformat(), c.level.name)
            for c in held(case)
            if c.trigger not in names
        ]
        assert told == list(case.at_events)
        assert case.levels or not at_episodes
    for day, level in case.on_days:
        found = held(case, date.fromisoformat(day))
        assert [c.level.name for c in found] == ([] if level is None else [level]), day
    for condition in held(case):
        assert condition.evidence and condition.sentence
        assert all(key in state.facts for key in condition.evidence)


def test_every_rule_has_cases_in_which_it_speaks_and_in_which_it_is_silent() -> None:
    for rule in RULES:
        cases = [case for case in CASES if case.rule == rule.rule_id]
        levels = {level for case in cases for level in case.levels}
        levels |= {level for case in cases for _, level in (*case.at_events, *case.on_days)}
        speaks = any(level is not None for level in levels)
        is_silent = None in levels or any(
            not case.at_events and not case.levels and not case.on_days for case in cases
        )
        assert speaks and is_silent, rule.rule_id


def test_the_page_of_the_rules_says_what_is_tested() -> None:
    message = "run `python -m tests.spec.rules.render`"
    assert PAGE.read_text(encoding="utf-8") == page(), message
