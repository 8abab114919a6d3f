"""What corrections take away, and what other households of a person hear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.codec import decode_body
from tests.support.admission import (
    SCHOOLS,
    AdmissionRoad,
    event_id,
)
from tests.support.sayings import corrected, police


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    road.open()
    yield road
    road.connection.close()


def test_a_retraction_closes_the_memberships_that_rested_on_it(road: AdmissionRoad) -> None:
    police(road, "p", 0)
    road.unit()
    retraction = corrected(road, "c", "p", "RETRACTED")
    road.unit()
    assert road.outcome(retraction)[0] == "applied"
    assert road.households("c") == road.households("p")
    assert road.row("c")["decisions"] == [
        {"kind": "TARGET_VOIDED", "code": "retracted", "household_ids": road.households("p")}
    ]
    police(road, "later", 0)
    road.unit()
    assert road.households("later") != road.households("p")


@pytest.mark.parametrize("in_one_unit", [True, False])
def test_a_membership_stands_while_another_event_supports_it(
    road: AdmissionRoad, in_one_unit: bool
) -> None:
    police(road, "p", 0)
    police(road, "q", 0)
    if not in_one_unit:
        road.unit()
    corrected(road, "c", "p", "RETRACTED")
    police(road, "later", 0)
    road.unit()
    assert road.households("later") == road.households("p")


@pytest.mark.parametrize("in_one_unit", [True, False])
def test_a_retracted_retraction_revives(road: AdmissionRoad, in_one_unit: bool) -> None:
    police(road, "p", 0)
    corrected(road, "c", "p", "RETRACTED")
    if not in_one_unit:
        road.unit()
    corrected(road, "cc", "c", "RETRACTED")
    road.unit()
    assert road.row("cc")["decisions"][0]["kind"] == "TARGET_REVIVED"
    police(road, "later", 0)
    road.unit()
    assert road.households("later") == road.households("p")
    rows = road.query("select position_to is null from admission.membership order by 1")
    assert rows == [(False,), (True,)]


def test_a_replaced_event_falls_when_its_replacement_is_known(road: AdmissionRoad) -> None:
    police(road, "p", 0, 1)
    corrected(road, "c", "p", "REPLACED", replacement_event_id=event_id("p2"))
    road.unit()
    assert road.row("c")["decisions"] == []
    police(road, "p2", 0)
    road.unit()
    assert road.households("p2") == road.households("p"), "the membership still stood"
    assert road.row("p2")["decisions"][0]["kind"] == "TARGET_VOIDED"
    open_members = road.query("select count(*) from admission.membership where position_to is null")
    assert open_members[0][0] == 1, "the second person was named by the replaced event only"


def test_a_correction_by_another_source_finds_nothing(road: AdmissionRoad) -> None:
    police(road, "p", 0)
    record = corrected(road, "c", "p", "RETRACTED", source=SCHOOLS, topic="vt.in.reporters.v1")
    road.unit()
    assert road.outcome(record)[0] == "pending"


def elsewhere(road: AdmissionRoad) -> list[tuple[str, str, str]]:
    """Return (told household, household where it was, event) of every such row."""
    told = []
    for row in road.journal():
        if row["record_name"] == "PersonSeenElsewhere":
            said = decode_body("PersonSeenElsewhere", 1, row["payload"])
            assert row["persons"][0]["pid"] == said["pid"]
            (link,) = row["households"]
            assert link["reason"] == "HUB"
            told.append((link["household_id"], said["household_id"], said["seen_in"]["event_id"]))
    return told


def test_one_perpetrator_in_two_families_is_told_to_both(road: AdmissionRoad) -> None:
    police(road, "first", 0, 9)
    road.unit()
    police(road, "second", 1, 9)
    road.unit()
    (first,), (second,) = road.households("first"), road.households("second")
    assert first != second, "the same man and another victim is another family"
    assert elsewhere(road) == [
        (second, first, event_id("first")),
        (first, second, event_id("second")),
    ]
    police(road, "third", 0, 9)
    road.unit()
    assert road.households("third") == [first]
    assert elsewhere(road)[2:] == [(second, first, event_id("third"))]


def test_what_a_correction_took_away_is_told_to_nobody_new(road: AdmissionRoad) -> None:
    police(road, "first", 0, 9)
    police(road, "kept", 0, 9)
    corrected(road, "c", "first", "RETRACTED")
    road.unit()
    police(road, "second", 1, 9)
    road.unit()
    (first,), (second,) = road.households("kept"), road.households("second")
    assert (second, first, event_id("kept")) in elsewhere(road)
    assert (second, first, event_id("first")) not in elsewhere(road)
