from __future__ import annotations

import pytest

from streams.household.rules import RULES
from tests.spec.rules.cases import CASES
from tests.spec.rules.judging import expected, held, state_of, verdict
from tests.spec.rules.measured import EXPLAINED, RATES, TOO_HIGH
from tests.spec.rules.render import CASES_OF_THE_PAGE, PAGE, page, page_cases
from tests.spec.rules.shape import Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.title}")
def test_rule(case: Case) -> None:
    said = verdict(case)
    wanted = expected(case, said)
    if case.on_days:
        assert said.on_days == wanted.on_days
    else:
        assert said == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.title}")
def test_what_holds_cites_events_of_the_household_and_says_why(case: Case) -> None:
    facts = state_of(case).facts
    for condition in held(case):
        assert condition.evidence and condition.sentence
        assert facts.keys() >= {*condition.evidence}


def test_every_rule_has_cases_in_which_it_speaks_and_in_which_it_is_silent() -> None:
    for rule in RULES:
        cases = [case for case in CASES if case.rule == rule.rule_id]
        levels = {level for case in cases for level in case.levels}
        levels |= {level for case in cases for _, level in (*case.at_events, *case.on_days)}
        silent = [c for c in cases if not (c.levels or c.at_events or c.on_days)]
        assert levels - {None} and (None in levels or silent), rule.rule_id


def test_no_rule_asks_for_too_much_without_saying_why() -> None:
    assert list(RATES) == [rule.rule_id for rule in RULES]
    too_high = {rule_id for rule_id, rate in RATES.items() if rate["is_too_high"]}
    assert too_high == TOO_HIGH <= EXPLAINED.keys()


def test_the_page_of_the_rules_says_what_is_tested() -> None:
    message = "run `python -m tests.spec.rules.render`"
    assert PAGE.read_text(encoding="utf-8") == page(), message


def test_the_analysts_page_of_the_rules_says_what_is_tested() -> None:
    message = "run `python -m tests.spec.rules.render`"
    assert CASES_OF_THE_PAGE.read_text(encoding="utf-8") == page_cases(), message
