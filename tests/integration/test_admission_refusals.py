"""What admission refuses, record by record, and that its neighbours never notice."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from streams.engine.stage import InputRecord
from tests.support.admission import (
    CASE_SYSTEM,
    HUB_NOW,
    IDS,
    SCHOOLS,
    AdmissionRoad,
    event_id,
)

TOPIC = "vt.in.case-system.v1"
DAY = date(2025, 1, 1)


@pytest.fixture
def closed(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    yield road
    road.connection.close()


@pytest.fixture
def road(closed: AdmissionRoad) -> AdmissionRoad:
    closed.open()
    return closed


def transferred(road: AdmissionRoad, event: str, **fields: Any) -> InputRecord:
    said: dict[str, Any] = {
        "case_id": f"C-{event}",
        "direction": "IN",
        "counterpart_oin": "00000099000000000009",
        "transferred_on": DAY,
    }
    return road.say("CaseTransferred", event, **said | fields)


def sealed_for_another_event(road: AdmissionRoad) -> bytes:
    record = transferred(
        road,
        "lender",
        persons=[
            {"ref": 0, "role": "VICTIM", "age_class": "UNKNOWN", "is_minor": None}
            | {"relations": []}
        ],
        people=[{"ref": 0, "family_name": "Testpersoon"}],
    )
    road.waiting.remove(record)
    decoded = road.codec.decode(TOPIC, record.value)
    sealed: bytes = decoded.record["sealed_persons"]
    return sealed


def test_broken_bytes_are_dead_letters_and_the_rest_goes_on(road: AdmissionRoad) -> None:
    good = transferred(road, "good").value
    assert good is not None
    number = {key.record_name: schema_id for schema_id, key in IDS.items()}
    advice_frame = b"\x00" + struct.pack(">I", number["AdviceGiven"])
    broken = {
        "avro.tombstone": None,
        "avro.too_short": b"",
        "avro.magic": b"\x01" + good[1:],
        "schema.unknown": b"\x00" + struct.pack(">I", 999_999) + good[5:],
        "schema.not_allowed": advice_frame + good[5:],
        "avro.decode": good[:-20],
        "avro.trailing_bytes": good + b"\x00",
    }
    records = {code: road.send(TOPIC, value) for code, value in broken.items()}
    last = transferred(road, "last")
    road.unit()
    for code, record in records.items():
        assert road.outcome(record) == ("dead_lettered", code)
    assert road.outcome(last)[0] == "applied"
    kept = road.query("select count(*) from engine.dead_letter where body_sealed is not null")
    assert kept[0][0] == len(broken) - 1 or kept[0][0] == len(broken) - 2


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("authz.source", {"source": "urn:nld:oin:00000099000000000099:systeem:vreemd"}),
        ("authz.region", {"region": "zuid"}),
        ("domain.region", {"region": "atlantis"}),
        ("domain.id", {"headers": (("ce_id", b"another"),)}),
        ("domain.time_future", {"at": HUB_NOW + timedelta(hours=49)}),
        ("domain.time_old", {"at": datetime(1950, 1, 1, tzinfo=UTC)}),
        ("sealed.form", {"sealed_persons": b"\x01 too short"}),
    ],
)
def test_what_may_not_be_said_is_a_dead_letter(
    road: AdmissionRoad, code: str, fields: dict[str, Any]
) -> None:
    record = transferred(road, "e", **fields)
    neighbour = transferred(road, "neighbour")
    road.unit()
    assert road.outcome(record) == ("dead_lettered", code)
    assert road.outcome(neighbour)[0] == "applied"


def test_a_sealed_block_of_another_event_does_not_open(road: AdmissionRoad) -> None:
    record = transferred(road, "thief", sealed_persons=sealed_for_another_event(road))
    road.unit()
    assert road.outcome(record) == ("dead_lettered", "sealed.open")


def test_a_block_sealed_to_an_unknown_key_is_kept_to_be_redriven(road: AdmissionRoad) -> None:
    sealed = bytearray(sealed_for_another_event(road))
    sealed[1:17] = bytes(16)
    record = transferred(road, "e", sealed_persons=bytes(sealed))
    road.unit()
    assert road.outcome(record) == ("dead_lettered", "sealed.key_unknown")


def test_a_region_that_is_not_open_admits_nothing(closed: AdmissionRoad) -> None:
    record = transferred(closed, "early")
    closed.unit()
    assert closed.outcome(record) == ("dead_lettered", "region.not_open")
    assert closed.journal() == []


def test_opening_and_what_follows_may_come_in_one_unit(closed: AdmissionRoad) -> None:
    event = transferred(closed, "e")
    closed.hub("RegionOpened", "opened", clock_mode="SYSTEM", name="Drenthe")
    closed.unit()
    assert [row["record_name"] for row in closed.journal()] == ["RegionOpened", "CaseTransferred"]
    assert closed.outcome(event)[0] == "applied"


def test_a_region_opens_once(road: AdmissionRoad) -> None:
    again = road.hub("RegionOpened", "again", clock_mode="SYSTEM", name="Drenthe")
    road.unit()
    assert road.outcome(again) == ("dead_lettered", "clock.order")


@pytest.mark.parametrize(
    "rules",
    [
        {"R99": '{"parameters":{},"version":1}'},
        {"R01": '{"parameters":{"n":3},"version":1}'},
        {"R01": '{"parameters":{},"version":2}'},
        {"R01": '{"parameters":{"window_days":999999},"version":1}'},
        {"R01": "{"},
    ],
)
def test_rules_that_this_program_does_not_have_never_reach_the_journal(
    road: AdmissionRoad, rules: dict[str, str]
) -> None:
    road.tick(date(2025, 1, 1))
    refused = road.hub("RulesActivated", "rules", rules=rules, calendar=[])
    road.unit()
    assert road.outcome(refused) == ("dead_lettered", "rules.unknown")


def test_days_come_once_and_in_order(road: AdmissionRoad) -> None:
    first = road.tick(date(2025, 1, 1))
    again = road.tick(date(2025, 1, 1))
    gap = road.tick(date(2025, 1, 3))
    second = road.tick(date(2025, 1, 2))
    road.unit()
    late = road.tick(date(2025, 1, 1))
    road.unit()
    outcomes = [road.outcome(r) for r in (first, again, gap, second, late)]
    assert outcomes == [
        ("applied", None),
        ("duplicate", None),
        ("dead_lettered", "clock.order"),
        ("applied", None),
        ("duplicate", None),
    ]
    assert road.row("tick 2025-01-02")["known_at"] == datetime(2025, 1, 1, 23, tzinfo=UTC)


def test_known_at_never_decreases_when_the_hub_clock_is_set_back(closed: AdmissionRoad) -> None:
    closed.open("SYSTEM")
    closed.hub_now = HUB_NOW - timedelta(hours=3)
    transferred(closed, "e")
    closed.unit()
    assert [row["known_at"] for row in closed.journal()] == [HUB_NOW, HUB_NOW]
    closed.hub_now = HUB_NOW + timedelta(hours=1)
    transferred(closed, "f")
    closed.unit()
    assert closed.row("f")["known_at"] == closed.hub_now


def test_a_replay_region_goes_live_once(road: AdmissionRoad) -> None:
    road.hub("ClockSwitched", "live", to="SYSTEM")
    back = road.hub("ClockSwitched", "back", to="REPLAY")
    road.unit()
    assert road.outcome(back) == ("dead_lettered", "clock.order")
    transferred(road, "e")
    road.unit()
    assert road.row("e")["known_at"] == HUB_NOW


def test_a_small_clock_skew_is_a_flag(road: AdmissionRoad) -> None:
    transferred(road, "e", at=datetime(2025, 1, 2, 1, tzinfo=UTC))
    road.unit()
    assert road.row("e")["flags"] == ["clock_skew"]


def advice(road: AdmissionRoad, event: str, **fields: Any) -> InputRecord:
    said: dict[str, Any] = {
        "given_on": DAY,
        "channel": "PHONE",
        "seeker_sector": "EDUCATION",
        "from_school": True,
        "anonymous": True,
    }
    return road.say("AdviceGiven", event, **said | fields)


def test_advice_has_its_own_log_and_counts_once(road: AdmissionRoad) -> None:
    first, again = advice(road, "a"), advice(road, "a")
    other = advice(road, "a", channel="CHAT")
    road.unit("advice")
    assert [road.outcome(r)[0] for r in (first, again, other)] == [
        "applied",
        "duplicate",
        "conflict",
    ]
    assert len(road.journal()) == 1
    rows = road.query("select position, event_id, known_at from engine.advice")
    assert rows == [(1, event_id("a"), datetime(2025, 1, 1, tzinfo=UTC))]


def test_advice_that_holds_a_person_is_refused_and_its_bytes_are_not_kept(
    road: AdmissionRoad,
) -> None:
    record = advice(road, "a", seeker_role="999990019")
    road.unit("advice")
    outcome, code = road.outcome(record)
    assert outcome == "dead_lettered" and code is not None
    rows = road.query("select body_sealed is null, length(body_sha256) from engine.dead_letter")
    assert rows == [(True, 32)]


def test_advice_waits_for_no_clock_but_needs_an_open_region(closed: AdmissionRoad) -> None:
    record = advice(closed, "a")
    closed.unit("advice")
    assert closed.outcome(record) == ("dead_lettered", "region.not_open")


def test_two_sources_may_use_one_id(road: AdmissionRoad) -> None:
    transferred(road, "e", source=CASE_SYSTEM)
    other = transferred(road, "e", source=SCHOOLS, case_id="C-2")
    road.unit()
    assert road.outcome(other)[0] == "applied"
