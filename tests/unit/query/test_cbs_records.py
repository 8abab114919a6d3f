"""What becomes a record of which half-year, and which combinations CBS would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from query.cbs.candidates import (
    COMPLETED_BEFORE_RECEIVED,
    NO_VIOLENCE,
    NOT_COMPLETED,
    advice_candidate,
    investigation_candidate,
    report_candidate,
)
from query.cbs.checking import DOES_NOT_FIT, NOT_IN_LIST, NOT_UNIQUE, RULES, problems_of
from query.cbs.half_year import HalfYear
from query.cbs.layout import RecordSet, shipped_layout
from query.cbs.records import Record, lines

HALF = HalfYear(year=2025, half=1)
SETS: Mapping[str, RecordSet] = {each.name: each for each in shipped_layout().sets}


def report_row(**changes: Any) -> dict[str, Any]:
    return {
        "report_id": "M-1",
        "received_on": date(2025, 3, 3),
        "reasons": [],
        "nature": ["CHILD_ABUSE"],
        "forms": ["PHYSICAL_ABUSE"],
        "reporter_role": "01",
        "assessed_on": date(2025, 3, 10),
        "outcome": "NO_FOLLOW_UP",
        "investigation_id": None,
        "has_conditions": False,
        "conditions_started_on": None,
        "conditions_ended_on": None,
        "handed_over_on": None,
        "closed_on": None,
    } | changes


def outside(**changes: Any) -> str | None:
    candidate = report_candidate(report_row(**changes), "org", HALF)
    assert candidate is not None
    return candidate.outside


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"assessed_on": None, "outcome": None}, NOT_COMPLETED),
        ({"assessed_on": date(2025, 7, 1)}, NOT_COMPLETED),
        ({"assessed_on": date(2025, 6, 30)}, None),
        ({"outcome": "UNKNOWN"}, NOT_COMPLETED),
        ({"outcome": "HANDOVER_PROFESSIONAL"}, NOT_COMPLETED),
        ({"outcome": "HANDOVER_PROFESSIONAL", "handed_over_on": date(2025, 6, 30)}, None),
        ({"outcome": "HANDOVER_PROFESSIONAL", "handed_over_on": date(2025, 7, 1)}, NOT_COMPLETED),
        ({"outcome": "REGIONAL_CUSTOM", "closed_on": date(2025, 5, 1)}, None),
        ({"nature": ["OTHER_PROBLEMS", "UNKNOWN"]}, NO_VIOLENCE),
        ({"nature": ["OTHER_PROBLEMS"], "reasons": ["09"]}, None),
        ({"nature": ["OTHER_PROBLEMS", "CHILD_ABUSE"]}, None),
        ({"nature": []}, None),
        ({"assessed_on": date(2025, 3, 2)}, COMPLETED_BEFORE_RECEIVED),
        ({"assessed_on": date(2024, 12, 31)}, COMPLETED_BEFORE_RECEIVED),
    ],
)
def test_a_report_is_delivered_in_the_half_year_in_which_it_is_completed(
    changes: dict[str, Any], expected: str | None
) -> None:
    assert outside(**changes) == expected


def test_a_report_received_earlier_is_no_candidate_until_it_is_completed() -> None:
    before = {"received_on": date(2024, 12, 1)}
    done = report_candidate(report_row(**before), "org", HALF)
    assert done is not None and done.outside is None and not done.counted
    later = report_row(**before, assessed_on=date(2025, 7, 1))
    assert report_candidate(later, "org", HALF) is None


def test_conditions_run_from_their_start_to_their_end_and_not_to_a_handover() -> None:
    row = report_row(
        outcome="CONDITIONS_AND_FOLLOW_UP",
        has_conditions=True,
        conditions_started_on=date(2025, 3, 17),
        conditions_ended_on=date(2025, 5, 1),
        handed_over_on=date(2025, 4, 1),
    )
    candidate = report_candidate(row, "org", HALF)
    assert candidate is not None
    assert candidate.attributes["followup.started_on"] == date(2025, 3, 17)
    assert candidate.attributes["followup.ended_on"] == date(2025, 5, 1)
    assert outside(**{**row, "conditions_ended_on": None}) == NOT_COMPLETED


def test_an_investigation_number_belongs_to_reports_that_are_investigated() -> None:
    for outcome, expected in (("INVESTIGATION", "D-1"), ("NO_FOLLOW_UP", None)):
        row = report_row(outcome=outcome, investigation_id="D-1")
        candidate = report_candidate(row, "org", HALF)
        assert candidate is not None
        assert candidate.attributes["followup.investigation_id"] == expected
        assert candidate.attributes["followup.started_on"] is None


@pytest.mark.parametrize(
    ("results", "forms"), [(["03"], ("STALKING",)), (["02", "06"], ("STALKING",)), (["02"], ())]
)
def test_only_what_was_confirmed_has_a_kind(results: list[str], forms: tuple[str, ...]) -> None:
    row = report_row() | {
        "service_id": "D-1",
        "picked_up_on": date(2025, 3, 11),
        "status_on": date(2025, 5, 1),
        "result_codes": results,
        "is_completed": True,
        "forms": ["STALKING"],
        "handover_codes": [],
        "handover_kinds": [],
    }
    candidate = investigation_candidate(row, "org")
    assert candidate.attributes["investigation.confirmed_forms"] == forms


def test_an_advice_about_something_else_is_no_record() -> None:
    row = {"id": "a", "given_on": HALF.first, "reasons": [], "seeker_role": None}
    assert advice_candidate(row | {"nature": ["OTHER_PROBLEMS"]}, "org").outside == NO_VIOLENCE
    assert advice_candidate(row | {"nature": ["UNKNOWN"]}, "org").outside is None


FIT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "meldingen": {
        "organisatie": ("org",),
        "nummer": ("ML1",),
        "aanleiding": ("08",),
        "aard": ("01",),
        "datum_melding": ("20250303",),
        "hoedanigheid": ("01",),
        "vervolg": ("04",),
        "onderzoeksnummer": (),
        "start_vervolgtraject": (),
        "einde_bemoeienis": (),
        "bsn": ("000000000",),
        "geboortedatum": (),
        "geslacht": ("O",),
    },
    "onderzoeken": {
        "organisatie": ("org",),
        "nummer": ("OZ1",),
        "aanleiding": ("08",),
        "start_onderzoek": ("20250310",),
        "afronding_onderzoek": ("20250501",),
        "uitkomst": ("03",),
        "aard": ("01",),
        "vervolg": ("01",),
        "bsn": ("000000000",),
        "geboortedatum": (),
        "geslacht": ("O",),
    },
}


def record(name: str, **changes: tuple[str, ...]) -> Record:
    return Record(
        values={**FIT[name], **changes}, identity="", stood_in=frozenset(), unknown=frozenset()
    )


def refused(name: str, *records: Record) -> list[str]:
    return [each.problem for each in problems_of(SETS[name], records) if each.is_refused]


@pytest.mark.parametrize("name", FIT)
def test_a_record_that_is_fit_has_no_refusal(name: str) -> None:
    assert refused(name, record(name)) == []


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("meldingen", {"vervolg": ("01",)}, "an investigation follows"),
        (
            "meldingen",
            {"vervolg": ("02",), "start_vervolgtraject": ("20250310",)},
            "a follow-up is arranged",
        ),
        (
            "meldingen",
            {"start_vervolgtraject": ("20250310",), "einde_bemoeienis": ("20250309",)},
            "the days are out of order",
        ),
        ("meldingen", {"start_vervolgtraject": ("20250302",)}, "the days are out of order"),
        ("onderzoeken", {"start_onderzoek": ("20250502",)}, "the days are out of order"),
        ("onderzoeken", {"uitkomst": ("02", "03")}, "says two different things"),
        ("onderzoeken", {"uitkomst": ("03", "05", "06")}, "says two different things"),
        ("onderzoeken", {"aard": ()}, "the violence is confirmed"),
        ("onderzoeken", {"uitkomst": ("02",)}, "a kind of violence that was not confirmed"),
        ("onderzoeken", {"vervolg": ("01", "21")}, "no follow-up beside a handover"),
        ("meldingen", {"aard": ("12",)}, NOT_IN_LIST),
        ("meldingen", {"organisatie": ("x" * 21,)}, DOES_NOT_FIT),
        ("meldingen", {"organisatie": ("é",)}, DOES_NOT_FIT),
        ("meldingen", {"hoedanigheid": ("01", "02")}, DOES_NOT_FIT),
        ("meldingen", {"datum_melding": ()}, "required, and not registered"),
    ],
)
def test_each_thing_that_cannot_be_is_found(
    name: str, changes: dict[str, tuple[str, ...]], said: str
) -> None:
    (problem,) = refused(name, record(name, **changes))
    assert problem.startswith(said)


def test_every_rule_has_a_case_above() -> None:
    cases = {mark.args[1][index][2] for mark in _marks() for index in range(len(mark.args[1]))}
    assert all(any(rule.problem.startswith(said) for said in cases) for rule in RULES)


def _marks() -> list[pytest.Mark]:
    test: Any = test_each_thing_that_cannot_be_is_found
    return list(test.pytestmark)


def test_a_number_that_stands_twice_is_refused() -> None:
    assert refused("meldingen", record("meldingen"), record("meldingen")) == [NOT_UNIQUE]


def test_a_value_that_does_not_fit_moves_nothing_behind_it() -> None:
    wrong = record("meldingen", organisatie=("x" * 21,))
    (line,) = lines([wrong], SETS["meldingen"]).decode("ascii").split("\r\n")[:-1]
    assert line[:20].strip() == ""
    assert line[20:34].strip() == "ML1"


def test_half_years() -> None:
    assert (HALF.first, HALF.last) == (date(2025, 1, 1), date(2025, 6, 30))
    second = HalfYear.parse("2024-2")
    assert (second.first, second.last) == (date(2024, 7, 1), date(2024, 12, 31))
    for text in ("2025-3", "2025", "2014-2", "25-1", "2025-1 "):
        with pytest.raises(ValueError, match="write a half-year"):
            HalfYear.parse(text)
