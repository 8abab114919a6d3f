"""What the gateway answers when all is well, in Dutch and in camelCase."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from connectors.gateway.errors import Refused
from connectors.gateway.problems import every_problem, faults_json, sentence_of, type_of
from schemas.events import EVENT_TYPES

if TYPE_CHECKING:
    from connectors.gateway.accept import Receipt
    from connectors.gateway.sealing import SealingKey
    from connectors.gateway.status import ReceiptStatus
    from schemas.problem_codes import Violation

# A sender's words for the states of `status.py`, with what each means.
STATUSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "reserved": ("aangeboden", "Aangeboden, maar nog niet bevestigd: stuur het nog eens."),
        "received": ("ontvangen", "Ontvangen en veilig bewaard; nog niet beoordeeld."),
        "refused": ("geweigerd", "Bij het verwerken geweigerd; zie 'code' en 'melding'."),
        "conflict": ("conflict", "Onder dit id staat al iets anders; het eerste blijft staan."),
        "pending": ("wacht", "Wacht op de gebeurtenis waar dit bij hoort."),
        "admitted": ("toegelaten", "Toegelaten tot het dossier; nog niet overal verwerkt."),
        "applied": ("verwerkt", "Verwerkt in de radar en in de overzichten."),
    }
)
_STEPS: Mapping[str, str] = MappingProxyType(
    {"offered": "aangeboden", "received": "ontvangen"}
    | {state: STATUSES[state][0] for state in ("refused", "conflict", "pending", "admitted")}
)
_STAGES: Mapping[str, str] = MappingProxyType({"radar": "radar", "projections": "overzichten"})


def accepted(receipts: Sequence[Receipt], *, batch: bool) -> Response:
    """Answer an offer: 202 when something is new, 200 when all of it was received before."""
    is_new = any(not receipt.is_duplicate for receipt in receipts)
    status = 202 if is_new else 200
    if batch:
        return JSONResponse(
            {"ontvangstbewijzen": [_receipt_json(receipt) for receipt in receipts]},
            status_code=status,
        )
    (receipt,) = receipts
    headers = {"location": _address(receipt)}
    return JSONResponse(_receipt_json(receipt), status_code=status, headers=headers)


def validated(faults: Sequence[Violation]) -> Response:
    """Answer a trial: always 200, because the question was a good one."""
    return JSONResponse({"geldig": not faults, "fouten": faults_json(faults)})


def receipt(status: ReceiptStatus, now: datetime) -> Response:
    """Answer what became of one event."""
    word, meaning = STATUSES[status.state]
    body: dict[str, Any] = {
        "id": str(status.receipt_id),
        "status": word,
        "uitleg": meaning,
        "gebeurtenis": {
            "regio": status.region,
            "bron": status.source,
            "id": status.event_id,
            "type": _ce_type(status.record_name),
        },
        "stappen": [
            {"stap": _STEPS[step.name], "tijdstip": instant(step.at)} for step in status.steps
        ],
        "verwerktDoor": [
            {"onderdeel": _STAGES[name], "tijdstip": instant(at)}
            for name, at in sorted(status.applied_by.items())
        ],
        "positie": status.position,
        "opgevraagdOp": instant(now),
    }
    if status.code is not None:
        body |= {"code": status.code, "melding": sentence_of(status.code)}
    return JSONResponse(body)


def sealing_key(region: str, key: SealingKey) -> Response:
    """Answer a region's public key, for who seals persons itself."""
    return JSONResponse(
        {
            "regio": region,
            "sleutelId": key.key_id.hex(),
            "publiekeSleutel": base64.b64encode(key.public).decode(),
            "algoritme": "HPKE base: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM",
        }
    )


def problem_page(http_type: str) -> Response:
    """Answer what a problem's `type` means."""
    problems = [p for p in every_problem() if p.http_type == http_type]
    if not problems:
        raise Refused("http.not_found")
    return JSONResponse(
        {
            "type": type_of(problems[0]),
            "status": problems[0].http_status,
            "betekenissen": [{"code": p.code, "melding": p.sentence} for p in problems],
        }
    )


def instant(at: datetime | None) -> str | None:
    """Return an instant in UTC with `Z` (/core/date-time/timezone), to the millisecond."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _receipt_json(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": str(receipt.receipt_id),
        "status": "duplicaat" if receipt.is_duplicate else "ontvangen",
        "ontvangenOp": instant(receipt.received_at),
        "ontvangstbewijs": _address(receipt),
    }


def _address(receipt: Receipt) -> str:
    return f"/v1/ontvangstbewijzen/{receipt.receipt_id}"


def _ce_type(record_name: str | None) -> str | None:
    event_type = EVENT_TYPES.get(record_name) if record_name is not None else None
    return None if event_type is None else event_type.ce_type
