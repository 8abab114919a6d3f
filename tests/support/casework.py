"""What is done about a family, one line each: persons, orders, cases, handovers, monitoring.

Days are Amsterdam's; an event is said at ten in the morning of its own day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from tests.support.journal import CASE_SYSTEM, HUB, POLICE, Said, local, say

MUNICIPALITY = "urn:nld:oin:00000099000000000005:systeem:burgemeester"
LOCAL_TEAM = "urn:nld:oin:00000099000000000006:systeem:lokaal-team"
MDA = "urn:nld:oin:00000099000000000007:systeem:mda"
REGISTER = "urn:nld:oin:00000099000000000008:systeem:brp"

Who = tuple[str, str, str]
"""A person: token, role, age class."""


def with_people(said: Said, *people: Who) -> Said:
    """Let a signal name these persons."""
    mentions = [_mention(number, who) for number, who in enumerate(people, start=1)]
    return replace(
        said,
        record={**said.record, "persons": mentions},
        persons=[_token("persons", number, who) for number, who in enumerate(people, start=1)],
    )


def handover(
    on: str,
    event_id: str,
    *,
    handover_id: str = "handover-1",
    to: str = "LOCAL_TEAM",
    due: str | None = None,
) -> Said:
    return say(
        "HandoverSent",
        CASE_SYSTEM,
        on,
        event_id,
        handover_id=handover_id,
        case_id="case-1",
        to_kind=to,
        sent_on=date.fromisoformat(on),
        safety_conditions=True,
        feedback_due_on=date.fromisoformat(due) if due else None,
    )


def feedback(
    on: str, event_id: str, status: str = "ACCEPTED", *, handover_id: str = "handover-1"
) -> Said:
    return say(
        "LocalTeamFeedbackGiven",
        LOCAL_TEAM,
        on,
        event_id,
        handover_id=handover_id,
        status=status,
        status_on=date.fromisoformat(on),
        safety_concern=False,
    )


def service(
    on: str,
    event_id: str,
    status: str = "REGISTERED",
    *,
    service_id: str = "service-1",
    report_id: str | None = "report-1",
) -> Said:
    return say(
        "ServiceStatusChanged",
        CASE_SYSTEM,
        on,
        event_id,
        case_id="case-1",
        service_id=service_id,
        service="CONDITIONS_AND_FOLLOW_UP",
        status=status,
        status_on=date.fromisoformat(on),
        report_id=report_id,
    )


def case_step(on: str, event_id: str, status: str, *, case_id: str = "case-1") -> Said:
    return say(
        "CaseStatusChanged",
        CASE_SYSTEM,
        on,
        event_id,
        case_id=case_id,
        status=status,
        status_on=date.fromisoformat(on[:10]),
    )


def transferred(on: str, event_id: str, direction: str = "OUT", *, case_id: str = "case-1") -> Said:
    return say(
        "CaseTransferred",
        CASE_SYSTEM,
        on,
        event_id,
        case_id=case_id,
        direction=direction,
        counterpart_oin="00000099000000000009",
        transferred_on=date.fromisoformat(on),
        persons=[],
    )


def contact(
    on: str, event_id: str, party: str = "SUBJECT", *, reached: bool = True, case_id: str = "case-1"
) -> Said:
    return say(
        "ContactRecorded",
        CASE_SYSTEM,
        on,
        event_id,
        case_id=case_id,
        contacted_on=date.fromisoformat(on),
        party=party,
        reached=reached,
    )


def moment(
    planned: str, event_id: str, status: str, *, said_on: str | None = None, number: int = 1
) -> Said:
    return say(
        "MonitoringMomentRecorded",
        CASE_SYSTEM,
        said_on or planned,
        event_id,
        case_id="case-1",
        moment_no=number,
        planned_on=date.fromisoformat(planned),
        status=status,
    )


def order(
    at: str, event_id: str, status: str = "IMPOSED", *, pid: str = "p1", order_id: str = "order-1"
) -> Said:
    who = (pid, "SUSPECTED_PERPETRATOR", "ADULT")
    said = say(
        "RestrainingOrderChanged",
        MUNICIPALITY,
        at,
        event_id,
        order_id=order_id,
        status=status,
        status_at=local(at),
        removed_person=_mention(1, who),
        protected_persons=[],
        address={"ref": 1, "municipality": "GM0106", "kind": "REGISTERED"},
        because_of_child_abuse=False,
    )
    return replace(said, persons=[_token("removed_person", 1, who)])


def mda(
    on: str,
    event_id: str,
    status: str,
    *,
    domains: Sequence[str] = (),
    organisations: Sequence[str] = (),
) -> Said:
    return say(
        "MdaRegistrationChanged",
        MDA,
        on,
        event_id,
        mda_id="mda-1",
        persons=[],
        status=status,
        status_on=date.fromisoformat(on),
        life_domains=list(domains),
        organisations=list(organisations),
    )


def moved(on: str, event_id: str, *, left: bool = False, pid: str = "p1") -> Said:
    who = (pid, "OTHER_HOUSEHOLD_MEMBER", "ADULT")
    said = say(
        "AddressChanged",
        REGISTER,
        on,
        event_id,
        person=_mention(1, who),
        effective_on=date.fromisoformat(on),
        left_region=left,
    )
    return replace(said, persons=[_token("person", 1, who)])


def answer(
    on: str, event_id: str, *, by: str = "OTHER_VT", known: bool = True, pid: str = "p1"
) -> Said:
    who = (pid, "OTHER_HOUSEHOLD_MEMBER", "ADULT")
    said = say(
        "FamiliarityCheckAnswered",
        CASE_SYSTEM,
        on,
        event_id,
        case_id="case-1",
        source_kind=by,
        person=_mention(1, who),
        known=known,
        answered_on=date.fromisoformat(on),
    )
    return replace(said, persons=[_token("person", 1, who)])


def seen_elsewhere(on: str, event_id: str, pid: str, *, order_id: str | None = None) -> Said:
    """The hub tells that a person was seen in another household on that day."""
    return say(
        "PersonSeenElsewhere",
        HUB,
        on,
        event_id,
        pid=pid,
        household_id="household-elsewhere",
        role="SUSPECTED_PERPETRATOR",
        order_id=order_id,
        seen_on=date.fromisoformat(on),
        seen_in={"source": POLICE, "event_id": "00000000-0000-4000-8000-000000000000"},
    )


def _mention(ref: int, who: Who) -> dict[str, Any]:
    return {"ref": ref, "role": who[1], "age_class": who[2], "is_minor": None, "relations": []}


def _token(field: str, ref: int, who: Who) -> dict[str, Any]:
    return {"ref": ref, "field": field, "pid": who[0], "role": who[1], "certainty": "CERTAIN"}
