"""The pages as an ASGI application: routes, static files, headers, and errors in Dutch."""

from __future__ import annotations

from typing import Final

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment
from starlette.exceptions import HTTPException

from query.metrics import Measured
from query.pages import Pages, PagesDeps
from query.problems import PageProblem, unknown_page
from query.rendering import create_templates
from query.security_headers import SecurityHeaders, headers_of_last_resort
from query.stylesheet import assemble_stylesheet

__all__ = ["PagesDeps", "create_pages"]

STATIC_PATH: Final = "/static"

ROUTES: Final = (
    ("/", "start"),
    ("/regios.json", "start_twin"),
    ("/regels", "rules"),
    ("/regels.json", "rules_twin"),
    ("/regios/{region}/radar", "radar"),
    ("/regios/{region}/radar.json", "radar_twin"),
    ("/regios/{region}/huishoudens/{token}.json", "household_twin"),
    ("/regios/{region}/huishoudens/{token}", "household"),
    ("/regios/{region}/beoordelen", "reviews"),
    ("/regios/{region}/beoordelen.json", "reviews_twin"),
    ("/regios/{region}/cijfers", "figures"),
    ("/regios/{region}/cijfers.json", "figures_twin"),
    ("/regios/{region}/uitgaven", "editions"),
    ("/regios/{region}/uitgaven.json", "editions_twin"),
    ("/regios/{region}/uitgaven/{name}.json", "edition_twin"),
    ("/regios/{region}/uitgaven/{name}", "edition"),
)
"""Address and method of `Pages`; a twin stands before a page whose last part it would match."""

KEPT_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}

RETRY_SECONDS: Final = 10
"""After a restart the database takes connections within seconds."""

_log = structlog.get_logger()


def create_pages(deps: PagesDeps) -> FastAPI:
    """Return the application that serves the pages at `/`; it reads nothing before a request."""
    app = FastAPI(title="Radar", docs_url=None, redoc_url=None, openapi_url=None)
    app.router.redirect_slashes = False
    sheet = assemble_stylesheet()
    templates = create_templates(stylesheet=f"{STATIC_PATH}/{sheet.name}")
    pages = Pages(deps, templates)
    for path, name in ROUTES:
        app.add_api_route(
            path,
            getattr(pages, name),
            methods=["GET", "HEAD"],
            name=name,
            response_model=None,
        )
    app.add_api_route(
        f"{STATIC_PATH}/{sheet.name}",
        lambda: Response(sheet.text, media_type="text/css", headers=KEPT_FOR_EVER),
        name="stylesheet",
        response_model=None,
    )
    app.mount(STATIC_PATH, StaticFiles(packages=[("query", "static")]), name="static")
    _add_error_pages(app, templates)
    app.add_middleware(Measured)
    app.add_middleware(SecurityHeaders, static_prefix=f"{STATIC_PATH}/")
    return app


def _add_error_pages(app: FastAPI, templates: Environment) -> None:
    """Answer every failure with a Dutch page, or problem+json at the address of a twin."""

    def answer(request: Request, status: int, title: str, detail: str) -> Response:
        if request.url.path.endswith(".json"):
            return JSONResponse(
                {"type": "about:blank", "status": status, "title": title, "detail": detail},
                status_code=status,
                media_type="application/problem+json",
            )
        text = templates.get_template("error.html").render(
            status=status, title=title, detail=detail
        )
        return HTMLResponse(text, status_code=status)

    def on_problem(request: Request, problem: Exception) -> Response:
        if not isinstance(problem, PageProblem):
            raise problem
        return answer(request, problem.status, problem.title, problem.detail)

    def on_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code == 404:
            return on_problem(request, unknown_page())
        response = answer(
            request, error.status_code, "Dit kan hier niet", "Op dit adres kunt u alleen lezen."
        )
        response.headers.update(error.headers or {})
        return response

    def on_database(request: Request, error: Exception) -> Response:
        _log.warning("pages_database_unavailable", error=type(error).__name__)
        response = answer(
            request,
            503,
            "Radar kan de gegevens nu niet bereiken",
            "Probeer het over enkele seconden opnieuw. Blijft het misgaan, meld het dan bij de "
            "beheerder. Er gaat niets verloren.",
        )
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    def on_unexpected(request: Request, error: Exception) -> Response:
        _log.error("page_failed", error=type(error).__name__)
        response = answer(
            request,
            500,
            "Er ging iets mis bij ons",
            "Probeer het opnieuw. Blijft het misgaan, meld het dan bij de beheerder.",
        )
        response.headers.update(headers_of_last_resort())
        return response

    app.add_exception_handler(PageProblem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(psycopg.OperationalError, on_database)
    # What a connection says that was closed after the pool had lent it.
    app.add_exception_handler(psycopg.InterfaceError, on_database)
    app.add_exception_handler(Exception, on_unexpected)
