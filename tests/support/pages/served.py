"""A database with the invented region, and the pages served from it to a real browser."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import uvicorn
from fastapi import FastAPI
from psycopg_pool import ConnectionPool

from hub.migrate import migrations
from query.app import PagesDeps, create_pages
from tests.support.pages import invented_region

MADE_AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
START_SECONDS_MAX = 10.0
# The pages' own, and those whose tables the views of projections stand on.
PACKAGES = {"streams.engine", "streams.admission", "streams.vault", "projections", "query"}


def migrate(url: str) -> None:
    """Make the tables that the pages' views stand on."""
    with psycopg.connect(url, autocommit=True) as connection:
        for migration in migrations():
            if migration.package in PACKAGES:
                connection.execute(migration.text.encode())


def fill(url: str) -> None:
    """Put the invented region in a migrated database."""
    with psycopg.connect(url, autocommit=True) as connection:
        invented_region.fill(connection)


@contextmanager
def pages_of(url: str) -> Iterator[FastAPI]:
    """Yield the pages on a pool of their own."""
    pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
        url, min_size=1, max_size=4, open=True
    )
    with pool:
        yield create_pages(PagesDeps(pool=pool, clock=lambda: MADE_AT))


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Yield the address of the application on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            thread.join(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
