"""The headers every answer of the pages carries. An ASGI middleware without dependencies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, TypeAlias

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Everything from here and no script at all: the pages work without, so none can be smuggled in."""

SECURITY_HEADERS: Final = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

NEVER_STORED: Final = (b"cache-control", b"no-store")
"""A household may not stay behind in the cache of a shared computer."""

_REVALIDATED: Final = (b"cache-control", b"no-cache")
"""Fonts and drawings may be kept, but are asked for anew after an upgrade."""


class SecurityHeaders:
    """Adds the headers to every answer; one that says itself how to be cached keeps that."""

    def __init__(self, app: Application, *, static_prefix: str) -> None:
        self._app = app
        self._static_prefix = static_prefix

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers when its answer starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_static = scope["path"].startswith(self._static_prefix)
        caching = _REVALIDATED if is_static else NEVER_STORED

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                says_itself = any(name.lower() == caching[0] for name, _ in given)
                own = SECURITY_HEADERS if says_itself else (*SECURITY_HEADERS, caching)
                message["headers"] = [*given, *own]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def headers_of_last_resort() -> Mapping[str, str]:
    """Return the same headers for the answer to an unexpected error.

    Starlette makes that answer outside every middleware, so it has to bring its own.
    """
    return {name.decode(): value.decode() for name, value in (*SECURITY_HEADERS, NEVER_STORED)}
