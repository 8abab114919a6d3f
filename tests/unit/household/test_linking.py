"""Which household an event belongs to, one case per test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.identity import HouseholdId, Pid
from streams.household.linking import (
    EventKey,
    Found,
    Join,
    Kind,
    Known,
    NamedPerson,
    NoHousehold,
    Reason,
    ReferenceKey,
    ReviewKind,
    Statement,
    UnknownHousehold,
    Wait,
    best_household,
    decide,
    new_references,
)

OLD, YOUNG = HouseholdId("old"), HouseholdId("young")
FOUNDED = {OLD: 1, YOUNG: 2}
ROLES = {"v": "VICTIM", "c": "CHILD", "p": "SUSPECTED_PERPETRATOR", "o": "OTHER_HOUSEHOLD_MEMBER"}


def known(
    memberships: Mapping[str, str] | None = None,
    references: Mapping[str, HouseholdId] | None = None,
    events: Mapping[EventKey, tuple[HouseholdId, ...]] | None = None,
) -> Known:
    """Return what is known; memberships as {"anna": "old young"}."""
    return Known(
        references={reference(r): h for r, h in (references or {}).items()},
        memberships={
            Pid(pid): {HouseholdId(h) for h in households.split()}
            for pid, households in (memberships or {}).items()
        },
        founded=FOUNDED,
        events=events or {},
    )


def reference(text: str) -> ReferenceKey:
    scope, token = text.split(":")
    return ReferenceKey(scope=scope, token=token)


def said(persons: str = "", references: str = "", **fields: Any) -> Statement:
    """Return a statement; persons as "anna/v bert/p", references as "case:1 report:2"."""
    named = [text.split("/") for text in persons.split()]
    described: dict[str, Any] = {"kind": Kind.PARTNER, "founds": True} | fields
    return Statement(
        **described,
        persons=tuple(NamedPerson(pid=Pid(pid), role=ROLES[role]) for pid, role in named),
        references=tuple(reference(text) for text in references.split()),
    )


def test_a_signal_about_strangers_founds_a_household() -> None:
    assert decide(said("anna/v"), known()) == Found()


def test_an_event_that_does_not_found_waits_for_strangers() -> None:
    assert decide(said("anna/v", founds=False), known()) == Wait()


def test_an_event_joins_the_household_of_its_person() -> None:
    decision = decide(said("anna/v bert/o"), known({"anna": "young"}))
    assert decision == Join(households=(YOUNG,), reason=Reason.PERSON)


def test_most_shared_persons_win() -> None:
    decision = decide(
        said("anna/v bert/o cora/c"), known({"anna": "old", "bert": "young", "cora": "young"})
    )
    assert isinstance(decision, Join) and decision.households == (YOUNG,)


def test_the_oldest_of_equals_wins() -> None:
    decision = decide(said("anna/v bert/o"), known({"bert": "old", "anna": "young"}))
    assert isinstance(decision, Join) and decision.households == (OLD,)


def test_a_perpetrator_with_a_new_victim_opens_another_household() -> None:
    assert decide(said("paul/p anna/v"), known({"paul": "old"})) == Found()


def test_a_perpetrator_with_a_new_child_opens_another_household() -> None:
    assert decide(said("paul/p cora/c"), known({"paul": "old"})) == Found()


def test_a_perpetrator_without_a_new_victim_joins_his_own() -> None:
    decision = decide(said("paul/p olga/o"), known({"paul": "old"}))
    assert decision == Join(households=(OLD,), reason=Reason.PERSON)


def test_a_perpetrator_with_the_victim_of_that_household_joins_it() -> None:
    decision = decide(said("paul/p anna/v"), known({"paul": "old", "anna": "old"}))
    assert isinstance(decision, Join) and decision.households == (OLD,)


def test_a_perpetrator_does_not_draw_the_victim_out_of_her_own_household() -> None:
    decision = decide(said("paul/p anna/v"), known({"paul": "old", "anna": "young"}))
    assert isinstance(decision, Join) and decision.households == (YOUNG,)


def test_a_reference_comes_before_persons_and_the_disagreement_is_reviewed() -> None:
    decision = decide(said("anna/v", "case:1"), known({"anna": "young"}, {"case:1": OLD}))
    assert isinstance(decision, Join)
    assert (decision.households, decision.reason) == ((OLD,), Reason.REFERENCE)
    assert [(r.kind, r.households) for r in decision.reviews] == [
        (ReviewKind.PERSONS_DISAGREE, (OLD, YOUNG))
    ]


def test_a_reference_that_persons_do_not_contradict_needs_no_review() -> None:
    decision = decide(
        said("anna/v bert/o", "case:1"), known({"anna": "old", "bert": "young"}, {"case:1": YOUNG})
    )
    assert decision == Join(households=(YOUNG,), reason=Reason.REFERENCE)


def test_the_first_of_disagreeing_references_wins_and_is_reviewed() -> None:
    decision = decide(said("", "case:1 report:2"), known({}, {"case:1": YOUNG, "report:2": OLD}))
    assert isinstance(decision, Join) and decision.households == (YOUNG,)
    assert [r.kind for r in decision.reviews] == [ReviewKind.REFERENCES_DISAGREE]


def test_a_known_case_does_not_stand_in_for_an_unknown_report() -> None:
    statement = said("", "case:1 report:2", founds=False)
    assert decide(statement, known({}, {"case:1": OLD})) == Wait()
    assert isinstance(decide(statement, known({}, {"case:1": OLD, "report:2": OLD})), Join)


def test_a_founding_event_brings_its_report_itself() -> None:
    decision = decide(said("", "case:1 report:2"), known({}, {"case:1": OLD}))
    assert isinstance(decision, Join) and decision.households == (OLD,)


def test_who_is_only_told_something_finds_no_household() -> None:
    reporter = NamedPerson(pid=Pid("anna"), role="UNKNOWN", is_subject=False)
    statement = Statement(kind=Kind.PARTNER, persons=(reporter,))
    assert best_household(statement, known({"anna": "old"})) is None
    assert decide(statement, known({"anna": "old"})) == Wait()


def test_a_correction_belongs_where_its_target_belongs() -> None:
    target = EventKey(source="s", event_id="1")
    statement = Statement(kind=Kind.CORRECTION, corrects=target)
    assert decide(statement, known()) == Wait()
    decision = decide(statement, known(events={target: (OLD, YOUNG)}))
    assert decision == Join(households=(OLD, YOUNG), reason=Reason.CORRECTION)
    assert decide(statement, known(events={target: ()})) == NoHousehold()


def test_a_decision_goes_to_the_households_it_names() -> None:
    decision = decide(Statement(kind=Kind.DECISION, households=(YOUNG, OLD)), known())
    assert decision == Join(households=(YOUNG, OLD), reason=Reason.DECISION)
    assert decide(Statement(kind=Kind.DECISION), known()) == NoHousehold()


def test_a_decision_on_a_household_that_does_not_exist_is_refused() -> None:
    statement = Statement(kind=Kind.DECISION, households=(OLD, HouseholdId("nobody")))
    assert decide(statement, known()) == UnknownHousehold()


def test_the_hub_speaks_of_no_household() -> None:
    assert decide(Statement(kind=Kind.HUB), known()) == NoHousehold()


def test_only_unknown_references_are_new() -> None:
    statement = said("", "case:1 report:2")
    assert new_references(statement, known({}, {"case:1": OLD})) == (reference("report:2"),)
