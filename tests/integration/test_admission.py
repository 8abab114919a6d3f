"""Admission on a real PostgreSQL: outcomes, households, what waits, the clock, dead letters."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from schemas.codec import decode_body
from streams.engine.stage import InputRecord
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

DAY = date(2025, 1, 1)
RIA = {"family_name": "Testpersoon", "given_names": "Ria", "birth_date": "1980-02-03"}


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    road.open()
    yield road
    road.connection.close()


@pytest.fixture
def other_road(database: str) -> Iterator[AdmissionRoad]:
    url = f"{database}_other"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'create database "{urlsplit(url).path[1:]}"'.encode())
    other = AdmissionRoad(database=url)
    other.open()
    yield other
    other.connection.close()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'drop database "{urlsplit(url).path[1:]}"'.encode())


def police(road: AdmissionRoad, event: str, *numbers: int, **fields: Any) -> InputRecord:
    """Say that the police met these people, a victim first, then perpetrators."""
    roles = ["VICTIM"] + ["SUSPECTED_PERPETRATOR"] * len(numbers)
    said: dict[str, Any] = {
        "reported_on": DAY,
        "incident_on": DAY,
        "agenda_requested": False,
        "subjects_informed": True,
        "persons": [person(ref, roles[ref]) for ref in range(len(numbers))],
        "people": [{"ref": ref, "bsn": bsn(n)} for ref, n in enumerate(numbers)],
    }
    return road.say("PoliceReportSubmitted", event, source=POLICE, **said | fields)


def registered(road: AdmissionRoad, event: str, case: str, **fields: Any) -> InputRecord:
    return road.say(
        "ReportRegistered",
        event,
        case_id=case,
        report_id=f"report of {case}".replace(" ", "-"),
        received_on=DAY,
        reporter_sector="JUSTICE_AND_SAFETY",
        repeat_kind="FIRST",
        acute=False,
        **fields,
    )


def assessed(road: AdmissionRoad, event: str, case: str) -> InputRecord:
    return road.say(
        "SafetyAssessmentCompleted",
        event,
        case_id=case,
        report_id=f"report-of-{case}",
        completed_on=DAY,
        outcome="NO_FOLLOW_UP",
    )


def corrected(
    road: AdmissionRoad, event: str, target: str, kind: str, **fields: Any
) -> InputRecord:
    topic = fields.pop("topic", "vt.in.police.v1")
    return road.say(
        "EventCorrected",
        event,
        topic=topic,
        **{"source": POLICE} | fields,
        corrected_event_id=event_id(target),
        kind=kind,
        reason_code="INPUT_ERROR",
    )


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


def scenario(road: AdmissionRoad) -> None:
    """Say forty things about six families, children before parents, with corrections."""
    rng = random.Random(7)
    for number in range(10):
        case = f"C{number}"
        steps: list[Callable[[], InputRecord]] = [
            partial(
                police, road, f"p{number}", number % 6, 6 + number % 3, source_ref=f"B{number}"
            ),
            partial(
                registered,
                road,
                f"r{number}",
                case,
                signal_source=POLICE,
                signal_source_ref=f"B{number}",
            ),
            partial(assessed, road, f"a{number}", case),
            partial(police, road, f"w{number}", persons=[person(0)], people=[{"ref": 0, **RIA}]),
            partial(corrected, road, f"c{number}", f"p{(number * 3) % 10}", "RETRACTED"),
        ]
        rng.shuffle(steps)
        for step in steps:
            step()


def shape(road: AdmissionRoad) -> list[object]:
    """Return the journal and the memberships with tokens replaced by their order of appearing."""
    names: dict[str, str] = {}

    def named(token: str) -> str:
        return names.setdefault(token, f"token {len(names)}")

    rows = [
        (
            row["position"],
            row["record_name"],
            row["event_id"] if row["source"] != HUB_SOURCE else "",
            [(named(link["household_id"]), link["reason"]) for link in row["households"]],
            [named(p["pid"]) for p in row["persons"]],
            [(d["kind"], [named(h) for h in d["household_ids"]]) for d in row["decisions"]],
        )
        for row in road.journal()
    ]
    members = road.query(
        "select household_id, pid, role, position_from, position_to from admission.membership"
        " order by position_from, role, position_to"
    )
    reviews = road.query("select kind, event_id from admission.review_entry order by 2, 1")
    waiting = road.query("select event_id from admission.pending order by seq")
    stood = sorted((named(h), named(p), *rest) for h, p, *rest in members)
    return [rows, [str(member) for member in stood], reviews, waiting]


def test_how_records_are_batched_changes_nothing(
    road: AdmissionRoad, other_road: AdmissionRoad
) -> None:
    for each in (road, other_road):
        scenario(each)
    road.unit()
    said, other_road.waiting = other_road.waiting, []
    rng = random.Random(11)
    while said:
        size = rng.randint(1, 4)
        other_road.waiting, said = said[:size], said[size:]
        other_road.unit()
    assert shape(road) == shape(other_road)
    kinds = {name for name, *_ in road.query("select record_name from engine.journal")}
    assert {"PersonSeenElsewhere", "EventCorrected"} <= kinds, "the scenario is worth its name"
    assert road.query("select count(*) from admission.review_entry")[0][0] > 0
    assert any(
        link["reason"] == "PENDING_RESOLVED" for row in road.journal() for link in row["households"]
    )
