"""The gateway's OpenAPI document, written by hand around schemas made from the `.avsc`.

Checked by tests against the routes (nothing undocumented, nothing invented) and made for the NL
API Design Rules 2.2: contact, Dutch, `API-Version` on every answer, problem+json on every error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.gateway.json_schema import data_schema
from connectors.gateway.middleware import API_VERSION
from connectors.gateway.problems import PROBLEM_JSON
from connectors.gateway.requests import CLOUD_EVENT, CLOUD_EVENTS_BATCH
from schemas.events import EVENT_TYPES, EventType
from schemas.text_rules import FORMATS

Schema = dict[str, Any]

_UUID: Schema = {"type": "string", "format": "uuid"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_TEXT: Schema = {"type": "string"}
_API_VERSION_HEADER: Schema = {
    "API-Version": {
        "description": "Versie van deze API.",
        "schema": {"type": "string", "examples": [API_VERSION]},
    }
}
_FAULT: Schema = {
    "type": "object",
    "properties": {
        "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) naar de plaats."},
        "code": {"type": "string", "description": "Vaste code, ook gebruikt bij geweigerd werk."},
        "melding": {"type": "string", "description": "Wat er mis is; nooit de waarde zelf."},
    },
    "required": ["pointer", "code", "melding"],
}
_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": {"type": "string", "format": "uri"},
        "code": _TEXT,
        "fouten": {"type": "array", "items": _FAULT},
    },
    "required": ["type", "title", "status", "detail", "instance", "code"],
}
_RECEIPT: Schema = {
    "type": "object",
    "properties": {
        "id": _UUID,
        "status": {"type": "string", "enum": ["ontvangen", "duplicaat"]},
        "ontvangenOp": _INSTANT,
        "ontvangstbewijs": {"type": "string", "format": "uri-reference"},
    },
    "required": ["id", "status", "ontvangenOp", "ontvangstbewijs"],
}


def openapi_document() -> Schema:
    """Return the document of `/v1/openapi.json`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Radar – gebeurtenissen aanleveren",
            "version": API_VERSION,
            "description": (
                "Partners van Veilig Thuis leveren hier gebeurtenissen aan als CloudEvents. "
                "Personen staan in `data`; de gateway verzegelt ze voordat iets wordt bewaard."
            ),
            "contact": {
                "name": "Beheer Radar",
                "email": "beheer@radar.example",
                "url": "https://radar.example/contact",
            },
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/v1", "description": "Deze hub"}],
        "tags": [
            {"name": "Gebeurtenissen", "description": "Aanleveren en vooraf controleren."},
            {"name": "Ontvangstbewijzen", "description": "Wat er van een gebeurtenis werd."},
            {"name": "Sleutels", "description": "Voor wie zelf verzegelt en via Kafka levert."},
            {"name": "Uitleg", "description": "Van problemen en van deze API."},
        ],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
        "security": [{"token": []}],
    }


def sendable_types() -> list[EventType]:
    """Return the event types that a partner may offer, by name; the hub's own are left out."""
    left_out = ("vt.in.hub.v1",)
    return [
        event_type
        for _, event_type in sorted(EVENT_TYPES.items())
        if event_type.topic.startswith("vt.in.") and event_type.topic not in left_out
    ]


def _paths() -> Schema:
    return _offering_paths() | _looking_up_paths() | _explaining_paths()


def _offering_paths() -> Schema:
    return {
        "/gebeurtenissen": {
            "post": _operation(
                "biedGebeurtenisAan",
                "Gebeurtenissen",
                "Bied één of meer gebeurtenissen aan",
                "Alles of niets: is er één fout, dan is niets bewaard. Bij 503 of een verbroken "
                "verbinding: stuur precies hetzelfde opnieuw, dan telt het één keer.",
                answers={
                    "200": _answer("Al eerder ontvangen.", _receipt_answer()),
                    "202": _answer("Ontvangen en veilig bewaard.", _receipt_answer()),
                },
                problems=(400, 401, 403, 408, 409, 413, 415, 431, 500, 503),
                body=_event_body(),
            )
        },
        "/gebeurtenissen/_valideer": {
            "post": _operation(
                "valideerGebeurtenis",
                "Gebeurtenissen",
                "Controleer zonder iets te bewaren",
                "Noemt elke fout met zijn plaats.",
                answers={"200": _answer("Het oordeel.", _ref("Oordeel"))},
                problems=(400, 401, 403, 408, 413, 415, 431, 500, 503),
                body=_event_body(),
            )
        },
    }


def _looking_up_paths() -> Schema:
    return {
        "/ontvangstbewijzen/{id}": {
            "get": _operation(
                "toonOntvangstbewijs",
                "Ontvangstbewijzen",
                "Wat is er van een gebeurtenis geworden?",
                "Ook voor wat rechtstreeks via Kafka kwam.",
                answers={"200": _answer("De stand.", _ref("Ontvangstbewijs"))},
                problems=(400, 401, 403, 404, 431, 500, 503),
                parameter=("id", "UUIDv5 van regio, bron en id.", _UUID),
            )
        },
        "/sleutels/{region}": {
            "get": _operation(
                "toonSleutel",
                "Sleutels",
                "De publieke sleutel van een regio",
                "Om personen zelf te verzegelen (HPKE, RFC 9180).",
                answers={"200": _answer("De sleutel.", _ref("Sleutel"))},
                problems=(400, 401, 403, 404, 431, 500, 503),
                parameter=("region", "Code van de regio.", {"type": "string"}),
            )
        },
    }


def _explaining_paths() -> Schema:
    return {
        "/problemen/{type}": {
            "get": _operation(
                "toonProbleem",
                "Uitleg",
                "Wat betekent dit probleem?",
                "Het adres staat als `type` in elk problem+json.",
                answers={"200": _answer("De uitleg.", _ref("Probleemuitleg"))},
                problems=(400, 403, 404, 431, 500),
                parameter=("type", "Laatste deel van `type`.", {"type": "string"}),
                is_open=True,
            )
        },
        "/openapi.json": {
            "get": _operation(
                "toonOpenapi",
                "Uitleg",
                "Dit document",
                "OpenAPI 3.1 in JSON.",
                answers={"200": _answer("Het document.", {"type": "object"})},
                problems=(400, 403, 431, 500),
                is_open=True,
            )
        },
    }


def _operation(
    operation_id: str,
    tag: str,
    summary: str,
    description: str,
    *,
    answers: Mapping[str, Schema],
    problems: Iterable[int],
    body: Schema | None = None,
    parameter: tuple[str, str, Schema] | None = None,
    is_open: bool = False,
) -> Schema:
    operation: Schema = {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "responses": {**answers, **{str(status): _problem(status) for status in problems}},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": body}
    if parameter is not None:
        name, meaning, schema = parameter
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "description": meaning, "schema": schema}
        ]
    if is_open:
        operation["security"] = []
    return operation


def _answer(description: str, schema: Schema) -> Schema:
    return {
        "description": description,
        "headers": _API_VERSION_HEADER,
        "content": {"application/json": {"schema": schema}},
    }


def _problem(status: int) -> Schema:
    headers = dict(_API_VERSION_HEADER)
    if status == 503:
        headers["Retry-After"] = {
            "description": "Na hoeveel seconden opnieuw.",
            "schema": {"type": "integer"},
        }
    return {
        "description": "Problem Details (RFC 9457).",
        "headers": headers,
        # Written out and not referred to: the rules' linter wants the properties in place.
        "content": {PROBLEM_JSON: {"schema": _PROBLEM}},
    }


def _event_body() -> Schema:
    return {
        CLOUD_EVENT: {"schema": _ref("Gebeurtenis")},
        CLOUD_EVENTS_BATCH: {
            "schema": {"type": "array", "minItems": 1, "items": _ref("Gebeurtenis")}
        },
    }


def _receipt_answer() -> Schema:
    batch: Schema = {
        "type": "object",
        "properties": {"ontvangstbewijzen": {"type": "array", "items": _RECEIPT}},
        "required": ["ontvangstbewijzen"],
    }
    return {"oneOf": [_RECEIPT, batch]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> Schema:
    types = sendable_types()
    return {
        "Gebeurtenis": {
            "oneOf": [_ref(event_type.name) for event_type in types],
            "discriminator": {
                "propertyName": "type",
                "mapping": {
                    event_type.ce_type: f"#/components/schemas/{event_type.name}"
                    for event_type in types
                },
            },
        },
        **{event_type.name: _cloud_event(event_type) for event_type in types},
        "Ontvangstbewijs": _status(),
        "Oordeel": _object(geldig={"type": "boolean"}, fouten={"type": "array", "items": _FAULT}),
        "Sleutel": _object(
            regio=_TEXT,
            sleutelId={"type": "string", "description": "16 bytes, hexadecimaal."},
            publiekeSleutel={"type": "string", "description": "X25519, 32 bytes in base64."},
            algoritme=_TEXT,
        ),
        "Probleemuitleg": _object(
            type=_TEXT,
            status={"type": "integer"},
            betekenissen={"type": "array", "items": _object(code=_TEXT, melding=_TEXT)},
        ),
    }


def _cloud_event(event_type: EventType) -> Schema:
    schema = _object(
        specversion={"const": "1.0"},
        id=_UUID | {"description": "Bij voorkeur UUIDv7; bij een nieuwe poging hetzelfde id."},
        source={"type": "string", "pattern": f"^{FORMATS['source-urn'].pattern}$"},
        type={"const": event_type.ce_type},
        time=_INSTANT | {"description": "Wanneer de afzender het vastlegde."},
        region={"type": "string", "pattern": f"^{FORMATS['region'].pattern}$"},
        data=data_schema(event_type),
    )
    schema["title"] = event_type.label
    schema["properties"] |= {
        "datacontenttype": {"const": "application/json"},
        "dataschema": _TEXT,
        "traceparent": _TEXT,
        "tracestate": _TEXT,
    }
    return schema


def _status() -> Schema:
    step = _object(stap=_TEXT, tijdstip=_INSTANT)
    part = _object(onderdeel=_TEXT, tijdstip={"type": ["string", "null"]})
    schema = _object(
        id=_UUID,
        status={
            "type": "string",
            "enum": ["aangeboden", "ontvangen", "geweigerd", "conflict", "wacht", "toegelaten",
                     "verwerkt"],
        },
        uitleg=_TEXT,
        gebeurtenis=_object(regio=_TEXT, bron=_TEXT, id=_UUID, type={"type": ["string", "null"]}),
        stappen={"type": "array", "items": step},
        verwerktDoor={"type": "array", "items": part},
        positie={"type": ["integer", "null"]},
        opgevraagdOp=_INSTANT,
    )  # fmt: skip
    schema["properties"] |= {"code": _TEXT, "melding": _TEXT}
    return schema


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}
