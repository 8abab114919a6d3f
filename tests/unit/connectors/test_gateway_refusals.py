"""What the door refuses before anything is asked of the database or the broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from connectors.gateway.app import GatewayDeps
from tests.support.gateway import ADVICE_DESK, TOKENS, client, police_report

EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
SECRET = "999990018"  # fails the 11-test, and may be repeated nowhere


def send(http: TestClient, body: Any, kind: str = EVENT, path: str = "gebeurtenissen") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http.post(f"/v1/{path}", content=content, headers={"content-type": kind})


def codes(answer: Any) -> set[tuple[str, str]]:
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["fouten"]}


def check_problem(answer: Any, status: int, http_type: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/v1/problemen/{http_type}"
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    assert problem["instance"] == f"urn:uuid:{UUID(answer.headers['x-request-id'])}"
    assert SECRET not in answer.text


def test_every_mistake_is_named_with_its_place(http: TestClient) -> None:
    report = police_report(
        persons=[{"role": "VICTIM", "bsn": SECRET}, {"role": "PIRATE", "isMinor": "no"}],
        agendaRequested=1,
        surprise="x",
    )
    del report["data"]["subjectsInformed"]
    report["id"] = "not-a-uuid"
    answer = send(http, report)
    check_problem(answer, 400, "invalid-event")
    assert codes(answer) == {
        ("/id", "domain.id"),
        ("/data/persons/0/bsn", "domain.bsn"),
        ("/data/persons/1/role", "domain.enum"),
        ("/data/persons/1/isMinor", "json.type"),
        ("/data/agendaRequested", "json.type"),
        ("/data/subjectsInformed", "json.missing_field"),
        ("/data/surprise", "json.unknown_field"),
    }


def test_a_batch_names_the_event_of_each_mistake(http: TestClient) -> None:
    wrong = police_report(persons=[{"role": "VICTIM", "bsn": SECRET}])
    answer = send(http, [police_report(), wrong], BATCH)
    check_problem(answer, 400, "invalid-event")
    assert codes(answer) == {("/1/data/persons/0/bsn", "domain.bsn")}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "avro.too_short"),
        (b"  ", "avro.too_short"),
        (b'{"id": ', "json.syntax"),
        (b'{"id": 1, "id": 2}', "json.duplicate_key"),
        (b'{"id": NaN}', "json.number"),
        (b'{"id": "\xc3\x28"}', "json.encoding"),
        (b"[" * 100 + b"]" * 100, "json.depth"),
        (b"[]", "json.type"),
    ],
)
def test_text_that_is_no_event(http: TestClient, body: bytes, code: str) -> None:
    answer = send(http, body)
    check_problem(answer, 400, "invalid-event")
    assert codes(answer) == {("", code)}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"[,]", b'[{"a": 1],', b"[1"])
def test_text_that_is_no_batch(http: TestClient, body: bytes) -> None:
    check_problem(send(http, body, BATCH), 400, "invalid-event")


def test_an_unknown_event_type(http: TestClient) -> None:
    answer = send(http, police_report() | {"type": "nl.veiligthuis.radar.unheard-of.v1"})
    check_problem(answer, 400, "invalid-event")
    assert codes(answer) == {("/type", "cloudevent.type")}


@pytest.mark.parametrize(
    ("change", "http_type", "pointer"),
    [
        ({"source": ADVICE_DESK}, "source-mismatch", "/source"),
        ({"region": "zuid"}, "region-mismatch", "/region"),
        ({"type": "nl.veiligthuis.radar.address-changed.v1"}, "event-not-granted", "/type"),
        ({"type": "nl.veiligthuis.radar.region-opened.v1"}, "event-not-granted", "/type"),
    ],
)
def test_what_this_sender_may_not_say(
    http: TestClient, change: dict[str, str], http_type: str, pointer: str
) -> None:
    answer = send(http, police_report() | change)
    check_problem(answer, 403, http_type)
    assert pointer in {place for place, _ in codes(answer)}


@pytest.mark.parametrize("attribute", ["source", "region", "type", "id", "specversion", "time"])
@pytest.mark.parametrize("value", [None, 1, [], {}, "x" * 200])
def test_attributes_of_any_kind_are_refused_and_never_an_error_of_ours(
    http: TestClient, attribute: str, value: Any
) -> None:
    assert send(http, police_report() | {attribute: value}).status_code in (400, 403)


def test_a_body_above_the_limits(http: TestClient) -> None:
    check_problem(send(http, b" " * (257 * 1024)), 413, "size-exceeded")
    big = police_report(narrativeRef="x" * (65 * 1024))
    check_problem(send(http, big), 413, "size-exceeded")
    # In a batch the limit holds for each event; the batch itself may be larger.
    check_problem(send(http, [big, big], BATCH), 413, "size-exceeded")


def test_a_body_larger_than_it_declares_is_cut_off(http: TestClient) -> None:
    def drops() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    answer = http.post("/v1/gebeurtenissen", content=drops(), headers={"content-type": EVENT})
    check_problem(answer, 413, "size-exceeded")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/xml", ""])
def test_another_content_type(http: TestClient, kind: str) -> None:
    check_problem(send(http, police_report(), kind), 415, "media-type")


def test_packed_content(http: TestClient) -> None:
    headers = {"content-type": EVENT, "content-encoding": "gzip"}
    answer = http.post("/v1/gebeurtenissen", content=b"x", headers=headers)
    check_problem(answer, 415, "media-type")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic cG9saXRpZTp4", "Bearer é"])
def test_an_unknown_sender(alone: GatewayDeps, header: str) -> None:
    with client(alone, None) as stranger:
        answer = stranger.post(
            "/v1/gebeurtenissen", content=b"{}", headers=[(b"authorization", header.encode())]
        )
    check_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_caller_from_elsewhere(alone: GatewayDeps) -> None:
    app = client(alone).app
    elsewhere = TestClient(app, client=("192.0.2.7", 1), raise_server_exceptions=False)
    answer = elsewhere.post(
        "/v1/gebeurtenissen", headers={"authorization": f"Bearer {TOKENS['politie']}"}
    )
    check_problem(answer, 403, "remote")


def test_a_parameter_in_the_address_is_refused_and_not_repeated(http: TestClient) -> None:
    answer = http.post(f"/v1/gebeurtenissen?bsn={SECRET}", content=b"{}")
    check_problem(answer, 400, "query")


@pytest.mark.parametrize("path", ["/v1/", "/v1/niets", "/v1/gebeurtenissen/", f"/v1/{SECRET}"])
def test_an_address_that_is_not_there(http: TestClient, path: str) -> None:
    check_problem(http.get(path), 404, "not-found")


def test_a_method_that_is_not_there(http: TestClient) -> None:
    answer = http.get("/v1/gebeurtenissen")
    check_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("name", ["niets", SECRET, "01932F00-0000-7000-8000-00000000F001"])
def test_a_receipt_id_that_is_no_uuid_of_ours(http: TestClient, name: str) -> None:
    check_problem(http.get(f"/v1/ontvangstbewijzen/{name}"), 404, "not-found")


def test_headers_of_sixteen_kibibytes(http: TestClient) -> None:
    answer = http.get("/v1/openapi.json", headers={"x-long": "x" * 16_384})
    check_problem(answer, 431, "headers")


def test_advice_about_a_person(alone: GatewayDeps) -> None:
    advice = {
        "specversion": "1.0",
        "id": "01932f00-0000-7000-8000-00000000f002",
        "source": ADVICE_DESK,
        "type": "nl.veiligthuis.radar.advice-given.v1",
        "time": "2025-03-02T08:15:00Z",
        "region": "drenthe",
        "data": {
            "givenOn": "2025-03-02",
            "channel": "PHONE",
            "seekerSector": "EDUCATION",
            "seekerRole": "Jan, 9401 AA 12, 06-12345678",
            "fromSchool": True,
            "anonymous": True,
        },
    }
    with client(alone, "advies") as desk:
        answer = send(desk, advice)
    check_problem(answer, 400, "invalid-event")
    assert ("/data/seekerRole", "advice.personal_data") in codes(answer)
    assert "9401" not in answer.text


def test_without_a_database_nothing_is_accepted(http: TestClient) -> None:
    answer = send(http, police_report())
    check_problem(answer, 503, "unavailable")
    assert answer.json()["code"] == "http.database_away"
    assert int(answer.headers["retry-after"]) > 0


def test_every_answer_has_the_headers_of_the_design_rules(http: TestClient) -> None:
    for answer in (http.get("/v1/openapi.json"), http.get("/v1/niets"), send(http, b"")):
        assert answer.headers["api-version"] == "1.0.0"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["strict-transport-security"]


def test_the_type_of_a_problem_can_be_looked_up(http: TestClient) -> None:
    problem = send(http, b"").json()
    page = http.get(problem["type"])
    assert page.status_code == 200
    assert page.json()["betekenissen"][0]["code"] == "http.invalid"
    check_problem(http.get("/v1/problemen/niets"), 404, "not-found")
