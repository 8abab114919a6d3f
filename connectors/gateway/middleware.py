"""What every answer of the gateway has: an id, a version, security headers, a line in the log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from connectors.gateway.problems import problem_response
from connectors.metrics import GATEWAY_SECONDS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger()

API_VERSION = "1.0.0"

# NL API Design Rules 2.2: /core/version-header and /core/transport/security-headers.
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"api-version", API_VERSION.encode()),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class Envelope:
    """Wraps the application: measures, adds headers, and turns a defect into a bare 500.

    The access log names the route's template and never the path, so nothing that a caller puts
    into a URL can reach a log.  The text of an unexpected exception stays out as well: libraries
    put input values into theirs (`reliability.md` §4.7).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other protocols pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = str(uuid4())
        scope["radar.request_id"] = request_id
        scope.pop("route", None)  # the mount point's, which would hide that no route matched
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (b"x-request-id", request_id.encode())
                message["headers"] = [*message.get("headers", ()), *_HEADERS, own]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            # The request ends here, with a 500 that the sender may retry.
            _log.error(
                "gateway_failed",
                request_id=request_id,
                route=_route(scope),
                error=type(error).__name__,
                where=_where(error),
            )
            if status:
                raise
            response = problem_response(scope, "http.internal")
            await response(scope, receive, send_with_headers)
        finally:
            _record(scope, status, time.perf_counter() - started)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = _route(scope)
    GATEWAY_SECONDS.labels(route, f"{status // 100}xx").observe(seconds)
    _log.info(
        "gateway_request",
        request_id=scope["radar.request_id"],
        method=scope["method"] if scope["method"] in _METHODS else "other",
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        partner=scope.get("radar.partner", "unknown"),
    )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _route(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", "unmatched")


def _where(error: Exception) -> str:
    """Return file and line of the innermost frame: enough to find a defect, no values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
