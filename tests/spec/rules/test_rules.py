from __future__ import annotations

from datetime import date

import pytest

from streams.household.conditions import conditions
from streams.household.episodes import episodes_of
from streams.household.fold import INITIAL, evolve
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.rules import RULES
from tests.spec.rules.cases import CASES, POLICE, Case, Signal
from tests.spec.rules.render import CASES_OF_THE_PAGE, PAGE, page, page_cases
from tests.support.journal import Said, events, police, school


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.title}")
def test_rule(case: Case) -> None:
    state = INITIAL
    for event in events([_said(signal, str(n)) for n, signal in enumerate(case.signals)]):
        state = evolve(state, event)
    episodes = episodes_of(state)
    held = {
        condition.trigger: condition
        for condition in conditions(state, date(2026, 6, 1), DEFAULT_RULE_SET)
        if condition.rule.rule_id == case.rule
    }
    levels = [held[e.key].level.name if e.key in held else None for e in episodes]
    assert levels == list(case.levels)
    assert all(condition.evidence and condition.sentence for condition in held.values())
    assert all(key in state.facts for condition in held.values() for key in condition.evidence)


def test_every_rule_has_cases_in_which_it_speaks_and_in_which_it_is_silent() -> None:
    for rule in RULES:
        levels = {level for case in CASES if case.rule == rule.rule_id for level in case.levels}
        assert None in levels
        assert len(levels) > 1


def test_the_page_of_the_rules_says_what_is_tested() -> None:
    message = "run `python -m tests.spec.rules.render`"
    assert PAGE.read_text(encoding="utf-8") == page(), message


def test_the_analysts_page_of_the_rules_says_what_is_tested() -> None:
    message = "run `python -m tests.spec.rules.render`"
    assert CASES_OF_THE_PAGE.read_text(encoding="utf-8") == page_cases(), message


def _said(signal: Signal, name: str) -> Said:
    if signal.by == POLICE:
        return police(
            signal.at,
            name,
            number=signal.number,
            flags=signal.flags,
            forms=signal.forms,
            sash=signal.sash,
        )
    return school(signal.at, name, sector=signal.by, flags=signal.flags, forms=signal.forms)
