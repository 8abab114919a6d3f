from __future__ import annotations

import struct
from datetime import UTC, date, datetime

import pytest

from schemas.codec import Codec, SchemaKey, complete, decode_body, encode_body
from schemas.events import EVENT_TYPES, LOG_RECORDS
from schemas.problem_codes import DataError
from schemas.topics import TOPICS
from tests.support.spoken import CODEC, IDS, OFFERED, parsed, sealed_record, topic_for

POLICE = "vt.in.police.v1"


def framed(name: str = "PoliceReportSubmitted", example: str | None = None) -> bytes:
    return CODEC.encode(name, sealed_record(parsed(name, example)))


def refused(topic: str, raw: bytes | None) -> str:
    with pytest.raises(DataError) as caught:
        CODEC.decode(topic, raw)
    return caught.value.code


def test_the_checks_come_in_order_and_each_has_its_code() -> None:
    good = framed()
    advice = framed("AdviceGiven")
    assert refused(POLICE, None) == "avro.tombstone"
    assert refused(POLICE, b"") == "avro.too_short"
    assert refused(POLICE, good[:5]) == "avro.too_short"
    assert refused(POLICE, good + b"\0" * 256 * 1024) == "size.exceeded"
    assert refused(POLICE, good + b"\0" * 64 * 1024) == "size.exceeded"
    assert refused(POLICE, b"\x01" + good[1:]) == "avro.magic"
    assert refused(POLICE, b"\0" + struct.pack(">I", 999_999) + good[5:]) == "schema.unknown"
    assert refused(POLICE, advice) == "schema.not_allowed"
    assert refused(POLICE, good[:-1]) == "avro.decode"
    assert refused(POLICE, good + b"\0") == "avro.trailing_bytes"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_takes_its_own_records_only(topic: str) -> None:
    for name, example in OFFERED:
        raw = framed(name, example)
        if name in TOPICS[topic].records:
            assert CODEC.decode(topic, raw).event_type.name == name
        else:
            assert refused(topic, raw) == "schema.not_allowed"


def test_a_correction_stands_beside_what_it_corrects_but_never_beside_advice() -> None:
    raw = framed("EventCorrected")
    for topic in TOPICS.values():
        if topic.kind == "in" and topic.name != "vt.in.advice.v1":
            assert CODEC.decode(topic.name, raw).event_type.name == "EventCorrected"
    assert refused("vt.in.advice.v1", raw) == "schema.not_allowed"


def test_an_enum_index_below_zero_is_not_taken_for_the_last_symbol() -> None:
    body = bytearray(encode_body("ClockSwitched", parsed("ClockSwitched").record))
    assert body[-1] == 2  # zigzag of 1: SYSTEM
    body[-1] = 1  # zigzag of -1
    with pytest.raises(DataError, match=r"avro\.noncanonical"):
        decode_body("ClockSwitched", 1, bytes(body))
    body[-1] = 198  # 99, in one byte too few
    with pytest.raises(DataError, match=r"avro\.decode"):
        decode_body("ClockSwitched", 1, bytes(body))


def test_a_number_written_the_long_way_is_another_form() -> None:
    body = encode_body("ClockTicked", parsed("ClockTicked").record)
    longer = body[:-1] + bytes([body[-1] | 0x80, 0x00])
    with pytest.raises(DataError, match=r"avro\.noncanonical"):
        decode_body("ClockTicked", 1, longer)


def test_an_int_beyond_32_bits_is_out_of_range() -> None:
    record = parsed("MonitoringMomentRecorded").record
    body = encode_body("MonitoringMomentRecorded", {**record, "moment_no": 2})
    # moment_no follows case_id; replace its one byte by the varint of 2^40.
    start = body.index(b"Z-2025-0007") + len(b"Z-2025-0007")
    assert body[start] == 4
    huge = body[:start] + bytes([0x80, 0x80, 0x80, 0x80, 0x80, 0x40]) + body[start + 1 :]
    assert decode_body("MonitoringMomentRecorded", 1, huge)["moment_no"] == 2**40
    key = next(i for i, k in IDS.items() if k.record_name == "MonitoringMomentRecorded")
    with pytest.raises(DataError) as caught:
        CODEC.decode("vt.in.case-system.v1", b"\0" + struct.pack(">I", key) + huge)
    assert (caught.value.code, caught.value.pointer) == ("domain.range", "/moment_no")


def test_bad_utf8_is_refused() -> None:
    body = encode_body("ClockTicked", parsed("ClockTicked").record)
    for bad in (b"\xc3\x28", b"\xff\xfe"):
        with pytest.raises(DataError, match=r"avro\.decode"):
            decode_body("ClockTicked", 1, body.replace(b"01", bad, 1))


def test_writing_is_strict() -> None:
    record = parsed("ClockTicked").record
    naive = {**record["meta"], "occurred_at": datetime(2025, 1, 1)}  # noqa: DTZ001
    for wrong in (
        {**record, "extra": 1},
        {"meta": record["meta"]},
        {**record, "day": "gisteren"},
        {**record, "meta": naive},
    ):
        with pytest.raises(ValueError, match="does not fit schema ClockTicked") as caught:
            encode_body("ClockTicked", wrong)
        assert "2025" not in str(caught.value)


def test_instants_come_back_in_utc_and_days_as_days() -> None:
    record = CODEC.decode(POLICE, framed("PoliceReportSubmitted", "complete")).record
    assert record["meta"]["occurred_at"] == datetime(2025, 3, 1, 22, 10, tzinfo=UTC)
    assert record["meta"]["occurred_at"].tzinfo is not None
    assert record["incident_on"] == date(2025, 3, 1)


def test_complete_fills_in_defaults_at_every_depth_and_shares_no_list() -> None:
    meta = parsed("ReportSubmitted").record["meta"]
    fields = {
        "meta": meta,
        "reported_on": date(2025, 1, 1),
        "channel": "PHONE",
        "reporter_sector": "EDUCATION",
        "reporter_known_to_subjects": True,
        "persons": [{"ref": 0, "role": "CHILD"}],
    }
    first, second = complete("ReportSubmitted", fields), complete("ReportSubmitted", fields)
    assert first["persons"][0] == {
        "ref": 0,
        "role": "CHILD",
        "age_class": "UNKNOWN",
        "is_minor": None,
        "relations": [],
    }
    first["nature"].append("CHILD_ABUSE")
    first["persons"][0]["relations"].append({})
    assert second["nature"] == [] and second["persons"][0]["relations"] == []
    assert "persons" not in complete("ClockTicked", {"meta": meta, "day": date(2025, 1, 1)})
    with pytest.raises(KeyError):
        complete("ReportSubmitted", {"meta": meta})


def test_an_unknown_schema_in_the_bundle_is_noticed_at_start() -> None:
    with pytest.raises(KeyError):
        Codec({1: SchemaKey("NoSuchRecord", 1)})
    with pytest.raises(KeyError):
        Codec({}).encode("ClockTicked", {})


def test_the_log_topics_hold_log_records_only() -> None:
    assert {t for t, topic in TOPICS.items() if topic.kind == "log"} == {
        each.topic for each in LOG_RECORDS.values()
    }
    assert all(topic_for(name).startswith("vt.") for name in EVENT_TYPES)
