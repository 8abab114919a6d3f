"""Health and metrics of a process: `/health/live`, `/health/ready`, `/metrics`."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

CHECK_SECONDS_MAX = 2.0
HEALTH_TYPE = "application/health+json"

# A check returns None when all is well, else one sentence for an operator.
Check = Callable[[], str | None]


def health_document(problems: Mapping[str, str]) -> tuple[int, bytes]:
    """Return status code and body; 503 with one entry per problem, 200 when there is none."""
    document: dict[str, object] = {"status": "fail" if problems else "pass"}
    if problems:
        document["checks"] = {
            name: [{"status": "fail", "output": text}] for name, text in problems.items()
        }
    return (503 if problems else 200), json.dumps(document).encode()


def database_check(database_url: str) -> Check:
    """Return a check that PostgreSQL answers a query."""

    def check() -> str | None:
        try:
            with psycopg.connect(database_url, connect_timeout=2, autocommit=True) as connection:
                connection.execute("select 1")
        except psycopg.Error as error:
            return f"PostgreSQL does not answer ({type(error).__name__}); it is tried again"
        return None

    return check


def broker_check(bootstrap: str) -> Check:
    """Return a check that the broker answers a metadata request."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})

    def check() -> str | None:
        try:
            admin.list_topics(topic="vt.journal.v1", timeout=CHECK_SECONDS_MAX)
        except KafkaException:
            return "Kafka does not answer; it is tried again"
        return None

    return check


def registry_check(url: str) -> Check:
    """Return a check that the registry answers; running services decode without it."""

    def check() -> str | None:
        try:
            with urlopen(f"{url}/subjects", timeout=CHECK_SECONDS_MAX) as answer:  # noqa: S310
                return None if answer.status == 200 else "the registry answers with an error"
        except (OSError, HTTPException):
            return "the schema registry does not answer; events are still decoded and accepted"

    return check


def run_checks(checks: Mapping[str, Check]) -> Mapping[str, str]:
    """Run all checks beside each other; return the failing ones with their sentence."""
    with ThreadPoolExecutor(len(checks)) as threads:
        found = dict(zip(checks, threads.map(lambda check: check(), checks.values()), strict=True))
    return {name: text for name, text in found.items() if text is not None}


class HealthServer:
    """A small HTTP server of a worker process, on loopback unless told otherwise.

    `problems` keep it from being ready; `complaint` says why it should not go on living.
    """

    def __init__(
        self, host: str, port: int, problems: Callable[[], Mapping[str, str]], complaint: Check
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
                elif self.path == "/health/live":
                    dead = complaint()
                    code, body = health_document({} if dead is None else {"worker": dead})
                    self._answer(code, HEALTH_TYPE, body)
                elif self.path == "/health/ready":
                    code, body = health_document(problems())
                    self._answer(code, HEALTH_TYPE, body)
                else:
                    self._answer(404, "text/plain", b"not found\n")

            def _answer(self, code: int, kind: str, body: bytes) -> None:
                # A prober waits less long than a check that waits for a server that is away.
                with contextlib.suppress(ConnectionError):
                    self.send_response(code)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: probes come every few seconds."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._thread.start()
