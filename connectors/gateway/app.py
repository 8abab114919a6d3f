"""The gateway over HTTP: routes only; what they do stands in `accept.py` and `status.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import anyio
import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from connectors.gateway import answers
from connectors.gateway.accept import Acceptor, Clock, system_clock
from connectors.gateway.errors import Refused, Unavailable
from connectors.gateway.middleware import API_VERSION, Envelope
from connectors.gateway.openapi import openapi_document
from connectors.gateway.problems import problem_response
from connectors.gateway.publisher import Publisher
from connectors.gateway.receipts import Pool, Receipts
from connectors.gateway.requests import authenticate, check_form, is_batch, read_body
from connectors.gateway.sealing import SealingKeys
from connectors.gateway.status import ReceiptStatuses
from connectors.metrics import GATEWAY_WAITING

if TYPE_CHECKING:
    from connectors.partners import Partners
    from schemas.codec import Codec
    from schemas.regions import Regions

THREADS_MAX = 16  # each holds at most one database connection; the broker's wait holds none
WAITING_MAX = 200  # beyond it a quick 503 serves everybody better than a queue

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayDeps:
    """What the gateway leans on; the hub makes it, tests make a smaller one."""

    acceptor: Acceptor
    statuses: ReceiptStatuses
    partners: Partners
    publisher: Publisher
    clock: Clock = system_clock

    def close(self) -> None:
        """Let what is on its way to Kafka arrive; call it when the server has stopped."""
        self.publisher.close()


def open_gateway(
    *,
    pool: Pool,
    bootstrap: str,
    codec: Codec,
    regions: Regions,
    partners: Partners,
    digest_key: bytes,
    clock: Clock = system_clock,
) -> GatewayDeps:
    """Build what the gateway leans on; the pool is the caller's and must be open.

    `digest_key` is `KeyFiles.digest`.  Nothing is contacted yet: a broker that is away shows at
    the first event, as 503.
    """
    publisher = Publisher(bootstrap)
    acceptor = Acceptor(
        codec=codec,
        regions=regions,
        receipts=Receipts(pool),
        keys=SealingKeys(pool),
        publisher=publisher,
        digest_key=digest_key,
        clock=clock,
    )
    return GatewayDeps(
        acceptor=acceptor,
        statuses=ReceiptStatuses(pool),
        partners=partners,
        publisher=publisher,
        clock=clock,
    )


def create_gateway(deps: GatewayDeps) -> FastAPI:
    """Return the application to mount at `/v1`."""
    app = FastAPI(
        title="Radar – gebeurtenissen",
        version=API_VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(Envelope)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(HTTPException, _http_error)
    work = _Workers()
    _add_offering(app, deps, work)
    _add_looking_up(app, deps, work)
    _add_explaining(app)
    return app


def _add_offering(app: FastAPI, deps: GatewayDeps, work: _Workers) -> None:
    @app.post("/gebeurtenissen", name="gebeurtenissen")
    async def offer(request: Request) -> Response:
        check_form(request)
        principal = authenticate(request, deps.partners)
        batch = is_batch(request)
        body = await read_body(request)
        receipts = await work.run(lambda: deps.acceptor.accept_body(body, principal, batch=batch))
        return answers.accepted(receipts, batch=batch)

    @app.post("/gebeurtenissen/_valideer", name="valideer")
    async def validate(request: Request) -> Response:
        check_form(request)
        principal = authenticate(request, deps.partners)
        batch = is_batch(request)
        body = await read_body(request)
        faults = await work.run(lambda: deps.acceptor.faults(body, principal, batch=batch))
        return answers.validated(faults)


def _add_looking_up(app: FastAPI, deps: GatewayDeps, work: _Workers) -> None:
    @app.get("/ontvangstbewijzen/{id}", name="ontvangstbewijs")
    async def receipt(request: Request) -> Response:
        check_form(request)
        principal = authenticate(request, deps.partners)
        receipt_id = _uuid(request.path_params["id"])
        status = await work.run(lambda: deps.statuses.find(receipt_id, principal))
        if status is None:
            raise Refused("http.not_found")
        return answers.receipt(status, deps.clock())

    @app.get("/sleutels/{region}", name="sleutel")
    async def sealing_key(request: Request) -> Response:
        check_form(request)
        principal = authenticate(request, deps.partners)
        region = request.path_params["region"]
        if region not in principal.regions:
            raise Refused("http.not_found")
        key = await work.run(lambda: deps.acceptor.keys.of(region))
        return answers.sealing_key(region, key)


def _add_explaining(app: FastAPI) -> None:
    document = openapi_document()

    @app.get("/problemen/{type}", name="probleem")
    async def problem(request: Request) -> Response:
        check_form(request)
        return answers.problem_page(request.path_params["type"])

    @app.get("/openapi.json", name="openapi")
    async def openapi(request: Request) -> Response:
        check_form(request)
        # /core/publish-openapi: a browser on another site may read it.
        return JSONResponse(document, headers={"access-control-allow-origin": "*"})


class _Workers:
    """Runs the blocking part of requests in threads of our own, and only so many at once."""

    def __init__(self) -> None:
        self._limiter: anyio.CapacityLimiter | None = None
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MAX:
            raise Unavailable("http.overloaded", retry_after_seconds=2)
        if self._limiter is None:
            # Made here, because a limiter belongs to the event loop that runs.
            self._limiter = anyio.CapacityLimiter(THREADS_MAX)
        self._waiting += 1
        GATEWAY_WAITING.set(self._waiting)
        try:
            # Not abandoned when the caller hangs up: what is reserved must be finished.
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._waiting -= 1
            GATEWAY_WAITING.set(self._waiting)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    headers = {"www-authenticate": 'Bearer realm="radar"'} if error.code == "authn.unknown" else {}
    if error.code in _UNREAD:
        # What was not read of this body must not be taken for the next request.
        headers["connection"] = "close"
    return problem_response(request.scope, error.code, faults=error.faults, headers=headers)


_UNREAD = frozenset({"size.exceeded", "http.timeout", "http.media_type", "http.headers"})


async def _unavailable(request: Request, error: Exception) -> Response:
    if not isinstance(error, Unavailable):
        raise error
    return problem_response(
        request.scope, error.code, headers={"retry-after": str(error.retry_after_seconds)}
    )


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    codes: Mapping[int, str] = {404: "http.not_found", 405: "http.method"}
    headers: dict[str, Any] = dict(error.headers or {})
    code = codes.get(error.status_code, "http.invalid")
    return problem_response(request.scope, code, status=error.status_code, headers=headers)


def _uuid(text: str) -> UUID:
    try:
        receipt_id = UUID(text)
    except ValueError:
        raise Refused("http.not_found") from None
    if str(receipt_id) != text:
        raise Refused("http.not_found")
    return receipt_id
