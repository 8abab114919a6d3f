from __future__ import annotations

from datetime import UTC, datetime

from psycopg_pool import ConnectionPool
from starlette.testclient import TestClient

from query.app import PagesDeps, create_pages
from query.rules import RULES_ON_PAGE
from streams.household.rules import RULES


def client() -> TestClient:
    deps = PagesDeps(pool=ConnectionPool("", open=False), clock=lambda: datetime.now(UTC))
    return TestClient(create_pages(deps))


def test_every_rule_stands_on_the_page_with_its_cases() -> None:
    text = client().get("/regels").text
    for rule in RULES:
        assert f'id="{rule.rule_id}"' in text
        assert rule.label in text
    assert all(len(rule.cases) > 1 for rule in RULES_ON_PAGE)
    assert text.count("</details>") == len(RULES)


def test_the_meaning_names_parameters_in_dutch() -> None:
    text = client().get("/regels").text
    assert "`" not in text
    assert "<em>periode in dagen</em>" in text


def test_the_twin_has_settings_and_cases() -> None:
    rules = {rule["regel"]: rule for rule in client().get("/regels.json").json()["regels"]}
    assert rules["R01"]["instellingen"]["attention_episodes"] == 3
    titles = {case["naam"] for case in rules["R01"]["voorbeelden"]}
    assert "Dag 365 telt nog mee" in titles
