"""The web process: gateway under `/v1`, pages at `/`, health and metrics beside them."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import psycopg
import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import ConnectionPool
from starlette.concurrency import run_in_threadpool

from connectors.gateway.app import create_gateway
from hub import wiring
from hub.health import (
    HEALTH_TYPE,
    Check,
    broker_check,
    database_check,
    health_document,
    registry_check,
    run_checks,
)
from hub.settings import Settings
from hub.telemetry import start_logging, tune_garbage_collector
from hub.verify.topics import KafkaTopics
from hub.verify.watch import ConservationWatch
from query.app import PagesDeps, create_pages

logger = structlog.get_logger()

POOL_CONNECTIONS_MAX = 12
# How long a request may wait for a connection before it answers 503.
POOL_WAIT_SECONDS = 3.0
# After this the pool gives up, and the next request tries anew at once. Its own five minutes, in
# steps that double, would make a database that is back wait as long again as it was away.
POOL_RECONNECT_SECONDS = 2.0
SHUTDOWN_SECONDS_MAX = 8


def create_web(settings: Settings) -> FastAPI:
    """Build the ASGI application; connections are opened when it starts."""
    pool: ConnectionPool[psycopg.Connection[tuple[object, ...]]] = ConnectionPool(
        settings.database,
        min_size=1,
        max_size=POOL_CONNECTIONS_MAX,
        timeout=POOL_WAIT_SECONDS,
        reconnect_timeout=POOL_RECONNECT_SECONDS,
        open=False,
        kwargs={"autocommit": True, "application_name": "radar-web"},
        check=ConnectionPool.check_connection,
    )
    gateway = wiring.gateway_deps(settings, pool)
    checks: dict[str, Check] = {
        "database": database_check(settings.database),
        "broker": broker_check(settings.bootstrap),
        "registry": registry_check(settings.registry),
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        watch = _start_watch(settings)
        yield
        if watch is not None:
            watch.stop()
        gateway.close()
        pool.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> Response:
        return Response(b'{"status": "pass"}', media_type=HEALTH_TYPE)

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> Response:
        problems = await run_in_threadpool(run_checks, checks)
        code, body = health_document(problems)
        return Response(body, status_code=code, media_type=HEALTH_TYPE)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.mount("/v1", create_gateway(gateway))
    app.mount("/", create_pages(PagesDeps(pool=pool, clock=wiring.system_clock)))
    return app


def _start_watch(settings: Settings) -> ConservationWatch | None:
    if not settings.verify_seconds:
        return None
    watch = ConservationWatch(
        settings.database,
        KafkaTopics(settings.bootstrap, settings.regions),
        [region.code for region in settings.regions],
        interval_seconds=settings.verify_seconds,
    )
    watch.start()
    return watch


def run_web(settings: Settings) -> int:
    """Serve in the foreground until SIGTERM; open requests are finished first."""
    start_logging(level=settings.log_level, form=settings.log_format, service="web")
    app = create_web(settings)
    tune_garbage_collector()
    # When it has stopped, uvicorn raises the signal again for whoever handled it before; nobody
    # did, and the process would die of it instead of ending with 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _already_stopped)
    logger.info("web_started", port=settings.web_port)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.web_port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
    )
    logger.info("web_stopped")
    return 0


def _already_stopped(_number: int, _frame: FrameType | None) -> None:
    """Take a signal that has been acted on."""
