"""What a running gateway refuses: every field named, nothing stored, nothing echoed."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from streams.engine.wire import HUB_SOURCE
from tests.support.road import OTHER_REGION, REGION, event, http, new_bsn, report, source_of

if TYPE_CHECKING:
    from tests.support.road import Answer, Radar

WRONG_BSN = "999990018"  # fails the 11-test
CANARY = "Kanariepiet"
KIB = 1024


@pytest.fixture
def nothing_stored(radar: Radar) -> Any:
    """Check after the test that no receipt and no record came of it."""
    before = stored(radar)
    yield
    assert stored(radar) == before


def stored(radar: Radar) -> list[Any]:
    return [
        radar.query("select count(*) from connectors.receipt"),
        radar.query("select count(*) from admission.event where source <> %s", HUB_SOURCE),
        radar.query("select count(*) from engine.dead_letter"),
    ]


def check_problem(answer: Answer, status: int, http_type: str) -> Any:
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/v1/problemen/{http_type}"
    assert problem["status"] == status
    for secret in (WRONG_BSN, CANARY):
        assert secret not in answer.text
    return problem


def faults(problem: Any) -> set[tuple[str, str]]:
    return {(fault["pointer"], fault["code"]) for fault in problem["fouten"]}


def with_canary(**data: Any) -> dict[str, Any]:
    return report({"bsn": new_bsn(), "familyName": CANARY}, **data)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "avro.too_short"),
        (b'{"id": "' + CANARY.encode(), "json.syntax"),
        (b'["' + CANARY.encode() + b'"]', "json.type"),
        (b'{"' + CANARY.encode() + b'": 1, "' + CANARY.encode() + b'": 2}', "json.duplicate_key"),
        (b'{"id": "\xc3\x28"}', "json.encoding"),
        (b"[" * 3_000 + b"]" * 3_000, "json.depth"),
    ],
)
def test_text_that_is_no_event(radar: Radar, nothing_stored: None, body: bytes, code: str) -> None:
    problem = check_problem(radar.send(body), 400, "invalid-event")
    assert faults(problem) == {("", code)}


def test_every_field_that_is_missing_is_named(radar: Radar, nothing_stored: None) -> None:
    said = with_canary()
    kept = {name: said[name] for name in ("type", "source", "region")}
    problem = check_problem(radar.send(kept | {"data": {}}), 400, "invalid-event")
    missing = ("/specversion", "/id", "/time", "/data/reportedOn", "/data/incidentOn")
    flags = ("/data/agendaRequested", "/data/subjectsInformed")
    assert faults(problem) == {
        *((pointer, "json.missing_field") for pointer in (*missing, *flags)),
        ("/data/persons", "domain.household"),
    }


def test_every_field_of_a_wrong_type_is_named(radar: Radar, nothing_stored: None) -> None:
    said = with_canary(
        reportedOn=20250302, agendaRequested="ja", subjectsInformed=1, nature="CHILD_ABUSE"
    )
    said["data"]["persons"][0] |= {"isMinor": CANARY, "role": 7, "familyName": 5}
    problem = check_problem(radar.send(said), 400, "invalid-event")
    assert faults(problem) == {
        ("/data/reportedOn", "json.type"),
        ("/data/agendaRequested", "json.type"),
        ("/data/subjectsInformed", "json.type"),
        ("/data/nature", "json.type"),
        ("/data/persons/0/isMinor", "json.type"),
        ("/data/persons/0/role", "json.type"),
        ("/data/persons/0/familyName", "json.type"),
    }


def test_an_invalid_bsn_is_named_and_not_repeated(radar: Radar, nothing_stored: None) -> None:
    said = report({"bsn": WRONG_BSN, "familyName": CANARY})
    problem = check_problem(radar.send(said), 400, "invalid-event")
    assert faults(problem) == {("/data/persons/0/bsn", "domain.bsn")}


def test_an_unknown_event_type(radar: Radar, nothing_stored: None) -> None:
    said = with_canary() | {"type": f"nl.veiligthuis.radar.{CANARY.lower()}.v1"}
    problem = check_problem(radar.send(said), 400, "invalid-event")
    assert faults(problem) == {("/type", "cloudevent.type")}
    assert CANARY.lower() not in json.dumps(problem)


@pytest.mark.parametrize(
    ("region", "status", "code"),
    [(OTHER_REGION, 403, "authz.region"), ("atlantis", 400, "domain.region")],
)
def test_a_region_that_the_sender_may_not_speak_for(
    radar: Radar, nothing_stored: None, region: str, status: int, code: str
) -> None:
    answer = radar.send(with_canary() | {"region": region})
    http_type = "region-mismatch" if status == 403 else "invalid-event"
    assert faults(check_problem(answer, status, http_type)) == {("/region", code)}


def test_a_source_and_a_topic_of_another_partner(radar: Radar, nothing_stored: None) -> None:
    answer = radar.send(with_canary(), "melders")
    assert ("/source", "authz.source") in faults(check_problem(answer, 403, "source-mismatch"))
    address = radar.send(event("address-changed.v1", with_canary()["data"]))
    assert ("/type", "authz.event") in faults(check_problem(address, 403, "event-not-granted"))


def test_a_sender_that_nobody_knows(radar: Radar, nothing_stored: None) -> None:
    body = json.dumps(with_canary()).encode()
    kind = {"content-type": "application/cloudevents+json"}
    for token in ({}, {"authorization": f"Bearer {CANARY}"}):
        answer = http(f"{radar.web}/v1/gebeurtenissen", body, kind | token)
        check_problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize(("size", "status"), [(65 * KIB, 413), (257 * KIB, 413)])
def test_a_body_that_is_too_large(
    radar: Radar, nothing_stored: None, size: int, status: int
) -> None:
    body = json.dumps(with_canary(narrativeRef="x" * size)).encode()
    check_problem(radar.send(body), status, "size-exceeded")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"persons": [{"role": "CHILD", "bsn": "999990019"}]}, "/data/persons"),
        ({"toelichting": f"{CANARY}, Dorpsstraat 1"}, "/data/toelichting"),
        ({"bsn": "999990019"}, "/data/bsn"),
        ({"seekerRole": "999990019"}, "/data/seekerRole"),
    ],
)
def test_an_advice_with_a_person_in_it_is_refused(
    radar: Radar, nothing_stored: None, change: dict[str, Any], pointer: str
) -> None:
    data = copy.deepcopy(ADVICE) | change
    said = event("advice-given.v1", data, source=source_of("advies"))
    problem = check_problem(radar.send(said, "advies"), 400, "invalid-event")
    assert (pointer, "advice.personal_data") in faults(problem)
    assert radar.query("select 1 from engine.advice where event_id = %s", said["id"]) == []


ADVICE = {
    "givenOn": "2025-03-03",
    "channel": "CHAT",
    "seekerSector": "EDUCATION",
    "seekerRole": "15",
    "fromSchool": True,
    "municipality": "GM0106",
    "nature": ["CHILD_ABUSE"],
    "anonymous": True,
    "reasons": ["06"],
}


def test_after_all_this_a_good_report_is_taken(radar: Radar) -> None:
    said = with_canary()
    radar.accept(said)
    assert CANARY not in radar.page(f"/regios/{REGION}/huishoudens/{radar.household(said)}").text
