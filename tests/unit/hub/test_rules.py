from __future__ import annotations

from datetime import date

import pytest

from hub.rules import defaults, parse_changes
from hub.trials import week_of
from streams.engine.errors import StopError
from streams.household.rules import RULES


def test_numbers_are_set_by_name_and_n_is_short_for_the_first_count() -> None:
    assert parse_changes("R01", ["n=4", "window_days=180"]) == {
        "attention_episodes": 4,
        "window_days": 180,
    }
    assert parse_changes("R01", []) == {}


@pytest.mark.parametrize("text", ["sectors=2", "n", "attention_episodes", "=4"])
def test_an_unknown_number_names_what_there_is(text: str) -> None:
    with pytest.raises(StopError, match=r"R01 cannot set that; it has .*attention_episodes"):
        parse_changes("R01", [text])


@pytest.mark.parametrize("text", ["n=", "n=-1", "n=vier", "n=4.5", "n=²", "n=100000"])
def test_a_number_is_a_whole_number(text: str) -> None:
    with pytest.raises(StopError, match="attention_episodes takes a whole number"):
        parse_changes("R01", [text])


def test_an_unknown_rule_names_the_rules() -> None:
    with pytest.raises(StopError, match="there is no rule R99; there are R01"):
        parse_changes("R99", [])


def test_every_rule_has_its_defaults() -> None:
    for rule in RULES:
        known = defaults(rule.rule_id)
        assert parse_changes(rule.rule_id, [f"{n}={v}" for n, v in known.items()]) == known


def test_weeks_are_iso_weeks() -> None:
    assert week_of(date(2024, 12, 30)) == "2025-W01"
    assert week_of(date(2025, 2, 2)) == "2025-W05"
