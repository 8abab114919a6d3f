"""A police report, from the sender's 202 to the analyst's page, over HTTP and over Kafka."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from schemas.events import derived_id
from tests.support.road import (
    NORTH,
    OTHER_REGION,
    POLICE,
    POLICE_NORTH,
    REGION,
    eventually,
    new_bsn,
    report,
)

if TYPE_CHECKING:
    from tests.support.road import Radar
    from tests.support.road_kafka import KafkaPartner

TOPIC = "vt.in.police.v1"
VISIBLE_SECONDS_MAX = 0.5
TRIES = 5


def entries(twin: Any) -> list[str]:
    return [entry["gebeurtenis"] for entry in twin["tijdlijn"]]


def seconds_until_visible(radar: Radar, household: str, said: Any) -> float:
    assert radar.send(said).status == 202
    started = time.perf_counter()
    eventually(lambda: said["id"] in entries(radar.twin(household)), "the report on the page")
    return time.perf_counter() - started


def settled(radar: Radar, said: Any, times: int) -> list[str]:
    """Wait until so many offsets that carried an event have their outcome."""

    def ask() -> list[str] | None:
        found = radar.outcomes(said)
        return found if len(found) == times else None

    return eventually(ask, f"{times} outcomes of one event")


def test_a_report_is_on_the_page_within_half_a_second(radar: Radar) -> None:
    person = {"bsn": new_bsn()}
    first = report(person)
    radar.accept(first)
    household = radar.household(first)
    took = [seconds_until_visible(radar, household, report(person)) for _ in range(TRIES)]
    print("seconds from 202 to the page:", ", ".join(f"{seconds:.3f}" for seconds in took))
    # The promise is about one event alone on a machine that does nothing else; the best of five
    # says whether the road can do it, the others what else the machine did.
    assert min(took) <= VISIBLE_SECONDS_MAX


def test_a_report_stands_on_the_page_and_its_twin(radar: Radar) -> None:
    said = report({"bsn": new_bsn(), "familyName": "Testvrouw"}, nature=["CHILD_ABUSE"])
    answer = radar.accept(said)
    assert answer.status == 202
    receipt = answer.json()
    assert receipt["id"] == str(derived_id(REGION, POLICE, said["id"]))
    household = radar.household(said)
    (entry,) = radar.twin(household)["tijdlijn"]
    assert entry["gebeurtenis"] == said["id"]
    assert entry["soort"] == "PoliceReportSubmitted"
    assert entry["isSignaal"] is True
    page = radar.page(f"/regios/{REGION}/huishoudens/{household}").text
    assert entry["naam"] in page
    assert f"gebeurtenis-{entry['incarnatie']}-{entry['positie']}" in page
    assert said["data"]["persons"][0]["bsn"] not in page and "Testvrouw" not in page
    done = eventually(
        lambda: (
            (told := radar.receipt(receipt["ontvangstbewijs"]))["status"] == "verwerkt" and told
        ),
        "the receipt says that it is applied",
    )
    assert [step["stap"] for step in done["stappen"]] == ["aangeboden", "ontvangen", "toegelaten"]
    assert [part["onderdeel"] for part in done["verwerktDoor"]] == ["overzichten", "radar"]


def test_the_same_report_again_counts_once(radar: Radar) -> None:
    said = report({"bsn": new_bsn()})
    first, again = radar.accept(said), radar.accept(said)
    assert (first.status, again.status) == (202, 200)
    assert again.json() == first.json() | {"status": "duplicaat"}
    household = radar.household(said)
    after = report({"bsn": said["data"]["persons"][0]["bsn"]})
    radar.accept(after)
    assert radar.household(after) == household
    assert entries(radar.twin(household)) == [after["id"], said["id"]]
    assert radar.outcomes(said) == ["applied"]


def test_another_body_under_the_same_id_is_refused_and_the_first_stays(radar: Radar) -> None:
    said = report({"bsn": new_bsn()})
    radar.accept(said)
    household = radar.household(said)
    before = radar.twin(household)["tijdlijn"]
    other = report({"bsn": new_bsn()}) | {"id": said["id"]}
    answer = radar.send(other)
    assert answer.status == 409
    assert answer.json()["type"].endswith("/id-conflict")
    assert radar.twin(household)["tijdlijn"] == before
    assert radar.outcomes(said) == ["applied"]


def test_a_report_published_to_kafka_takes_the_same_road(radar: Radar, kafka: KafkaPartner) -> None:
    bsn = new_bsn()
    over_http, over_kafka = report({"bsn": bsn}), report({"bsn": bsn})
    radar.accept(over_http)
    household = radar.household(over_http)
    kafka.publish(over_kafka, TOPIC)
    assert radar.household(over_kafka) == household
    assert entries(radar.twin(household)) == [over_kafka["id"], over_http["id"]]
    receipt = derived_id(REGION, POLICE, over_kafka["id"])
    eventually(
        lambda: radar.receipt(f"/v1/ontvangstbewijzen/{receipt}").get("status") == "verwerkt",
        "the receipt of a report that no gateway has seen",
    )


def test_sealed_twice_it_still_counts_once(radar: Radar, kafka: KafkaPartner) -> None:
    said = report({"bsn": new_bsn(), "familyName": "Testvrouw"})
    first, second = kafka.encoded(said, TOPIC), kafka.encoded(said, TOPIC)
    assert first != second
    kafka.put(TOPIC, first, said=said)
    kafka.put(TOPIC, second, said=said)
    assert settled(radar, said, 2) == ["applied", "duplicate"]
    assert entries(radar.twin(radar.household(said))) == [said["id"]]


def test_over_http_and_then_over_kafka_it_counts_once(radar: Radar, kafka: KafkaPartner) -> None:
    said = report({"bsn": new_bsn(), "familyName": "Testvrouw", "birthDate": "1988-04-12"})
    radar.accept(said)
    household = radar.household(said)
    kafka.publish(said, TOPIC)
    assert settled(radar, said, 2) == ["applied", "duplicate"]
    assert radar.send(said).json()["status"] == "duplicaat"
    assert entries(radar.twin(household)) == [said["id"]]


def test_over_kafka_and_then_over_http_it_counts_once(radar: Radar, kafka: KafkaPartner) -> None:
    said = report({"bsn": new_bsn()})
    kafka.publish(said, TOPIC)
    household = radar.household(said)
    answer = radar.send(said)
    assert (answer.status, answer.json()["status"]) == (200, "duplicaat")
    assert radar.outcomes(said) == ["applied"]
    assert entries(radar.twin(household)) == [said["id"]]


def test_another_body_over_kafka_is_a_conflict_and_the_first_stays(
    radar: Radar, kafka: KafkaPartner
) -> None:
    said = report({"bsn": new_bsn()})
    radar.accept(said)
    household = radar.household(said)
    kafka.publish(report({"bsn": new_bsn()}) | {"id": said["id"]}, TOPIC)
    assert settled(radar, said, 2) == ["applied", "conflict"]
    assert entries(radar.twin(household)) == [said["id"]]


def test_one_person_in_two_regions_is_two_households(radar: Radar) -> None:
    person = {"bsn": new_bsn()}
    here = report(person)
    there = report(person) | {"region": OTHER_REGION, "source": POLICE_NORTH}
    radar.accept(here)
    radar.accept(there, NORTH)
    mine, theirs = radar.household(here), radar.household(there)
    assert mine != theirs
    assert entries(radar.twin(mine)) == [here["id"]]
    assert entries(radar.twin(theirs, OTHER_REGION)) == [there["id"]]
    offsets = radar.query(
        "select region, topic from engine.ledger where event_id = %s", there["id"]
    )
    assert offsets == [(OTHER_REGION, TOPIC)]


@pytest.mark.parametrize(("partner", "region"), [("politie", OTHER_REGION), (NORTH, REGION)])
def test_a_sender_may_not_speak_for_another_region(radar: Radar, partner: str, region: str) -> None:
    source = POLICE_NORTH if partner == NORTH else POLICE
    answer = radar.send(report({"bsn": new_bsn()}) | {"region": region, "source": source}, partner)
    assert answer.status == 403
    assert [fault["code"] for fault in answer.json()["fouten"]] == ["authz.region"]
