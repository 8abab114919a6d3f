from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from query import wording
from schemas.events import EVENT_TYPES
from streams.household.findings import REASON_CORRECTED, REASON_REASSESSED
from streams.household.rules import RULES


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0"), (999, "999"), (1234, "1.234"), (1234567, "1.234.567")]
)
def test_thousands_are_marked_the_dutch_way(number: int, words: str) -> None:
    assert wording.number_digits(number) == words


def test_what_is_not_known_is_a_dash() -> None:
    assert wording.number_digits(None) == "–"
    assert wording.day_words(None) == "–"
    assert wording.instant_digits(None) == "–"
    assert wording.municipality_word(None) == "–"


def test_instants_are_shown_on_the_amsterdam_clock() -> None:
    summer = datetime(2025, 9, 14, 22, 30, tzinfo=UTC)
    winter = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert wording.instant_digits(summer) == "15-09-2025 00:30"
    assert wording.instant_digits(winter) == "01-01-2026 00:30"


def test_days_are_written_out() -> None:
    assert wording.day_words(date(2025, 3, 1)) == "1 maart 2025"
    assert wording.day_digits(date(2025, 3, 1)) == "01-03-2025"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "ja"),
        (False, "nee"),
        (None, "–"),
        ("", "–"),
        ([], "–"),
        (["Stalking", "Verwurging"], "Stalking, Verwurging"),
        (15, "15"),
        (2.5, "2,5"),
        ("matig", "matig"),
    ],
)
def test_values_are_words(value: object, words: str) -> None:
    assert wording.value_words(value) == words


def test_levels_go_from_highest_to_lowest_each_with_a_shape_of_its_own() -> None:
    assert [level.word for level in wording.LEVELS] == [
        "Kritiek",
        "Hoog",
        "Aandacht",
        "Ter informatie",
    ]
    assert len({level.symbol for level in wording.LEVELS}) == len(wording.LEVELS)


def test_an_unknown_level_is_no_level() -> None:
    with pytest.raises(KeyError):
        wording.level_of("UNKNOWN")


def test_every_event_with_a_topic_of_its_own_has_a_kind_of_sender() -> None:
    without = {
        name
        for name, event_type in EVENT_TYPES.items()
        if not event_type.is_advice and wording.sender_word(name) is None
    }
    assert without == {"EventCorrected"}


def test_a_correction_speaks_for_the_sender_of_the_other_events() -> None:
    words = wording.sender_words(
        [("urn:a", "EventCorrected"), ("urn:a", "PoliceReportSubmitted"), ("urn:b", "Unheard")]
    )
    assert words == {"urn:a": "Politie"}


def test_reasons_come_from_the_code_lists_and_an_unlisted_one_is_readable() -> None:
    assert wording.reason_word("NO_ACTION_NEEDED") == "Geen actie nodig"
    assert wording.reason_word("INPUT_ERROR") == "Invoerfout"
    assert wording.reason_word("SOMETHING_NEW") == "something new"


def test_the_folds_own_reasons_have_words() -> None:
    for reason in (REASON_CORRECTED, REASON_REASSESSED):
        assert wording.reason_word(reason) != reason.replace("_", " ").lower()


def test_the_parameters_of_every_rule_have_a_dutch_name() -> None:
    for rule in RULES:
        for field in dataclasses.fields(rule):
            word = wording.parameter_word(field.name)
            assert word != field.name.replace("_", " "), f"{rule.rule_id}: {field.name}"


def test_a_token_is_short_on_the_screen() -> None:
    assert wording.short_token("3f9c71a2-5f0e-4c1b-9a44-0d8e2b7c6a10") == "3f9c71a2"
