"""Admission on a real PostgreSQL: outcomes, households, what waits, what is in clear nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from streams.engine.wire import HUB_SOURCE
from tests.support.admission import (
    CASE_SYSTEM,
    POLICE,
    SCHOOLS,
    AdmissionRoad,
    bsn,
    event_id,
    person,
)
from tests.support.sayings import DAY, RIA, assessed, police, registered


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    road.open()
    yield road
    road.connection.close()


def test_a_report_becomes_one_row_with_tokens_and_without_its_sealed_block(
    road: AdmissionRoad,
) -> None:
    record = police(road, "p", 0, 1, source_ref="BVH-2025-1")
    road.unit()
    assert road.outcome(record) == ("applied", None)
    row = road.row("p")
    assert (row["position"], row["incarnation"], row["received_offset"]) == (2, 1, 0)
    assert [p["certainty"] for p in row["persons"]] == ["CERTAIN", "CERTAIN"]
    assert row["households"][0]["reason"] == "FOUNDED"
    stored = b"".join(bytes(b) for (b,) in road.query("select body from engine.journal"))
    assert b"BVH-2025-1" in row["payload"], "the envelope stays as the sender wrote it"
    assert bsn(0).encode() not in stored and bsn(1).encode() not in stored
    assert road.row("p")["references"][0]["key"] not in ("BVH-2025-1", "")


def test_the_same_report_sealed_twice_counts_once(road: AdmissionRoad) -> None:
    first, again = police(road, "p", 0), police(road, "p", 0)
    assert first.value != again.value, "sealing is randomised"
    road.unit()
    later = police(road, "p", 0)
    road.unit()
    assert [road.outcome(r)[0] for r in (first, again, later)] == [
        "applied",
        "duplicate",
        "duplicate",
    ]
    assert len(road.journal()) == 2


def test_another_body_under_the_same_id_is_a_conflict_and_the_first_stays(
    road: AdmissionRoad,
) -> None:
    police(road, "p", 0)
    road.unit()
    other_person, other_field = police(road, "p", 1), police(road, "p", 0, agenda_requested=True)
    road.unit()
    assert road.outcome(other_person) == ("conflict", "dedup.conflict")
    assert road.outcome(other_field) == ("conflict", "dedup.conflict")
    assert len(road.journal()) == 2


def test_the_same_people_are_the_same_household(road: AdmissionRoad) -> None:
    police(road, "first", 0, 1)
    road.unit()
    police(road, "second", 0, 1)
    police(road, "stranger", 5)
    road.unit()
    assert road.households("first") == road.households("second")
    assert road.households("first") != road.households("stranger")
    assert road.row("second")["households"][0]["reason"] == "PERSON"
    assert road.row("first")["persons"][0]["pid"] == road.row("second")["persons"][0]["pid"]


def test_a_registration_finds_its_signal_by_the_police_number(road: AdmissionRoad) -> None:
    police(road, "p", 0, source_ref="BVH-1")
    registered(road, "r", "C1", signal_source=POLICE, signal_source_ref="BVH-1")
    registered(road, "other", "C2", signal_source=SCHOOLS, signal_source_ref="BVH-1")
    road.unit()
    assert road.households("p") == road.households("r")
    assert road.households("other") != road.households("p"), "a number counts per source"


def test_children_wait_for_their_parent_and_follow_it_in_first_seen_order(
    road: AdmissionRoad,
) -> None:
    feedback = road.say(
        "LocalTeamFeedbackGiven",
        "feedback",
        handover_id="H1",
        status="ACCEPTED",
        status_on=DAY,
        safety_concern=False,
    )
    road.unit()
    handover = road.say(
        "HandoverSent",
        "handover",
        handover_id="H1",
        case_id="C1",
        to_kind="LOCAL_TEAM",
        sent_on=DAY,
        safety_conditions=False,
    )
    assessment = assessed(road, "assessment", "C1")
    road.unit()
    waiting = (feedback, handover, assessment)
    assert [road.outcome(r)[0] for r in waiting] == ["pending"] * 3
    assert len(road.journal()) == 1
    registered(road, "parent", "C1")
    road.unit()
    assert [road.outcome(r)[0] for r in waiting] == ["applied"] * 3
    ids = [row["event_id"] for row in road.journal()][1:]
    # The feedback was seen first, but its own parent is the handover, which comes after.
    order = ("parent", "handover", "feedback", "assessment")
    assert ids == [event_id(event) for event in order]
    assert road.row("feedback")["households"][0]["reason"] == "PENDING_RESOLVED"
    assert road.query("select count(*) from admission.pending")[0][0] == 0
    assert road.query("select count(*) from admission.pending_key")[0][0] == 0
    assert road.query("select count(*) from admission.event where position is null")[0][0] == 0


def test_a_duplicate_of_a_waiting_event_is_a_duplicate(road: AdmissionRoad) -> None:
    assessed(road, "a", "C1")
    road.unit()
    again = assessed(road, "a", "C1")
    road.unit()
    assert road.outcome(again)[0] == "duplicate"
    registered(road, "r", "C1")
    road.unit()
    assert len([r for r in road.journal() if r["event_id"] == event_id("a")]) == 1


def test_a_pending_person_is_woken_by_the_person(road: AdmissionRoad) -> None:
    moved = road.say(
        "AddressChanged",
        "move",
        source=SCHOOLS,
        person=person(0, "UNKNOWN"),
        effective_on=DAY,
        left_region=True,
        people=[{"ref": 0, "bsn": bsn(3)}],
    )
    road.unit()
    assert road.outcome(moved)[0] == "pending"
    (draft,) = road.query("select draft from admission.pending")
    assert bsn(3).encode() not in bytes(draft[0])
    police(road, "p", 3)
    road.unit()
    assert road.outcome(moved)[0] == "applied"
    assert road.households("move") == road.households("p")


def test_after_thirty_days_a_waiting_event_goes_to_the_review_queue(road: AdmissionRoad) -> None:
    assessed(road, "a", "C1")
    road.unit()
    for number in range(1, 32):
        road.tick(date(2025, 1, number))
    road.unit()
    assert road.query("select count(*) from admission.review_entry")[0][0] == 0
    road.tick(date(2025, 2, 1))
    road.unit()
    rows = road.query("select kind, event_id from admission.review_entry")
    assert rows == [("pending_expired", event_id("a"))]


def test_a_name_alone_never_links_but_is_reviewed(road: AdmissionRoad) -> None:
    police(road, "first", people=[{"ref": 0, **RIA}], persons=[person(0)])
    road.unit()
    police(road, "second", people=[{"ref": 0, **RIA}], persons=[person(0)])
    road.unit()
    assert road.households("first") != road.households("second")
    assert road.row("second")["persons"][0]["certainty"] == "TO_CHECK"
    pids = {road.row(e)["persons"][0]["pid"] for e in ("first", "second")}
    assert len(pids) == 2
    (entry,) = road.query("select kind, event_id, pids from admission.review_entry")
    assert entry[:2] == ("same_name", event_id("second")) and set(entry[2]) == pids


def test_a_reference_wins_from_persons_and_is_reviewed(road: AdmissionRoad) -> None:
    police(road, "family", 0)
    registered(road, "case", "C1")
    road.unit()
    registered(road, "both", "C1", persons=[person(0)], people=[{"ref": 0, "bsn": bsn(0)}])
    road.unit()
    assert road.households("both") == road.households("case")
    (entry,) = road.query("select kind, household_ids from admission.review_entry")
    assert entry == ("persons_disagree", [*road.households("case"), *road.households("family")])
    assert road.row("both")["decisions"][0]["kind"] == "SENT_TO_REVIEW"


def test_a_decision_goes_where_it_says_and_only_there(road: AdmissionRoad) -> None:
    police(road, "p", 0)
    road.unit()
    (household,) = road.households("p")
    decision: dict[str, Any] = {"reason_code": "SEEN", "decided_by": "analist-1", "person_pids": []}
    good = road.say(
        "AnalystDecided", "d1", kind="ACKNOWLEDGE", household_ids=[household], **decision
    )
    bad = road.say("AnalystDecided", "d2", kind="ACKNOWLEDGE", household_ids=["0" * 32], **decision)
    again = road.say(
        "AnalystDecided", "d2", kind="ACKNOWLEDGE", household_ids=["0" * 32], **decision
    )
    road.unit()
    assert road.outcome(good) == ("applied", None)
    assert road.outcome(bad) == ("dead_lettered", "domain.household")
    assert road.outcome(again) == ("dead_lettered", "domain.household"), (
        "it shares the first's fate"
    )
    assert road.households("d1") == [household]


def test_a_rolled_back_unit_leaves_nothing_and_can_be_tried_again(road: AdmissionRoad) -> None:
    record = police(road, "p", 0)
    road.unit(commit=False)
    assert len(road.journal()) == 1
    assert road.query("select count(*) from vault.person")[0][0] == 0
    road.unit()
    assert road.outcome(record)[0] == "applied" and len(road.journal()) == 2


def test_nothing_a_person_is_called_stands_in_clear_in_any_table(road: AdmissionRoad) -> None:
    canary = {
        "bsn": bsn(7),
        "family_name": "Kanariegeel",
        "given_names": "Zwaluwina",
        "birth_date": "1971-03-09",
    }
    police(
        road,
        "p",
        persons=[person(0)],
        people=[{"ref": 0, **canary}],
        incident_address={"ref": 0, "municipality": "GM0106", "kind": "ACTUAL"},
        addresses=[{"ref": 0, "bag_id": "0106200000000017", "street": "Kanariedreef"}],
    )
    assessed(road, "waits", "C1")
    road.unit()
    tables = road.query(
        "select schemaname || '.' || tablename from pg_tables"
        " where schemaname in ('engine', 'vault', 'admission')"
    )
    for (table,) in tables:
        for (text,) in road.query(f"select t::text from {table} t"):
            raw = text + "".join(bytes.fromhex(part).decode("latin-1") for part in _hex_parts(text))
            for secret in (*canary.values(), "0106200000000017", "Kanariedreef"):
                assert secret not in raw, f"{table} holds a person in clear"


def _hex_parts(text: str) -> list[str]:
    parts = text.split("\\x")[1:]
    found = []
    for part in parts:
        digits = ""
        for letter in part:
            if letter not in "0123456789abcdef":
                break
            digits += letter
        found.append(digits[: len(digits) // 2 * 2])
    return found


def test_hub_only_sources_may_move_the_clock(road: AdmissionRoad) -> None:
    record = road.say("ClockTicked", "t", source=CASE_SYSTEM, day=DAY)
    road.unit()
    assert road.outcome(record) == ("dead_lettered", "authz.source")
    good = road.say("ClockTicked", "t", source=HUB_SOURCE, day=DAY)
    road.unit()
    assert road.outcome(good)[0] == "applied"
    assert road.row("t")["known_at"] == datetime(2025, 1, 1, 0, tzinfo=UTC)
