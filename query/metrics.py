"""What the pages count. Labels come from the closed set of routes; no region, no household."""

from __future__ import annotations

import time

from prometheus_client import Histogram

from query.security_headers import Application, Message, Receive, Send

PAGE_SECONDS = Histogram(
    "radar_page_seconds",
    "Seconds from request to answer, by page and class of status (2xx, 4xx, 5xx).",
    ("page", "outcome"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)


class Measured:
    """ASGI middleware: times each answer under the name of its route.

    What has no route (static files, unknown addresses) counts as "other"; an answer that never
    started was an unexpected error, so 5xx.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on, and observe how long its answer took."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            page = getattr(scope.get("route"), "name", None) or "other"
            seconds = time.perf_counter() - started
            PAGE_SECONDS.labels(page=page, outcome=f"{status // 100}xx").observe(seconds)
