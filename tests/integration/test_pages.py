"""The pages and their twins on a real database with the invented region."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from query.limits import RADAR_ROWS_PER_PAGE
from tests.support.pages import invented_region as region
from tests.support.pages.served import fill, migrate, pages_of

RADAR = "/regios/drenthe/radar"
HOUSEHOLD = f"/regios/drenthe/huishoudens/{region.BUSY}"


@pytest.fixture(scope="module")
def client(module_database: str) -> Iterator[TestClient]:
    migrate(module_database)
    fill(module_database)
    with pages_of(module_database) as app:
        yield TestClient(app)


def anchors(text: str) -> set[str]:
    return set(re.findall(r'id="([^"]+)"', text))


def test_the_start_page_lists_the_regions_with_their_clocks(client: TestClient) -> None:
    text = client.get("/").text
    assert "Veilig Thuis Drenthe" in text
    assert "Veilig Thuis Flevoland" in text
    assert text.count("Oefenregio:") == 1
    assert "het is <time" in text
    assert ">15-09-2025</time>" in text


def test_a_practice_region_says_so_on_every_page_and_a_live_one_on_none(
    client: TestClient,
) -> None:
    for path in (RADAR, HOUSEHOLD, "/regios/drenthe/cijfers"):
        assert "Oefenregio:" in client.get(path).text
    for path in ("/regios/flevoland/radar", "/regios/flevoland/cijfers"):
        assert "Oefenregio:" not in client.get(path).text


def test_every_page_says_how_far_it_is(client: TestClient) -> None:
    for path in (RADAR, HOUSEHOLD, "/regios/drenthe/cijfers"):
        text = client.get(path).text
        assert ">14:03:00</time> op 23-11-2026" in text
        assert "33.510" in text
        assert "Loopt 2 gebeurtenissen achter" in text


def test_the_radar_list_starts_with_the_highest_level(client: TestClient) -> None:
    rows = client.get(f"{RADAR}.json").json()["huishoudens"]
    assert [row["niveau"] for row in rows[:3]] == ["CRITICAL", "HIGH", "ATTENTION"]
    assert rows[0]["token"] == region.BUSY
    assert rows[0]["regels"] == ["R01", "R02", "R07"]
    days = [row["laatsteSignaal"] for row in rows if row["niveau"] == "ATTENTION"]
    assert days == sorted(days, reverse=True)


def test_the_radar_list_is_filtered_by_level_and_rule(client: TestClient) -> None:
    high = client.get(f"{RADAR}.json?niveau=HIGH").json()
    assert [row["token"] for row in high["huishoudens"]] == [region.LONG]
    repeated = client.get(f"{RADAR}.json?regel=R01").json()
    assert {row["token"] for row in repeated["huishoudens"]} == {region.BUSY, region.LONG}
    assert repeated["huishoudensPerNiveau"] == {"CRITICAL": 1, "HIGH": 1}
    nobody = client.get(f"{RADAR}?niveau=HIGH&regel=R02")
    assert "Geen huishouden past bij deze keuze" in nobody.text


def test_the_radar_list_has_pages_without_overlap_or_gap(client: TestClient) -> None:
    pages = [client.get(f"{RADAR}.json?pagina={number}").json() for number in (1, 2, 9)]
    tokens = [[row["token"] for row in page["huishoudens"]] for page in pages]
    assert len(tokens[0]) == RADAR_ROWS_PER_PAGE
    assert tokens[2] == tokens[1], "a page that is not there is the last one"
    assert len(set(tokens[0] + tokens[1])) == pages[0]["bladeren"]["totaal"] == 62
    assert 'rel="next"' in client.get(RADAR).text


def test_an_empty_radar_says_so(client: TestClient) -> None:
    assert "staat geen huishouden op de radar" in client.get("/regios/flevoland/radar").text


def test_the_household_page_says_why_with_rule_version_and_parameters(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    assert "Waarom staat dit huishouden op de radar?" in text
    assert "Regel R07, versie 1" in text
    assert "Voorvallen voor Aandacht" in text
    order = [text.index(f"radarsignaal-{region.name_based(f'{region.BUSY}|{rule}')}")
             for rule in ("R07", "R02", "R01", "R16")]  # fmt: skip
    assert order == sorted(order), "open before closed, highest level first"
    assert "1 gesloten radarsignaal" in text
    assert "Gezien" in text
    assert "Verlopen" in text


def test_every_link_within_the_household_page_has_a_target(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    targets = set(re.findall(r'href="#([^"]+)"', text)) - {"mark"}
    symbols = set(re.findall(r'<use href="#([^"]+)"', text))
    assert "gebeurtenis-1-24151" in targets
    assert targets <= anchors(text)
    assert symbols <= anchors(text)


def test_evidence_and_timeline_point_at_each_other(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    entry = text[text.index('id="gebeurtenis-1-29870"') :]
    entry = entry[: entry.index("</li>")]
    assert "R01 Herhaalde meldingen" in entry
    assert "R02 Verschillende bronnen" in entry
    assert "R07" not in entry


def test_evidence_on_another_page_of_the_timeline_links_there(client: TestClient) -> None:
    address = f"/regios/drenthe/huishoudens/{region.LONG}"
    newest, oldest = 40_000 + region.LONG_EVENTS - 1, 40_000
    first, second = client.get(address).text, client.get(f"{address}?pagina=2").text
    assert f'href="#gebeurtenis-1-{newest}"' in first
    assert f'href="{address}?pagina=2#gebeurtenis-1-{oldest}"' in first
    assert f'id="gebeurtenis-1-{oldest}"' in second
    assert f'href="{address}#gebeurtenis-1-{newest}"' in second


def test_a_corrected_event_is_struck_through_and_names_its_correction(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    entry = text[text.index('id="gebeurtenis-1-24001"') :]
    entry = entry[: entry.index("</li>")]
    assert "<s>Politiemelding" in entry
    assert 'href="#gebeurtenis-1-24150">correctie van 14 maart 2025' in entry
    assert text.count("<s>") == 1


def test_the_timeline_has_the_three_times_and_the_kind_of_sender(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    entry = text[text.index('id="gebeurtenis-1-33100"') :]
    entry = re.sub(r"<[^>]+>", "", entry[: entry.index("</li>")])
    assert "2 september 2025" in entry
    assert "Politie · gemeld 03-09-2025 09:15 · bekend sinds 04-09-2025" in entry


def test_the_timeline_is_newest_first(client: TestClient) -> None:
    entries = client.get(f"{HOUSEHOLD}.json").json()["tijdlijn"]
    days = [entry["dag"] for entry in entries]
    assert days == sorted(days, reverse=True)
    assert len(entries) == 11


def test_neither_page_nor_twin_names_the_organisation_that_reported(client: TestClient) -> None:
    for path in (HOUSEHOLD, f"{HOUSEHOLD}.json"):
        assert "urn:nld:oin" not in client.get(path).text


def test_text_of_a_sender_never_becomes_markup(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_merged_household_points_at_the_one_that_remains(client: TestClient) -> None:
    text = client.get(f"/regios/drenthe/huishoudens/{region.MERGED}").text
    assert "samengevoegd met" in text
    assert f'href="{HOUSEHOLD}"' in text
    assert "Er is nog niets bekend" in text


def test_the_twin_says_the_same_and_is_linked(client: TestClient) -> None:
    assert f'href="{HOUSEHOLD}.json"' in client.get(HOUSEHOLD).text
    document = client.get(f"{HOUSEHOLD}.json").json()
    assert document["huishouden"]["token"] == region.BUSY
    assert document["regio"]["klok"] == {
        "soort": "REPLAY", "nu": "2025-09-14T22:00:00Z", "dag": "2025-09-15",
    }  # fmt: skip
    red_flag = document["radarsignalen"][0]
    assert (red_flag["regel"], red_flag["niveau"], red_flag["vernieuwd"]) == ("R07", "CRITICAL", 1)
    assert [item["positie"] for item in red_flag["onderbouwing"]] == [33100, 24151]


@pytest.mark.parametrize(
    "token",
    [
        "00000000-0000-4000-8000-000000000000",
        "3f9c71a2",
        "3F9C71A2-5F0E-4C1B-9A44-0D8E2B7C6A10",
        "' or 1=1 --",
        "%00",
    ],
)
def test_an_unknown_household_is_404_on_page_and_twin(client: TestClient, token: str) -> None:
    page = client.get(f"/regios/drenthe/huishoudens/{token}")
    assert page.status_code == 404
    assert "Dit huishouden kennen wij niet" in page.text
    assert client.get(f"/regios/drenthe/huishoudens/{token}.json").status_code == 404


def test_a_household_of_another_region_is_unknown(client: TestClient) -> None:
    assert client.get(f"/regios/flevoland/huishoudens/{region.BUSY}").status_code == 404


def test_an_unknown_region_is_404(client: TestClient) -> None:
    for path in ("/regios/atlantis/radar", "/regios/DRENTHE/cijfers", "/regios/'/radar"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Deze regio kennen wij niet" in answer.text


def test_figures_are_as_known_on_the_asked_day(client: TestClient) -> None:
    def january(known_on: str) -> int:
        answer = client.get(f"/regios/drenthe/cijfers.json?peildatum={known_on}")
        (reports,) = [item for item in answer.json()["reeksen"] if item["code"] == "report"]
        (year,) = [item for item in reports["jaren"] if item["jaar"] == 2025]
        assert year["totaal"] == sum(month or 0 for month in year["maanden"])
        months: list[int] = year["maanden"]
        return months[0]

    assert january("2025-02-28") == 1
    assert january("2025-03-01") == 2


def test_figures_show_three_years_and_a_dash_for_what_is_not_over(client: TestClient) -> None:
    answer = client.get("/regios/drenthe/cijfers")
    assert 'value="2025-09-15"' in answer.text
    document = client.get("/regios/drenthe/cijfers.json").json()
    assert document["peildatum"] == "2025-09-15"
    for series in document["reeksen"]:
        assert [year["jaar"] for year in series["jaren"]] == [2023, 2024, 2025]
        assert series["jaren"][2]["maanden"][8:] == [None] * 4


def test_a_day_to_come_on_the_regions_clock_is_refused(client: TestClient) -> None:
    answer = client.get("/regios/drenthe/cijfers?peildatum=2025-09-16")
    assert answer.status_code == 400
    assert "tot en met 15 september 2025" in answer.text


def test_head_answers_like_get_without_a_body(client: TestClient) -> None:
    answer = client.head(HOUSEHOLD)
    assert answer.status_code == 200
    assert answer.text == ""


def test_the_household_page_says_where_it_stands_and_which_clocks_run(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    section = text[text.index('id="proces"') : text.index('id="tijdlijn"')]
    assert "In beoordeling" in section
    assert "Zaak Z2024-00017" in section
    assert "Overgedragen" in section
    assert "Veiligheidsbeoordeling afgerond: 10 september 2025 <strong" in section
    assert "termijnen voor informeren" in section
    twin = client.get(f"{HOUSEHOLD}.json").json()["proces"]
    assert twin["stand"] == "IN_ASSESSMENT"
    clocks = {(each["termijn"], each["onderwerp"]): each for each in twin["termijnen"]}
    assert clocks["D1", "M2025-00255"]["uiterlijk"] == "2025-09-10"
    assert clocks["D1", "M2025-00255"]["verstreken"] is True
    assert clocks["D3", "M2025-00255"]["verstreken"] is False
    assert ("D8", "O2024-00012") not in clocks, "feedback has come"


def test_a_step_that_does_not_fit_the_process_says_so_on_the_timeline(client: TestClient) -> None:
    text = client.get(HOUSEHOLD).text
    entry = text[text.index('id="gebeurtenis-1-2210"') :]
    entry = entry[: entry.index("</li>")]
    assert "Past niet in het proces." in entry
    assert "De terugkoppeling is ouder dan de overdracht." in entry
    assert text.count("Past niet in het proces.") == 1
    twin = client.get(f"{HOUSEHOLD}.json").json()["tijdlijn"]
    assert {e["positie"]: e["pastNiet"] for e in twin if e["pastNiet"]} == {
        2210: ["FEEDBACK_BEFORE_HANDOVER"]
    }


def test_a_household_without_steps_has_no_clocks(client: TestClient) -> None:
    address = f"/regios/drenthe/huishoudens/{region.QUIET}"
    assert "Er loopt geen termijn" in client.get(address).text
    assert client.get(f"{address}.json").json()["proces"]["onderdelen"] == []


def test_a_household_as_known_on_an_earlier_day(client: TestClient) -> None:
    address = f"{HOUSEHOLD}?bekend-op=2024-02-27"
    text = client.get(address).text
    assert "zoals bekend op 27 februari 2024" in text
    assert "Wat later binnenkwam, telt hier niet mee" in text
    assert "Overdracht besloten" in text
    assert "Zaak Z2024-00017" in text
    assert "Z2025-00209" not in text
    assert "Veiligheidsbeoordeling afgerond</h3>" in text
    assert "Past niet in het proces" in text, "the handover had not been heard of"
    twin = client.get(f"{HOUSEHOLD}.json?bekend-op=2024-02-20").json()
    assert twin["bekendOp"] == "2024-02-20"
    assert twin["proces"]["stand"] == "IN_ASSESSMENT"
    assert [event["soort"] for event in twin["tijdlijn"]] == ["ReportRegistered"]
    assert twin["radarsignalen"] == []
    overdue = [each["termijn"] for each in twin["proces"]["termijnen"] if each["verstreken"]]
    assert overdue == ["D1", "D2"]


@pytest.mark.parametrize(
    ("day", "status", "title"),
    [
        ("2024-13-01", 400, "Dit is geen datum"),
        ("gisteren", 400, "Dit is geen datum"),
        ("2025-09-16", 400, "Deze dag moet nog komen"),
        ("2024-01-31", 404, "Dit huishouden was toen niet bekend"),
    ],
)
def test_a_day_on_which_nothing_can_be_shown(
    client: TestClient, day: str, status: int, title: str
) -> None:
    answer = client.get(f"{HOUSEHOLD}.json?bekend-op={day}")
    assert answer.status_code == status
    assert answer.json()["title"] == title
    assert client.get(f"{HOUSEHOLD}?bekend-op={day}").status_code == status
