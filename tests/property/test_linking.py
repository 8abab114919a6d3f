"""What holds of linking for any families and any events."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from schemas.identity import HouseholdId, Pid
from streams.household.linking import (
    Found,
    Join,
    Kind,
    Known,
    NamedPerson,
    ReferenceKey,
    Statement,
    Wait,
    decide,
)

PIDS = st.sampled_from([Pid(name) for name in "abcdef"])
ROLES = st.sampled_from(["SUSPECTED_PERPETRATOR", "VICTIM", "CHILD", "OTHER_HOUSEHOLD_MEMBER"])
REFERENCES = st.builds(
    ReferenceKey, scope=st.sampled_from(["case", "report"]), token=st.sampled_from("123")
)
STATEMENTS = st.builds(
    Statement,
    kind=st.just(Kind.PARTNER),
    founds=st.booleans(),
    references=st.lists(REFERENCES, max_size=3, unique=True).map(tuple),
    persons=st.dictionaries(PIDS, ROLES, max_size=4).map(
        lambda roles: tuple(NamedPerson(pid=pid, role=role) for pid, role in roles.items())
    ),
)


def linked(statements: list[Statement]) -> list[tuple[HouseholdId, ...]]:
    """Link statements in order, as admission does, and return where each went."""
    references: dict[ReferenceKey, HouseholdId] = {}
    members: dict[Pid, set[HouseholdId]] = defaultdict(set)
    founded: dict[HouseholdId, int] = {}
    places = []
    for statement in statements:
        known = Known(references=references, memberships=members, founded=founded, events={})
        decision = decide(statement, known)
        households: tuple[HouseholdId, ...] = ()
        if isinstance(decision, Found):
            households = (HouseholdId(f"h{len(founded)}"),)
            founded[households[0]] = len(founded)
        elif isinstance(decision, Join):
            households = decision.households
        else:
            assert decision == Wait()
        for household in households:
            for reference in statement.references:
                references.setdefault(reference, household)
            for person in statement.persons:
                members[person.pid].add(household)
        places.append(households)
    return places


@given(st.lists(STATEMENTS, max_size=12))
def test_a_founding_event_always_has_exactly_one_household(statements: list[Statement]) -> None:
    for statement, households in zip(statements, linked(statements), strict=True):
        assert len(households) == 1 if statement.founds else len(households) <= 1


@given(st.lists(STATEMENTS, max_size=12), STATEMENTS)
def test_saying_it_again_finds_the_same_household(
    statements: list[Statement], statement: Statement
) -> None:
    *_, first, again = linked([*statements, statement, statement])
    if first and (statement.references or statement.persons):
        assert first == again


@given(st.lists(STATEMENTS, max_size=12))
def test_a_shared_reference_is_a_shared_household_when_it_stands_first(
    statements: list[Statement],
) -> None:
    seen: dict[ReferenceKey, tuple[HouseholdId, ...]] = {}
    for statement, households in zip(statements, linked(statements), strict=True):
        if households and statement.references and statement.references[0] in seen:
            assert households == seen[statement.references[0]]
        for reference in statement.references if households else ():
            seen.setdefault(reference, households)


@given(st.lists(STATEMENTS, max_size=12), st.permutations(sorted("abcdef")))
def test_the_names_of_tokens_do_not_matter(statements: list[Statement], names: list[str]) -> None:
    renaming = dict(zip("abcdef", names, strict=True))
    renamed = [
        Statement(
            kind=s.kind,
            founds=s.founds,
            references=s.references,
            persons=tuple(NamedPerson(pid=Pid(renaming[p.pid]), role=p.role) for p in s.persons),
        )
        for s in statements
    ]
    assert linked(statements) == linked(renamed)
