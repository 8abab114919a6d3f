"""Published reports on their pages: the list, one of them, and what they may not show."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from starlette.testclient import TestClient

from query.editions.shown import read_one, read_shown
from query.report.cells import cells
from tests.support.pages.invented_editions import EDITION, PROTECTED, REPORT, publish_editions
from tests.support.pages.served import fill, migrate, pages_of

LIST = "/regios/drenthe/uitgaven"


@pytest.fixture(scope="module")
def database(module_database: str) -> str:
    migrate(module_database)
    fill(module_database)
    publish_editions(module_database)
    return module_database


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[TestClient]:
    with pages_of(database) as app:
        yield TestClient(app)


def test_the_list_names_each_edition_with_its_day_and_protection(client: TestClient) -> None:
    text = client.get(LIST).text
    assert f'href="{LIST}/{EDITION}"' in text
    assert "januari 2025 t/m augustus 2025" in text
    assert "31-08-2025" in text
    assert "aantallen onder 5 niet getoond" in text
    found = client.get(f"{LIST}.json").json()["uitgaven"]
    assert {one["naam"] for one in found} == {EDITION, PROTECTED}
    assert {one["bescherming"] for one in found} == {"none", "suppress:5"}


def test_an_edition_is_shown_as_it_was_published(client: TestClient) -> None:
    text = client.get(f"{LIST}/{EDITION}").text
    assert "Bestuursrapportage januari t/m augustus 2025" in text
    assert "Tabel 4: vorm van het geweld bij meldingen" in text
    (reports,) = [count.count for count in REPORT.counts if count.id == "reports"]
    assert f"zijn {reports} meldingen gedaan" in text
    twin = client.get(f"{LIST}/{EDITION}.json").json()
    counts = {count["id"]: count["count"] for count in twin["rapport"]["counts"]}
    assert counts["reports"] == reports
    assert twin["uitgave"]["sha256"] in text


def test_what_was_kept_back_is_on_no_page(client: TestClient) -> None:
    text = client.get(f"{LIST}/{PROTECTED}").text
    twin = client.get(f"{LIST}/{PROTECTED}.json").json()["rapport"]
    assert "[niet getoond]" in text
    assert twin["hidden"]
    small = {cell.id for cell in cells(REPORT) if cell.number in (1, 2, 3, 4)}
    assert {name for name in small if not name.endswith("not_registered")} <= set(twin["hidden"])


def test_pages_may_read_what_was_published_and_not_what_is_behind_it(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("set role radar_query")
        assert len(read_shown(connection, "drenthe")) == 2
        assert read_one(connection, "drenthe", PROTECTED).name == PROTECTED
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select figures from query.edition")
        connection.rollback()


def test_an_edition_that_is_not_there_is_not_found(client: TestClient) -> None:
    for path in (f"{LIST}/nergens", f"{LIST}/nergens.json", "/regios/atlantis/uitgaven"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "nergens" not in answer.text
    assert "Er is nog niets uitgegeven" in client.get("/regios/flevoland/uitgaven").text
