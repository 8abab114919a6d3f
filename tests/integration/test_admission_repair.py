"""Dead letters that are tried again or dropped, and records sent on, in admission's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Producer

from schemas.codec import EVENT_BYTES_MAX
from streams.engine.outbox import PostgresOutbox, send_posted
from streams.engine.stage import InputRecord
from tests.support.admission import AdmissionRoad
from tests.support.kafka_in_memory import Produced, RecordingProducer

TOPIC = "vt.in.case-system.v1"
SCHOOL_TOPIC = "vt.in.schools.v1"


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
        "transferred_on": date(2025, 1, 1),
    }
    return road.say("CaseTransferred", event, **said | fields)


def letters(road: AdmissionRoad) -> dict[int, tuple[Any, ...]]:
    """Return (id, code, status, attempts, has bytes) by offset."""
    rows = road.query(
        'select "offset", id, code, status, attempts, body_sealed is not null'
        " from engine.dead_letter"
    )
    return {offset: tuple(rest) for offset, *rest in rows}


def letter_id(road: AdmissionRoad, record: InputRecord) -> str:
    ((found,),) = road.query(
        'select id from engine.dead_letter where topic = %s and "offset" = %s',
        record.topic,
        record.offset,
    )
    return str(found)


def ask(road: AdmissionRoad, what: str, *ids: str) -> set[str]:
    """Ask for letters to be repaired and return the regions with something in the outbox."""
    said = {"dead_letter_ids": list(ids), "requested_by": "beheer-01", "reason_code": "OTHER"}
    road.hub(what, str(uuid4()), **said)
    return road.unit().posted


def put_back(road: AdmissionRoad) -> list[Produced]:
    """Send what is in the outbox, and let it come to this region's partition."""
    outbox = PostgresOutbox(road.database, slot="test", dead_letter_key=road.keys.dead_letter)
    producer = RecordingProducer()
    send_posted(outbox, cast("Producer", producer), road.leases["admission"])
    outbox.drop()
    for record in producer.records:
        if record.partition == 0:
            road.send(record.topic, record.value, tuple(record.headers))
    return producer.records


def test_a_letter_whose_cause_is_gone_is_applied(closed: AdmissionRoad) -> None:
    early = transferred(closed, "early", headers=(("ce_time", b"2025"), ("traceparent", b"00")))
    closed.unit()
    closed.open()
    assert ask(closed, "RedriveRequested", letter_id(closed, early)) == {"drenthe"}
    (record,) = put_back(closed)
    assert (record.topic, record.partition, record.value) == (TOPIC, 0, early.value)
    assert dict(record.headers) == {
        "ce_time": b"2025",
        "radar-dead-letter": letter_id(closed, early).encode(),
    }
    (again,) = closed.waiting
    closed.unit()
    assert closed.outcome(again) == ("applied", None)
    assert closed.outcome(early) == ("dead_lettered", "region.not_open")
    assert letters(closed)[early.offset][1:4] == ("region.not_open", "redriven", 1)


def test_a_letter_that_fails_again_is_the_same_letter(road: AdmissionRoad) -> None:
    record = road.send(TOPIC, b"\x01 no event")
    road.unit()
    for attempts in (2, 3):
        ask(road, "RedriveRequested", letter_id(road, record))
        put_back(road)
        (again,) = road.waiting
        road.unit()
        assert road.outcome(again) == ("dead_lettered", "avro.magic")
        (only,) = letters(road).values()
        assert only[1:] == ("avro.magic", "open", attempts, True)
    steps = road.query('select step, "offset", actor from engine.dead_letter_step order by seq')
    assert steps == [
        ("refused", 0, None),
        ("redriven", None, "beheer-01"),
        ("refused", 1, None),
        ("redriven", None, "beheer-01"),
        ("refused", 2, None),
    ]


def test_a_header_alone_does_not_make_a_record_a_known_letter(road: AdmissionRoad) -> None:
    record = road.send(TOPIC, b"\x01 no event")
    road.unit()
    header = (("radar-dead-letter", letter_id(road, record).encode()),)
    road.send(TOPIC, b"\x01 another", header)
    road.send(TOPIC, b"\x01 no event", (("radar-dead-letter", b"\xff no id"),))
    road.send(SCHOOL_TOPIC, b"\x01 no event", header)
    road.unit()
    counted = road.query("select count(*), max(attempts) from engine.dead_letter")
    assert counted == [(4, 1)]


def test_asking_again_while_it_is_under_way_does_nothing(road: AdmissionRoad) -> None:
    record = road.send(TOPIC, b"\x01 no event")
    road.unit()
    letter = letter_id(road, record)
    assert ask(road, "RedriveRequested", letter, letter) == {"drenthe"}
    assert ask(road, "RedriveRequested", letter) == set()
    assert len(put_back(road)) == 1


def test_what_was_admitted_since_is_a_duplicate(closed: AdmissionRoad) -> None:
    early = transferred(closed, "e")
    closed.unit()
    closed.open()
    sent_again = closed.send(TOPIC, early.value)
    closed.unit()
    ask(closed, "RedriveRequested", letter_id(closed, early))
    put_back(closed)
    (again,) = closed.waiting
    closed.unit()
    assert [closed.outcome(r)[0] for r in (sent_again, again)] == ["applied", "duplicate"]


def test_letters_go_back_in_the_order_in_which_they_came(road: AdmissionRoad) -> None:
    sent = [road.send(topic, b"\x01" + bytes([n])) for n, topic in enumerate([TOPIC, SCHOOL_TOPIC])]
    road.unit()
    sent += [road.send(TOPIC, b"\x01" + bytes([n])) for n in (2, 3)]
    road.unit()
    ask(road, "RedriveRequested", *[letter_id(road, record) for record in reversed(sent)])
    assert [record.value for record in put_back(road)] == [record.value for record in sent]


def test_only_what_is_there_can_be_redriven(road: AdmissionRoad) -> None:
    tombstone = road.send(TOPIC, None)
    huge = road.send(TOPIC, b"\x00" * (EVENT_BYTES_MAX + 1))
    elsewhere = road.send(TOPIC, b"\x01 no event")
    road.unit()
    moved = letter_id(road, elsewhere)
    road.connection.execute("update engine.dead_letter set region = 'zuid' where id = %s", [moved])
    road.connection.commit()
    ids = (letter_id(road, tombstone), letter_id(road, huge), moved)
    assert ask(road, "RedriveRequested", *ids, str(uuid4()), "not-a-uuid") == set()
    assert {row[2] for row in letters(road).values()} == {"open"}


def test_an_advice_can_be_discarded_and_never_redriven(road: AdmissionRoad) -> None:
    record = road.send("vt.in.advice.v1", b"\x01 about somebody")
    road.unit("advice")
    assert ask(road, "RedriveRequested", letter_id(road, record)) == set()
    assert [row[2:] for row in letters(road).values()] == [("open", 1, False)]
    ask(road, "DiscardRequested", letter_id(road, record))
    assert [row[2:] for row in letters(road).values()] == [("discarded", 1, False)]


def test_what_is_discarded_has_no_bytes_and_stays_discarded(road: AdmissionRoad) -> None:
    record = road.send(TOPIC, b"\x01 no event")
    road.unit()
    letter = letter_id(road, record)
    ask(road, "DiscardRequested", letter)
    assert letters(road)[record.offset][2:] == ("discarded", 1, False)
    assert ask(road, "RedriveRequested", letter) == set()
    # A late second copy of an earlier redrive opens it no more.
    road.send(TOPIC, record.value, (("radar-dead-letter", letter.encode()),))
    road.unit()
    assert letters(road) == {
        record.offset: (UUID(letter), "avro.magic", "discarded", 2, False),
    }


def test_a_misplaced_record_is_sent_on_to_its_region(road: AdmissionRoad) -> None:
    there = road.hub("ClockTicked", "tick", day=date(2025, 1, 2), region="zuid")
    assert road.unit().posted == {"drenthe"}
    assert road.outcome(there) == ("re_routed", None)
    assert len(road.journal()) == 1
    (sent,) = put_back(road)
    assert (sent.topic, sent.partition, sent.value) == (there.topic, 1, there.value)
    assert ("radar-re-routed", b"1") in sent.headers


def test_a_record_is_sent_on_only_once(road: AdmissionRoad) -> None:
    day = date(2025, 1, 2)
    mark = (("radar-re-routed", b"1"),)
    record = road.hub("ClockTicked", "tick", day=day, region="zuid", headers=mark)
    assert road.unit().posted == set()
    assert road.outcome(record) == ("dead_lettered", "region.misplaced")


def test_nothing_is_sent_on_for_a_source_that_may_not_speak_there(road: AdmissionRoad) -> None:
    record = transferred(road, "e", region="zuid")
    assert road.unit().posted == set()
    assert road.outcome(record) == ("dead_lettered", "authz.region")


def test_a_rolled_back_unit_leaves_nothing_in_the_outbox(road: AdmissionRoad) -> None:
    road.hub("ClockTicked", "tick", day=date(2025, 1, 2), region="zuid")
    road.unit(commit=False)
    assert road.query("select count(*) from engine.outbox") == [(0,)]
    road.unit()
    assert road.query("select count(*) from engine.outbox") == [(1,)]
