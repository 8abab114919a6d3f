"""The published document, the routes and the `.avsc` say the same."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from connectors.gateway.app import GatewayDeps, create_gateway
from connectors.gateway.json_schema import data_schema
from connectors.gateway.openapi import openapi_document, sendable_types
from schemas.events import EVENT_TYPES, EventType

DOCUMENT = openapi_document()
OPERATIONS = [
    (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]


def test_it_is_published_where_the_design_rules_say(http: TestClient) -> None:
    answer = http.get("/v1/openapi.json")
    assert answer.json() == json.loads(json.dumps(DOCUMENT))
    assert answer.headers["access-control-allow-origin"] == "*"


def test_every_route_is_described_and_none_is_invented(alone: GatewayDeps) -> None:
    routes = {
        (route.path, method.lower())
        for route in create_gateway(alone).routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert routes == {(path, method) for path, method, _ in OPERATIONS}


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_follows_the_design_rules(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert not path.endswith("/")
    assert re.fullmatch(r"(/(_?[a-z][a-z.-]*|\{[a-z]+\}))+", path)
    assert operation["operationId"] and operation["summary"]
    for status, answer in operation["responses"].items():
        assert "API-Version" in answer["headers"]
        kind = "application/json" if status < "400" else "application/problem+json"
        assert list(answer["content"]) == [kind]


def test_contact_server_and_references_are_whole() -> None:
    assert DOCUMENT["info"]["contact"].keys() == {"name", "email", "url"}
    assert DOCUMENT["servers"][0]["url"] == "/v1"
    wanted = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DOCUMENT)))
    assert wanted <= DOCUMENT["components"]["schemas"].keys()


def examples() -> list[tuple[EventType, dict[str, Any]]]:
    found = []
    for event_type in sendable_types():
        folder = resources.files("schemas") / "examples" / f"{event_type.name}.v1"
        for file in folder.iterdir():
            found.append((event_type, json.loads(file.read_text(encoding="utf-8"))))
    assert len(found) >= len(sendable_types())
    return found


@pytest.mark.parametrize(("event_type", "example"), examples())
def test_every_example_fits_the_published_schema(
    event_type: EventType, example: dict[str, Any]
) -> None:
    assert misfits(data_schema(event_type), example["data"], "") == []


def test_the_hubs_own_events_are_not_offered_to_partners() -> None:
    names = {event_type.name for event_type in sendable_types()}
    assert "RegionOpened" not in names and "PoliceReportSubmitted" in names
    assert len(names) == len(
        [e for e in EVENT_TYPES.values() if e.topic.startswith("vt.in.")]
    ) - len([e for e in EVENT_TYPES.values() if e.topic == "vt.in.hub.v1"])


@pytest.mark.parametrize(
    ("change", "place"),
    [({"bsn": "12"}, "/bsn"), ({"role": "PIRATE"}, "/role"), ({"extra": 1}, "/extra")],
)
def test_the_schema_can_refuse(change: dict[str, Any], place: str) -> None:
    """The little checker below is tested too: it finds what is planted."""
    schema = data_schema(EVENT_TYPES["PoliceReportSubmitted"])
    person = schema["properties"]["persons"]["items"]
    assert misfits(person, {"role": "VICTIM"} | change, "") == [place]


def misfits(schema: dict[str, Any], value: Any, place: str) -> list[str]:
    """Return the places where a value does not fit; knows the part of JSON Schema used here."""
    if "anyOf" in schema:
        return min((misfits(s, value, place) for s in schema["anyOf"]), key=len)
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
             "null": type(None)}  # fmt: skip
    if not isinstance(value, kinds[schema["type"]]):
        return [place]
    if "enum" in schema and value not in schema["enum"]:
        return [place]
    if "pattern" in schema and not re.search(schema["pattern"], str(value)):
        return [place]
    if isinstance(value, list):
        return [p for n, v in enumerate(value) for p in misfits(schema["items"], v, f"{place}/{n}")]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    found = [f"{place}/{name}" for name in schema.get("required", []) if name not in value]
    for name, item in value.items():
        inner = known.get(name, rest)
        if inner is False:
            found.append(f"{place}/{name}")
        elif inner is not True:
            found += misfits(inner, item, f"{place}/{name}")
    return found
