"""By what each event finds its household, as a table: the whole contract, no event left out.

"founds" is an event that may open a household; every other one waits until what it names is known.
Scopes stand strongest first; a registration is looked for by the number of its signal before its
own (architecture.md §6.5, definitions.md "Household").
"""

from __future__ import annotations

import pytest

from schemas.events import EVENT_TYPES, EventType
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

HOME = HouseholdId("home")
TABLE = """
    event                     | founds          | by reference                        | by person
    PoliceReportSubmitted     | yes             | source_ref                          | yes
    ReportSubmitted           | yes             | source_ref                          | yes
    ReportRegistered          | yes             | case report source_ref source_ref   | yes
    SafetyAssessmentCompleted | no              | case report source_ref              | no
    ServiceStatusChanged      | no              | case report source_ref              | no
    HandoverSent              | no              | handover case source_ref            | no
    MonitoringMomentRecorded  | no              | case source_ref                     | no
    PartyInformed             | no              | case report source_ref              | yes
    CaseStatusChanged         | no              | case source_ref                     | no
    ContactRecorded           | no              | case source_ref                     | no
    CaseTransferred           | direction IN    | case source_ref                     | yes
    FamiliarityCheckAnswered  | no              | case source_ref                     | yes
    ChildProtectionNotified   | no              | source_ref                          | yes
    LocalTeamFeedbackGiven    | no              | handover source_ref                 | no
    MdaRegistrationChanged    | yes             | mda source_ref                      | yes
    RestrainingOrderChanged   | yes             | order source_ref                    | yes
    AddressChanged            | no              | source_ref                          | yes
"""
HUB_TOPIC = "vt.in.hub.v1"
NOT_BY_CONTENT = {"EventCorrected", "AnalystDecided"}
"""These follow their target, or name their households themselves."""


def rows() -> list[list[str]]:
    lines = TABLE.strip().splitlines()[1:]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def test_every_partner_event_stands_in_the_table() -> None:
    partners = {
        name
        for name, event in EVENT_TYPES.items()
        if event.topic.startswith("vt.in.") and event.topic != HUB_TOPIC and not event.is_advice
    }
    assert {row[0] for row in rows()} == partners - NOT_BY_CONTENT


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_an_event_is_looked_for_as_the_table_says(row: list[str]) -> None:
    name, founds, references, by_person = row
    event = EVENT_TYPES[name]
    assert [reference.scope for reference in event.references] == references.split()
    assert event.founds_household == (founds != "no")
    assert event.founds_when == ((("direction", "IN"),) if founds.startswith("direction") else ())
    assert bool(event.person_fields) == (by_person == "yes")


def statement(event: EventType, *, persons: bool = False) -> Statement:
    keys = [
        ReferenceKey(scope=reference.scope, token=f"token-{number}")
        for number, reference in enumerate(event.references)
    ]
    return Statement(
        kind=Kind.PARTNER,
        founds=event.founds_household,
        references=tuple(keys),
        persons=(NamedPerson(pid=Pid("anna"), role="VICTIM"),) if persons else (),
    )


def known(*references: ReferenceKey, anna: bool = False) -> Known:
    return Known(
        references=dict.fromkeys(references, HOME),
        memberships={Pid("anna"): {HOME}} if anna else {},
        founded={HOME: 1},
        events={},
    )


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_an_unknown_reference_waits_or_founds(row: list[str]) -> None:
    event = EVENT_TYPES[row[0]]
    expected = Wait() if row[1] == "no" else Found()
    assert decide(statement(event), known()) == expected


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_known_reference_leads_home(row: list[str]) -> None:
    event = EVENT_TYPES[row[0]]
    said = statement(event)
    reports = [reference for reference in said.references if reference.scope == "report"]
    for reference in said.references:
        # What is about a report says nothing without it: its deadline is the report's.
        found = decide(said, known(reference, *([] if event.founds_household else reports)))
        assert isinstance(found, Join)
        assert found.households == (HOME,)


@pytest.mark.parametrize("row", [r for r in rows() if r[3] == "yes"], ids=lambda row: row[0])
def test_a_known_person_leads_home(row: list[str]) -> None:
    event = EVENT_TYPES[row[0]]
    said = statement(event, persons=True)
    reports = [] if event.founds_household else [r for r in said.references if r.scope == "report"]
    found = decide(said, known(*reports, anna=True))
    assert isinstance(found, Join)
    assert found.households == (HOME,)
