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
