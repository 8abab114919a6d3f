"""The page of the work stock: what it counts, what stands beside it, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.pages.served import fill, migrate, pages_of

PAGE = "/regios/drenthe/werkvoorraad"


@pytest.fixture(scope="module")
def client(module_database: str) -> Iterator[TestClient]:
    migrate(module_database)
    fill(module_database)
    with pages_of(module_database) as app:
        yield TestClient(app)


def document(client: TestClient, asked: str = "") -> dict[str, Any]:
    answer = client.get(f"{PAGE}.json{asked}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def stands(client: TestClient, asked: str) -> dict[str, dict[str, Any]]:
    return {kind["dienst"]: kind["stand"] for kind in document(client, asked)["diensten"]}


def test_each_service_says_what_is_open_and_overdue_and_what_was_in_time(
    client: TestClient,
) -> None:
    now = stands(client, "?op=2025-09-08")
    investigation = now["INVESTIGATION"]
    assert {key: investigation[key] for key in ("open", "wachtend", "opgepakt")} == {
        "open": 2,
        "wachtend": 1,
        "opgepakt": 1,
    }
    # D5 of 2 May and of 1 July 2025, ten weeks on: 11 July and 9 September.
    assert investigation["overWettelijkeDatum"] == 1
    # One was completed in August, within ten weeks of its decision: all in time, and one overdue.
    assert investigation["vorigeMaand"] == {"afgerond": 1, "opTijd": 1, "aandeelOpTijd": 100}
    assert now["CONDITIONS_AND_FOLLOW_UP"]["wachtend"] == 1
    assessment = now["SAFETY_ASSESSMENT"]
    assert (assessment["wachtend"], assessment["opgepakt"]) == (None, None)
    assert assessment["vorigeMaand"]["opTijd"] == assessment["vorigeMaand"]["afgerond"] > 5


def test_the_first_of_each_month_stands_beside_the_day(client: TestClient) -> None:
    (kind,) = [k for k in document(client, "?op=2025-09-08")["diensten"] if "INV" in k["dienst"]]
    months = kind["eersteVanDeMaand"]
    assert [month["dag"] for month in months][:3] == ["2025-09-01", "2025-08-01", "2025-07-01"]
    assert len(months) == 12
    by_day = {month["dag"]: month for month in months}
    assert by_day["2025-06-01"]["open"] == 1
    assert by_day["2025-08-01"]["open"] == 3
    assert by_day["2025-06-01"]["vorigeMaand"]["aandeelOpTijd"] is None


def test_the_list_holds_exactly_what_was_counted_and_the_latest_comes_first(
    client: TestClient,
) -> None:
    pages = [document(client, f"?op=2025-09-08&pagina={number}") for number in (1, 2)]
    total = pages[0]["bladeren"]["totaal"]
    items = [item for page in pages for item in page["openstaand"]]
    assert len(items) == total == sum(kind["stand"]["open"] for kind in pages[0]["diensten"])
    assert len({(item["dienst"], item["kenmerk"]) for item in items}) == total
    due = [item["wettelijkeDatum"] or "9999" for item in items]
    assert due == sorted(due)
    overdue = sum(item["overDatum"] for item in items)
    assert overdue == sum(kind["stand"]["overWettelijkeDatum"] for kind in pages[0]["diensten"])


def test_what_was_known_later_does_not_count(client: TestClient) -> None:
    then = stands(client, "?op=2025-08-15&bekend-op=2025-08-10")["SAFETY_ASSESSMENT"]
    now = stands(client, "?op=2025-08-15")["SAFETY_ASSESSMENT"]
    assert then["open"] < now["open"]


def test_a_municipality_and_a_service_choose(client: TestClient) -> None:
    whole = stands(client, "?op=2025-09-08")["SAFETY_ASSESSMENT"]["open"]
    assen = document(client, "?op=2025-09-08&gemeente=GM0106")
    assert {item["gemeente"] for item in assen["openstaand"]} == {"GM0106"}
    assert 0 < assen["bladeren"]["totaal"] < whole
    chosen = document(client, "?op=2025-09-08&dienst=onderzoek")
    assert {item["dienst"] for item in chosen["openstaand"]} == {"INVESTIGATION"}
    assert chosen["bladeren"]["totaal"] == 2


def test_the_page_says_why_a_share_in_time_is_too_good(client: TestClient) -> None:
    text = client.get(f"{PAGE}?op=2025-09-08").text
    assert "wat het langst openstaat, zit er nog niet in" in text
    assert "8 september 2025" in text
    assert "59 dagen te laat" in text
    assert 'href="/regios/drenthe/werkvoorraad.json?op=2025-09-08' in text


def test_an_empty_region_has_an_empty_stock(client: TestClient) -> None:
    answer = client.get("/regios/flevoland/werkvoorraad")
    assert answer.status_code == 200
    assert "Op deze dag stond hier niets open." in answer.text


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("op=gisteren", "Dit is geen datum"),
        ("op=2025-02-30", "Dit is geen datum"),
        ("op=2025-09-16", "Op deze dag is er geen werkvoorraad te tonen"),
        ("bekend-op=2014-12-31", "Op deze dag is er geen werkvoorraad te tonen"),
        ("gemeente=GM9999", "Deze gemeente kennen wij niet"),
        ("dienst=advies", "Deze dienst bestaat niet"),
        ("pagina=nul", "Dit paginanummer bestaat niet"),
    ],
)
def test_what_cannot_be_asked_is_refused_without_an_echo(
    client: TestClient, asked: str, title: str
) -> None:
    answer = client.get(f"{PAGE}?{asked}")
    assert answer.status_code == 400
    assert title in answer.text
    assert asked.partition("=")[2] not in answer.text
    assert client.get(f"{PAGE}.json?{asked}").json()["title"] == title
