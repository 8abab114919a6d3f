"""Pages and their twins say of whom they do not tell everything."""

from __future__ import annotations

import psycopg
from starlette.testclient import TestClient

from tests.support.pages import invented_region as region
from tests.support.pages.served import fill, migrate, pages_of

PAGES = ("radar", "cijfers", f"huishoudens/{region.BUSY}", f"huishoudens/{region.QUIET}")
INCOMPLETE = "De gegevens van dit huishouden zijn niet volledig"


def test_pages_say_who_waits_and_how_many(database: str) -> None:
    migrate(database)
    fill(database)
    with pages_of(database) as app, psycopg.connect(database, autocommit=True) as connection:
        client = TestClient(app)
        for path in PAGES:
            assert "niet volledig" not in client.get(f"/regios/drenthe/{path}").text
            twin = client.get(f"/regios/drenthe/{path}.json").json()
            assert twin["regio"]["parked"] == 0
        connection.execute(
            "insert into projections.parked_view values ('drenthe', %s), ('drenthe', 'another')",
            [region.BUSY],
        )
        for path in PAGES:
            text = client.get(f"/regios/drenthe/{path}").text
            assert "Van 2 huishoudens zijn de gegevens niet volledig." in text
            twin = client.get(f"/regios/drenthe/{path}.json").json()
            assert twin["regio"]["parked"] == 2
            assert (INCOMPLETE in text) == (region.BUSY in path)
            if "huishouden" in path:
                assert twin["huishouden"]["parked"] == (region.BUSY in path)
        figures = client.get("/regios/drenthe/cijfers").text
        assert "Deze cijfers zijn niet volledig:</strong> van 2 huishoudens wachten" in figures
        assert "niet volledig" not in client.get("/regios/flevoland/cijfers").text
        regions = client.get("/regios.json").json()["regios"]
        assert {each["code"]: each["parked"] for each in regions}["drenthe"] == 2


WAITS = "Dit huishouden wacht op verwerking"
FIRST = "77777777-1111-4222-8333-444455556666"


def test_a_household_parked_at_its_first_row_says_that_it_waits_and_why(database: str) -> None:
    migrate(database)
    fill(database)
    with pages_of(database) as app, psycopg.connect(database, autocommit=True) as connection:
        client = TestClient(app)
        path = f"/regios/drenthe/huishoudens/{FIRST}"
        assert client.get(path).status_code == 404
        connection.execute("insert into projections.parked_view values ('drenthe', %s)", [FIRST])
        page, twin = client.get(path), client.get(f"{path}.json")
        assert (page.status_code, twin.status_code) == (409, 409)
        assert WAITS in page.text
        assert "radar parked list" in page.text
        assert twin.json()["title"] == WAITS
        assert client.get(f"/regios/flevoland/huishoudens/{FIRST}").status_code == 404


def test_an_earlier_day_of_a_household_that_waits_says_so(database: str) -> None:
    migrate(database)
    fill(database)
    with pages_of(database) as app, psycopg.connect(database, autocommit=True) as connection:
        client = TestClient(app)
        path = f"/regios/drenthe/huishoudens/{region.BUSY}"
        day = "?bekend-op=2024-03-20"
        assert WAITS not in client.get(path + day).text
        assert client.get(f"{path}.json{day}").json()["huishouden"]["parked"] is False
        connection.execute(
            "insert into projections.parked_view values ('drenthe', %s)", [region.BUSY]
        )
        assert WAITS in client.get(path + day).text
        assert client.get(f"{path}.json{day}").json()["huishouden"]["parked"] is True
        # A row that no program can read: the page's own fold fails where the stage's did.
        connection.execute(
            "update projections.household_journal_view set body = 'x' where position = "
            "(select min(position) from projections.household_journal_view"
            " where %s = any (households))",
            [region.BUSY],
        )
        for address in (path, path + day):
            assert client.get(address).status_code == 409
        connection.execute("delete from projections.parked_view")
        open_client = TestClient(app, raise_server_exceptions=False)
        assert open_client.get(path + day).status_code == 500
