"""Reads a request without trusting it: who asks, in which form, how much and how fast."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from connectors.gateway.errors import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from connectors.partners import Partners, Principal

EVENT_BYTES_MAX = 64 * 1024  # what the NL GOV profile lets intermediaries refuse above
BODY_BYTES_MAX = 256 * 1024  # four events of the largest size, or a few hundred ordinary ones
BODY_SECONDS_MAX = 10.0  # a sender that drips bytes may not hold a place (reliability.md §4.8)
HEADER_BYTES_MAX = 8 * 1024

CLOUD_EVENT = "application/cloudevents+json"
CLOUD_EVENTS_BATCH = "application/cloudevents-batch+json"
_SCHEME = "bearer "
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)


def check_form(request: Request) -> None:
    """Refuse what no route of the gateway takes: remote callers, parameters, other answers.

    Partners prove who they are with a token over plain HTTP for now, so the wire may not leave
    this machine.  Raises Refused.
    """
    client = request.client
    if client is None or not _is_loopback(client.host):
        raise Refused("http.remote")
    if sum(len(name) + len(value) for name, value in request.headers.raw) > HEADER_BYTES_MAX:
        raise Refused("http.headers")
    if request.url.query:
        # A web address ends up in logs along the way, so nothing may be asked through it.
        raise Refused("http.query")


def authenticate(request: Request, partners: Partners) -> Principal:
    """Return who asks, by the bearer token; raises Refused when nobody known does."""
    header = request.headers.get("authorization", "")
    token = header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""
    principal = partners.principal(token) if token else None
    if principal is None:
        raise Refused("authn.unknown")
    request.scope["radar.partner"] = principal.partner
    return principal


def is_batch(request: Request) -> bool:
    """Say whether the body is a batch; raises Refused when it is neither one event nor several."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        # Nothing is unpacked here: a small body may not become a large one (CVE-2026-128131).
        raise Refused("http.media_type")
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if parameters.strip().lower().replace('"', "") not in ("", "charset=utf-8"):
        raise Refused("http.media_type")
    kind = media_type.strip().lower()
    if kind not in (CLOUD_EVENT, CLOUD_EVENTS_BATCH):
        raise Refused("http.media_type")
    return kind == CLOUD_EVENTS_BATCH


async def read_body(request: Request, limit: int = BODY_BYTES_MAX) -> bytes:
    """Return the whole body; raises Refused when it is too large or comes too slowly."""
    declared = request.headers.get("content-length", "0")
    # At most nine digits, because int() itself refuses thousands of them.
    if not _LENGTH.fullmatch(declared) or int(declared) > limit:
        raise Refused("size.exceeded")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise Refused("size.exceeded")
    except (TimeoutError, ClientDisconnect):
        # A sender that hangs up reads no answer; the access log then shows what it was.
        raise Refused("http.timeout") from None
    return bytes(body)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
