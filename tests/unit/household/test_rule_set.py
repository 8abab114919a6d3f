from __future__ import annotations

import json
from datetime import date

import pytest

from streams.household.rule_set import (
    DEFAULT_RULE_SET,
    calendar_payload,
    rule_as_it_was,
    rule_set_of,
    rules_payload,
)
from streams.household.rules import RULES


def payload(**rules: object) -> dict[str, object]:
    return {"rules": {name: json.dumps(form) for name, form in rules.items()}, "calendar": []}


def test_what_is_activated_is_what_was_said() -> None:
    said = {"rules": rules_payload(DEFAULT_RULE_SET), "calendar": []}
    assert rule_set_of(said) == DEFAULT_RULE_SET
    assert list(said["rules"]) == [rule.rule_id for rule in RULES]


def test_parameters_replace_defaults_and_rules_left_out_are_off() -> None:
    rule_set = rule_set_of(payload(R01={"version": 1, "parameters": {"attention_episodes": 4}}))
    assert [rule.canonical_parameters() for rule in rule_set.rules] == [
        '{"attention_episodes":4,"high_episodes":5,"window_days":365}'
    ]


def test_the_calendar_is_part_of_the_rules_in_force() -> None:
    rule_set = rule_set_of({"rules": {}, "calendar": ["2025-05-30", "2024-05-10"]})
    assert not rule_set.calendar.is_working_day(date(2025, 5, 30))
    assert calendar_payload(rule_set) == ["2024-05-10", "2025-05-30"]


@pytest.mark.parametrize(
    "wrong",
    [
        payload(R99={"version": 1, "parameters": {}}),
        payload(R01={"version": 2, "parameters": {}}),
        payload(R01={"version": 1}),
        payload(R01={"version": 1, "parameters": {"days": 1}}),
        payload(R01={"version": 1, "parameters": {"window_days": "365"}}),
        payload(R01={"version": 1, "parameters": {"window_days": True}}),
        payload(R01={"version": 1, "parameters": {"window_days": -1}}),
        payload(R01=[]),
    ],
)
def test_a_rule_that_this_program_does_not_have_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="R"):
        rule_set_of(wrong)


def test_the_rule_that_raised_a_finding_can_be_asked_again() -> None:
    for rule in DEFAULT_RULE_SET.rules:
        assert rule_as_it_was(rule.rule_id, rule.version, rule.canonical_parameters()) == rule
    with pytest.raises(ValueError, match="version 7"):
        rule_as_it_was("R01", 7, "{}")


def test_rule_ids_are_unique_and_every_rule_says_what_it_is() -> None:
    assert len({rule.rule_id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.label
        assert rule.ground
        assert rule.meaning
        assert rule.version >= 1
