from __future__ import annotations

import pytest

from streams.household.process import process_of
from streams.household.process_words import (
    CASE_WORDS,
    IRREGULARITY_WORDS,
    MDA_WORDS,
    ORDER_WORDS,
    SERVICE_WORDS,
    CaseState,
    Irregularity,
    MdaState,
    OrderState,
    ServiceState,
)
from tests.spec.process.cases import CASES, Case
from tests.spec.process.side_cases import ORDERS, REGISTRATIONS
from tests.support.case_journal import case_events, step
from tests.support.journal import police


def title(case: Case) -> str:
    return case.title


@pytest.mark.parametrize("case", CASES, ids=title)
def test_a_case(case: Case) -> None:
    process = process_of(case_events(case.steps))
    (found,) = process.cases
    assert found.state == case.state
    assert [flagged.code for flagged in process.flagged] == list(case.wrong)
    assert process.state is found.state


@pytest.mark.parametrize("case", ORDERS, ids=title)
def test_a_restraining_order(case: Case) -> None:
    process = process_of(case_events(case.steps))
    (found,) = process.orders
    assert found.state == case.state
    assert [code for _, code in found.irregularities] == list(case.wrong)


@pytest.mark.parametrize("case", REGISTRATIONS, ids=title)
def test_an_mda_registration(case: Case) -> None:
    process = process_of(case_events(case.steps))
    (found,) = process.registrations
    assert found.state == case.state
    assert [flagged.code for flagged in process.flagged] == list(case.wrong)


def test_every_state_and_every_code_occurs_in_a_case() -> None:
    every = (*CASES, *ORDERS, *REGISTRATIONS)
    codes = {code for case in every for code in case.wrong}
    assert codes == set(Irregularity)
    # UNKNOWN is a case of which only a telling was heard; see the last test.
    assert {case.state for case in CASES} | {"UNKNOWN"} == set(CaseState)
    assert {case.state for case in ORDERS} == set(OrderState)
    assert {case.state for case in REGISTRATIONS} >= {MdaState.UNKNOWN, MdaState.CLOSED}


def test_every_state_and_every_code_has_dutch_words() -> None:
    assert set(CASE_WORDS) == set(CaseState)
    assert set(SERVICE_WORDS) == set(ServiceState)
    assert set(ORDER_WORDS) == set(OrderState)
    assert set(MDA_WORDS) == set(MdaState)
    assert set(IRREGULARITY_WORDS) == set(Irregularity)
    assert all(sentence.endswith(".") for sentence in IRREGULARITY_WORDS.values())


def test_a_household_stands_where_most_is_asked() -> None:
    closed = [step("REPORT", "2025-01-02"), step("CLOSED", "2025-01-09")]
    other = [step("REPORT", "2025-03-03", case_id="Z2", report_id="M2")]
    assert process_of(case_events([])).state is CaseState.UNKNOWN
    assert process_of(case_events([police("2025-01-01", "p")])).state is CaseState.RECEIVED
    assert process_of(case_events(closed)).state is CaseState.CLOSED
    assert process_of(case_events([*closed, *other])).state is CaseState.IN_ASSESSMENT


def test_a_case_of_which_only_a_telling_was_heard_has_no_state_yet() -> None:
    (found,) = process_of(case_events([step("TOLD", "2025-03-03")])).cases
    assert found.state is CaseState.UNKNOWN
    assert found.since is None
    assert len(found.told) == 1
