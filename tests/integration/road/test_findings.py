"""What the radar says about a household, with the events it rests on, on the analyst's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.road import REGION, event, eventually, new_bsn, report, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.road import Radar


def school_report(person: Mapping[str, Any]) -> dict[str, Any]:
    police = report(person)["data"]
    data = {
        "occurredAt": police["occurredAt"],
        "reportedOn": police["reportedOn"],
        "channel": "GATEWAY_API",
        "reporterSector": "EDUCATION",
        "reporterRole": "15",
        "reporterKnownToSubjects": True,
        "persons": [{"role": "CHILD", **person}],
    }
    return event("report-submitted.v1", data, source=source_of("melders", "school"))


def finding(radar: Radar, household: str, rule: str) -> Any:
    """Wait until a household's page shows a finding of a rule and return it."""

    def ask() -> Any:
        found = [f for f in radar.twin(household)["radarsignalen"] if f["regel"] == rule]
        return found[0] if found else None

    return eventually(ask, f"a finding of {rule}")


def evidence(found: Any) -> set[str]:
    return {place["gebeurtenis"] for place in found["onderbouwing"]}


def check_page(radar: Radar, household: str, found: Any) -> None:
    """Check that the page says what its twin says, with links to the events it rests on."""
    page = radar.page(f"/regios/{REGION}/huishoudens/{household}").text
    assert f'id="radarsignaal-{found["id"]}"' in page
    # The page writes the days of the sentence in words.
    assert found["zin"].partition(" (")[0] in page
    for place in found["onderbouwing"]:
        assert f'href="#gebeurtenis-{place["incarnatie"]}-{place["positie"]}"' in page
    listed = radar.page(f"/regios/{REGION}/radar").text
    assert household in listed


def test_three_reports_within_a_year_are_rule_r01(radar: Radar) -> None:
    person = {"bsn": new_bsn()}
    reports = [report(person, days_ago=days) for days in (200, 100, 10)]
    for said in reports:
        radar.accept(said)
    household = radar.household(reports[0])
    found = finding(radar, household, "R01")
    assert (found["niveau"], found["open"]) == ("ATTENTION", True)
    assert evidence(found) == {said["id"] for said in reports}
    check_page(radar, household, found)


def test_two_reports_within_a_year_are_no_finding(radar: Radar) -> None:
    person = {"bsn": new_bsn()}
    reports = [report(person, days_ago=days) for days in (100, 10)]
    answers = [radar.accept(said) for said in reports]
    household = radar.household(reports[0])
    address = answers[-1].json()["ontvangstbewijs"]
    eventually(lambda: radar.receipt(address)["status"] == "verwerkt", "the last one is applied")
    assert radar.twin(household)["radarsignalen"] == []


def test_two_sectors_are_rule_r02(radar: Radar) -> None:
    person = {"bsn": new_bsn()}
    police, school = report(person), school_report(person)
    radar.accept(police)
    radar.accept(school, "melders")
    household = radar.household(police)
    assert radar.household(school) == household
    found = finding(radar, household, "R02")
    assert found["niveau"] == "ATTENTION"
    assert evidence(found) == {police["id"], school["id"]}
    check_page(radar, household, found)


def test_strangulation_is_rule_r07_at_once(radar: Radar) -> None:
    said = report({"bsn": new_bsn()}, redFlags=["STRANGULATION"])
    radar.accept(said)
    household = radar.household(said)
    found = finding(radar, household, "R07")
    assert (found["niveau"], found["open"]) == ("CRITICAL", True)
    assert evidence(found) == {said["id"]}
    check_page(radar, household, found)
