"""The review queue on its page and twin: what is doubted, what speaks for and against, and how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from query.limits import REVIEWS_PER_PAGE
from query.reviews import KINDS
from tests.support.pages.invented_doubts import BUSY, MANY, MERGED, QUIET, entry_id
from tests.support.pages.served import fill, migrate, pages_of

PAGE = "/regios/drenthe/beoordelen"


@pytest.fixture(scope="module")
def client(module_database: str) -> Iterator[TestClient]:
    migrate(module_database)
    fill(module_database)
    with pages_of(module_database) as app:
        yield TestClient(app)


def doubts(client: TestClient, query: str = "") -> dict[str, dict[str, Any]]:
    answer = client.get(f"{PAGE}.json{query}")
    assert answer.status_code == 200
    return {doubt["id"]: doubt for doubt in answer.json()["twijfels"]}


def test_every_kind_of_doubt_is_shown_the_oldest_first(client: TestClient) -> None:
    found = list(doubts(client).values())
    assert {doubt["soort"] for doubt in found} == set(KINDS)
    assert [doubt["sinds"] for doubt in found] == sorted(doubt["sinds"] for doubt in found)
    text = client.get(PAGE).text
    for title in KINDS.values():
        assert title in text


def test_one_address_is_weighed_by_days_people_and_towns(client: TestClient) -> None:
    doubt = doubts(client)[entry_id("address")]
    assert [each["token"] for each in doubt["huishoudens"]] == [BUSY, QUIET]
    assert "Beide woonden op hetzelfde adres, vanaf 6 mei 2024." in doubt["voor"]
    assert "1 persoon hoort bij beide." in doubt["voor"]
    assert "Een van beide is daar weg sinds 3 februari 2025." in doubt["tegen"]


def test_a_merged_household_leads_to_the_one_that_goes_on(client: TestClient) -> None:
    doubt = doubts(client)[entry_id("merged")]
    assert [(e["token"], e["genoemdAls"]) for e in doubt["huishoudens"]] == [
        (BUSY, BUSY),
        (BUSY, MERGED),
    ]
    assert doubt["voor"] == ["De huishoudens zijn intussen samengevoegd."]


def test_people_are_weighed_by_numbers_roles_and_being_named_together(client: TestClient) -> None:
    found = doubts(client)
    name, spelling = found[entry_id("name")], found[entry_id("spelling")]
    assert name["voor"] == ["Naam en geboortedatum zijn gelijk.", "Zij horen bij één huishouden."]
    assert name["personen"] == [
        {"rol": "Slachtoffer (geen nummer bekend)", "huishoudens": [QUIET]},
        {"rol": "Kind (geen nummer bekend)", "huishoudens": [BUSY, QUIET]},
    ]
    assert "Zij hebben verschillende rollen." in name["tegen"]
    assert "Eén melding noemt hen als twee personen." not in name["tegen"]
    assert "Eén melding noemt hen als twee personen." in spelling["tegen"]
    assert spelling["personen"][0]["rol"] == "Slachtoffer (nummer bekend)"
    nobody = {"rol": "Hoort bij geen huishouden (geen nummer bekend)", "huishoudens": []}
    assert nobody in found[entry_id("numbers")]["personen"]


def test_each_doubt_says_which_command_settles_it(client: TestClient) -> None:
    text = client.get(PAGE).text
    assert f"radar review confirm {entry_id('address')} --dry-run" in text
    assert f"radar review confirm {entry_id('spelling')} --with PERSOON --dry-run" in text
    assert f"radar review refuse {entry_id('waits')} --dry-run" in text
    assert f"radar review confirm {entry_id('waits')}" not in text
    assert client.post(PAGE).status_code == 405


def test_nobody_is_named_not_even_by_a_token(client: TestClient) -> None:
    for answer in (client.get(PAGE), client.get(f"{PAGE}.json")):
        assert not any(pid in answer.text for pid in ("anna", "bram", "cato", "dirk", "nobody"))


def test_kinds_and_pages(client: TestClient) -> None:
    first = doubts(client, "?soort=same_name")
    second = doubts(client, "?soort=same_name&pagina=2")
    assert (len(first), len(second)) == (REVIEWS_PER_PAGE, MANY + 1 - REVIEWS_PER_PAGE)
    assert not first.keys() & second.keys()
    assert {doubt["soort"] for doubt in (*first.values(), *second.values())} == {"same_name"}
    assert "Pagina 2 van 2" in client.get(f"{PAGE}?soort=same_name&pagina=2").text
    assert client.get(f"{PAGE}?soort=guess").status_code == 400
    assert "Er is niets te beoordelen." in client.get("/regios/flevoland/beoordelen").text
