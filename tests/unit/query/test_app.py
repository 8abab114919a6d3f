"""The application without a database: headers, static files, and errors in Dutch."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client import REGISTRY
from psycopg_pool import ConnectionPool
from starlette.testclient import TestClient

import query
from query.app import ROUTES, PagesDeps, create_pages
from query.pages import Pages

STATIC = Path(query.__file__).parent / "static"


@pytest.fixture
def client() -> TestClient:
    """Return the pages on a pool that was never opened: the database is away."""
    deps = PagesDeps(pool=ConnectionPool("", open=False), clock=lambda: datetime.now(UTC))
    return TestClient(create_pages(deps), raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/", "/nergens", "/static/radar.css", "/regios/drenthe/radar"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; script-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


def test_a_database_that_is_away_is_said_in_dutch_and_is_worth_a_retry(client: TestClient) -> None:
    answer = client.get("/regios/drenthe/radar")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert "Radar kan de gegevens nu niet bereiken" in answer.text
    assert "Traceback" not in answer.text
    assert "psycopg" not in answer.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (psycopg.InterfaceError("the connection is closed"), 503),
        (psycopg.errors.AdminShutdown(), 503),
        (psycopg.errors.DiskFull(), 503),
        (psycopg.errors.UndefinedTable(), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_passes_by_itself_asks_for_patience(error: Exception, status: int) -> None:
    class Broken(ConnectionPool[Any]):
        def connection(self, timeout: float | None = None) -> Any:
            raise error

    deps = PagesDeps(pool=Broken("", open=False), clock=lambda: datetime.now(UTC))
    client = TestClient(create_pages(deps), raise_server_exceptions=False)
    assert client.get("/regios/drenthe/radar").status_code == status


def test_a_twin_answers_problems_as_json(client: TestClient) -> None:
    answer = client.get("/regios/drenthe/radar.json")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Radar kan de gegevens nu niet bereiken"
    assert client.get("/nergens.json").json()["status"] == 404


def test_the_style_sheet_is_one_answer_that_may_be_kept(client: TestClient) -> None:
    found = re.search(r'href="(/static/radar-[0-9a-f]{16}\.css)"', client.get("/nergens").text)
    assert found is not None
    answer = client.get(found[1])
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "@import" not in answer.text
    assert ".utrecht-table" in answer.text
    assert answer.text.count("{") == answer.text.count("}")


@pytest.mark.parametrize("path", ["/nergens", "/regios/drenthe/radar/", "/static/nergens.css"])
def test_an_address_that_names_nothing_is_404_in_dutch(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Deze pagina bestaat niet" in answer.text


def test_pages_can_only_be_read(client: TestClient) -> None:
    answer = client.post("/regios/drenthe/radar")
    assert answer.status_code == 405
    assert "Dit kan hier niet" in answer.text
    assert "GET" in answer.headers["allow"]


def test_a_bad_filter_is_refused_before_the_database_is_asked(client: TestClient) -> None:
    answer = client.get("/regios/drenthe/radar?niveau=<script>")
    assert answer.status_code == 400
    assert "Dit niveau bestaat niet" in answer.text
    assert "<script>" not in answer.text


def test_an_unexpected_error_shows_nothing_of_itself(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a value that nobody may see")

    monkeypatch.setattr("query.pages.read_snapshot", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Er ging iets mis bij ons" in answer.text
    assert "nobody may see" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_answers_are_counted_by_page_and_never_by_address(client: TestClient) -> None:
    def counted(page: str) -> float:
        labels = {"page": page, "outcome": "5xx"}
        return REGISTRY.get_sample_value("radar_page_seconds_count", labels) or 0.0

    before = counted("household")
    client.get("/regios/drenthe/huishoudens/3f9c71a2-5f0e-4c1b-9a44-0d8e2b7c6a10")
    assert counted("household") == before + 1


def test_every_route_names_a_method_and_each_page_has_a_twin() -> None:
    names = [name for _, name in ROUTES]
    assert all(callable(getattr(Pages, name)) for name in names)
    assert {name for name in names if not name.endswith("_twin")} == {
        name.removesuffix("_twin") for name in names if name.endswith("_twin")
    }


def test_style_sheets_name_only_files_that_are_there() -> None:
    for sheet in STATIC.glob("*.css"):
        for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text(encoding="utf-8")):
            assert (STATIC / name).is_file(), f"{sheet.name} names {name}"
