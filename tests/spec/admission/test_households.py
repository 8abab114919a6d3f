"""Which household an event belongs to, as tables: each row is an event, in the order of arrival.

A household is named by a capital in order of founding; "…" is an event that waits. Persons stand
with their role: v victim, c child, p suspected perpetrator, o other. "!" after the household means
that a person is asked to look (definitions.md, "Household"; architecture.md §6.5).
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from schemas.identity import HouseholdId, Pid
from streams.household.linking import (
    Found,
    Join,
    Kind,
    Known,
    NamedPerson,
    ReferenceKey,
    Statement,
    decide,
)

ROLES = {"v": "VICTIM", "c": "CHILD", "p": "SUSPECTED_PERPETRATOR", "o": "OTHER_HOUSEHOLD_MEMBER"}

SPECS = {
    "the same people are the same household": """
        founds | persons      | references | household
        yes    | anna/v bob/p |            | A
        yes    | anna/v bob/p |            | A
        yes    | cora/c       |            | B
    """,
    "most shared persons win, then the oldest": """
        founds | persons             | references | household
        yes    | anna/v bob/o        |            | A
        yes    | cora/c dirk/o       |            | B
        yes    | anna/v cora/c dirk/o|            | B
        yes    | eva/v               |            | C
        yes    | bob/o eva/v         |            | A
    """,
    "a perpetrator's other family is another household": """
        founds | persons      | references | household
        yes    | anna/v bob/p |            | A
        yes    | eva/v bob/p  |            | B
        yes    | bob/p        |            | A
        yes    | eva/v bob/p  |            | B
        yes    | bob/p finn/c |            | C
    """,
    "a perpetrator of one household hurts somebody of another": """
        founds | persons      | references | household
        yes    | anna/v bob/p |            | A
        yes    | eva/v        |            | B
        yes    | eva/v bob/p  |            | B
    """,
    "who lived together once is one household, together or apart": """
        founds | persons      | references | household
        yes    | anna/v bob/p |            | A
        yes    | anna/v       |            | A
        yes    | bob/o        |            | A
        yes    | bob/o anna/v |            | A
    """,
    "a child may belong to two households": """
        founds | persons             | references | household
        yes    | anna/v cora/c       |            | A
        yes    | eva/v dirk/o        |            | B
        yes    | eva/v dirk/o cora/c |            | B
        yes    | eva/v cora/c        |            | B
        yes    | anna/v cora/c       |            | A
        yes    | cora/c              |            | A
    """,
    "an unborn child, who is somebody new each time, is where the mother is": """
        founds | persons         | references | household
        yes    | anna/v unborn1/c|            | A
        yes    | anna/v unborn2/c|            | A
        yes    | unborn3/c       |            | B
    """,
    "a reference comes before persons, and a contradiction is reviewed": """
        founds | persons      | references      | household
        yes    | anna/v       | case:1 report:1 | A
        yes    | eva/v        | case:2 report:2 | B
        no     | eva/v        | case:1          | A!
        no     |              | case:2          | B
        yes    |              | case:1 report:2 | A!
    """,
    "only some events found a household, the others wait": """
        founds | persons      | references      | household
        no     | anna/v       | case:1          | …
        no     |              | handover:1      | …
        yes    | anna/v       | case:1 report:1 | A
        no     | anna/v       |                 | A
        no     |              | case:1 report:9 | …
    """,
}


@pytest.mark.parametrize("title", SPECS)
def test_households(title: str) -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in SPECS[title].strip().split("\n")]
    header, *events = rows
    assert header == ["founds", "persons", "references", "household"]
    references: dict[ReferenceKey, HouseholdId] = {}
    members: dict[Pid, set[HouseholdId]] = defaultdict(set)
    founded: dict[HouseholdId, int] = {}
    for number, (founds, persons, refs, expected) in enumerate(events, start=1):
        statement = said(founds == "yes", persons, refs)
        known = Known(references=references, memberships=members, founded=founded, events={})
        decision = decide(statement, known)
        found = "…"
        if isinstance(decision, Found):
            found = chr(ord("A") + len(founded))
            founded[HouseholdId(found)] = len(founded)
        elif isinstance(decision, Join):
            (found,) = decision.households
        doubt = "!" if isinstance(decision, Join) and decision.reviews else ""
        assert found + doubt == expected, f"event {number} of: {title}"
        if found != "…":
            for reference in statement.references:
                references.setdefault(reference, HouseholdId(found))
            for person in statement.persons:
                members[person.pid].add(HouseholdId(found))


def said(founds: bool, persons: str, refs: str) -> Statement:
    """Return the statement of one row."""
    named = [text.split("/") for text in persons.split()]
    pairs = [text.split(":") for text in refs.split()]
    return Statement(
        kind=Kind.PARTNER,
        founds=founds,
        persons=tuple(NamedPerson(pid=Pid(pid), role=ROLES[role]) for pid, role in named),
        references=tuple(ReferenceKey(scope=scope, token=token) for scope, token in pairs),
    )
