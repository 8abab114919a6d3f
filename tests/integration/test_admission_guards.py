"""What links only by a person's hand: giants, and two households at one address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.admission import AdmissionRoad, bsn, event_id, person
from tests.support.sayings import DAY, decided, police, undone


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    road.open()
    yield road
    road.connection.close()


def reviews(road: AdmissionRoad, kind: str) -> list[tuple[str, list[str], list[str], str]]:
    """Return (event, households, persons, state) of each entry of a kind, in order."""
    return road.query(
        "select event_id, household_ids, pids, state from admission.review_entry"
        " where kind = %s order by known_at, event_id",
        kind,
    )


def members(road: AdmissionRoad, household: str) -> set[str]:
    rows = road.query(
        "select pid from admission.membership where household_id = %s and position_to is null"
        " and valid_to is null",
        household,
    )
    return {pid for (pid,) in rows}


def others(road: AdmissionRoad, event: str, *numbers: int) -> None:
    """Say that the police met people, none of them a perpetrator."""
    police(
        road,
        event,
        persons=[person(ref, "OTHER_HOUSEHOLD_MEMBER") for ref in range(len(numbers))],
        people=[{"ref": ref, "bsn": bsn(n)} for ref, n in enumerate(numbers)],
    )


@pytest.mark.parametrize("in_one_unit", [True, False])
def test_a_chain_of_reports_ends_after_two_hops(road: AdmissionRoad, in_one_unit: bool) -> None:
    for number in range(5):
        others(road, f"p{number}", number, number + 1)
        if not in_one_unit:
            road.unit()
    road.unit()
    homes = [road.households(f"p{number}")[0] for number in range(5)]
    assert homes[0] == homes[1] == homes[2] == homes[3] != homes[4]
    assert len(members(road, homes[0])) == 4, "founders, one hop, two hops"
    left_out = road.row("p3")["persons"][1]["pid"]
    assert reviews(road, "household_cap") == [(event_id("p3"), [homes[0]], [left_out], "open")]
    decisions = road.row("p3")["decisions"]
    assert [(d["kind"], d["code"]) for d in decisions] == [("SENT_TO_REVIEW", "household_cap")]


def test_a_household_of_twelve_takes_nobody_in_by_itself(road: AdmissionRoad) -> None:
    others(road, "large", *range(13))
    others(road, "one more", 0, 20)
    road.unit()
    (household,) = road.households("large")
    assert len(members(road, household)) == 13, "one report is certain, however many it names"
    assert road.households("one more") == [household]
    stranger = road.row("one more")["persons"][1]["pid"]
    assert stranger not in members(road, household)
    ((_, _, people, _),) = reviews(road, "household_cap")
    decided(road, "yes", "CONFIRM_LINK", household, people=people)
    road.unit()
    assert stranger in members(road, household)


def living(
    road: AdmissionRoad, event: str, number: int, bag: int, kind: str = "REGISTERED"
) -> None:
    """Say that the police met somebody at an address of a kind."""
    police(
        road,
        event,
        number,
        incident_address={"ref": 0, "municipality": "GM0106", "kind": kind},
        addresses=[{"ref": 0, "bag_id": f"01062000000000{bag:02}"}],
    )


@pytest.mark.parametrize("in_one_unit", [True, False])
def test_two_households_at_one_address_are_a_doubt_and_no_link(
    road: AdmissionRoad, in_one_unit: bool
) -> None:
    living(road, "a", 0, 1)
    if not in_one_unit:
        road.unit()
    living(road, "b", 5, 1)
    living(road, "b again", 5, 1)
    living(road, "elsewhere", 7, 2)
    road.unit()
    (a,), (b,) = road.households("a"), road.households("b")
    assert a != b
    assert reviews(road, "co_residence") == [(event_id("b"), [b, a], [], "open")]


@pytest.mark.parametrize("kind", ["SHELTER", "INSTITUTION", "UNKNOWN"])
def test_a_shelter_is_no_household_s_home(road: AdmissionRoad, kind: str) -> None:
    living(road, "a", 0, 1, kind)
    living(road, "b", 5, 1, kind)
    if kind != "UNKNOWN":
        living(road, "c", 6, 1)
    road.unit()
    assert reviews(road, "co_residence") == []


def test_an_address_of_more_than_eight_people_is_no_family_s(road: AdmissionRoad) -> None:
    address: dict[str, Any] = {"ref": 0, "municipality": "GM0106", "kind": "ACTUAL"}
    for event, first in (("a", 0), ("b", 10)):
        police(
            road,
            event,
            persons=[person(ref, "VICTIM") for ref in range(5)],
            people=[{"ref": ref, "bsn": bsn(first + ref)} for ref in range(5)],
            incident_address=address,
            addresses=[{"ref": 0, "bag_id": "0106200000000001"}],
        )
    road.unit()
    assert reviews(road, "co_residence") == []


def test_a_household_that_moved_away_before_is_no_neighbour(road: AdmissionRoad) -> None:
    living(road, "a", 0, 1)
    road.say(
        "AddressChanged",
        "move",
        person=person(0, "UNKNOWN"),
        from_address={"ref": 0, "municipality": "GM0106", "kind": "REGISTERED"},
        to_address={"ref": 1, "municipality": "GM0106", "kind": "REGISTERED"},
        effective_on=DAY,
        left_region=False,
        people=[{"ref": 0, "bsn": bsn(0)}],
        addresses=[
            {"ref": 0, "bag_id": "0106200000000001"},
            {"ref": 1, "bag_id": "0106200000000002"},
        ],
    )
    living(road, "b", 5, 1)
    living(road, "c", 6, 2)
    road.unit()
    assert road.households("move") == road.households("a")
    assert [(e, state) for e, _, _, state in reviews(road, "co_residence")] == [
        (event_id("c"), "open")
    ]


def test_a_decision_settles_its_entry_and_its_undoing_opens_it(road: AdmissionRoad) -> None:
    living(road, "a", 0, 1)
    living(road, "b", 5, 1)
    road.unit()
    ((entry, households),) = road.query(
        "select id::text, household_ids from admission.review_entry"
    )
    decided(road, "no", "REFUSE_LINK", *households, source_ref=entry)
    road.unit()
    assert [state for *_, state in reviews(road, "co_residence")] == ["refused"]
    assert road.households("a") != road.households("b")
    undone(road, "u", "no")
    road.unit()
    assert [state for *_, state in reviews(road, "co_residence")] == ["open"]
    decided(road, "yes", "CONFIRM_LINK", *households, source_ref=entry)
    road.unit()
    assert [state for *_, state in reviews(road, "co_residence")] == ["confirmed"]
    police(road, "later", 0)
    road.unit()
    assert road.households("later") == road.households("b")


def test_a_witness_links_nothing(road: AdmissionRoad) -> None:
    for event, victim in (("a", 0), ("b", 1)):
        police(
            road,
            event,
            persons=[person(0, "VICTIM"), person(1, "WITNESS")],
            people=[{"ref": 0, "bsn": bsn(victim)}, {"ref": 1, "bsn": bsn(9)}],
        )
    road.unit()
    (a,), (b,) = road.households("a"), road.households("b")
    assert a != b
    witness = road.row("a")["persons"][1]["pid"]
    assert witness == road.row("b")["persons"][1]["pid"]
    assert witness not in members(road, a) | members(road, b)


def called(road: AdmissionRoad, event: str, family: str, born: str, **number: str) -> None:
    """Say that the police met somebody of this name."""
    who = {"ref": 0, "family_name": family, "given_names": "Ria", "birth_date": born, **number}
    police(road, event, persons=[person(0)], people=[who])


@pytest.mark.parametrize("in_one_unit", [True, False])
def test_another_spelling_is_a_doubt_and_no_link(road: AdmissionRoad, in_one_unit: bool) -> None:
    called(road, "a", "Proefjansen", "1980-02-03", bsn=bsn(1))
    called(road, "numbered", "Proefjansenn", "1980-02-03", bsn=bsn(2))
    called(road, "other day", "Proefjanssen", "1980-02-04")
    called(road, "partial", "Proefjanssen", "1980-02-00")
    if not in_one_unit:
        road.unit()
    called(road, "b", "Proefjanssen", "1980-02-03")
    called(road, "c", "Heelanders", "1980-02-03")
    road.unit()
    events = ("a", "numbered", "other day", "partial", "b", "c")
    assert len({road.households(event)[0] for event in events}) == len(events)
    pids = {event: road.row(event)["persons"][0]["pid"] for event in events}
    ((event, _, people, _),) = reviews(road, "similar_name")
    assert (event, people[0]) == (event_id("b"), pids["b"])
    assert set(people[1:]) == {pids["a"], pids["numbered"]}, "two numbers are two people"
    assert reviews(road, "same_name") == []
