"""Regions, topics, event types, codes: the small files of the contract."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

import schemas
from schemas.code_lists import CODE_LISTS, enum_label, label
from schemas.events import EVENT_TYPES, Reference, by_ce_type, derived_id, record_type
from schemas.problem_codes import BY_HTTP_TYPE, PROBLEM_CODES, DataError
from schemas.regions import Regions, RegionsError
from schemas.topics import INBOUND_TOPICS, TOPICS, topic_of

TWO = '[[region]]\ncode = "drenthe"\nname = "Drenthe"\n\n[[region]]\ncode = "b-2"\nname = "B"\n'


def test_a_region_s_partition_is_its_line() -> None:
    regions = Regions.parse(TWO)
    assert [regions.partition("drenthe"), regions.partition("b-2")] == [0, 1]
    assert [regions.code(0), regions.code(1)] == ["drenthe", "b-2"]
    assert len(regions) == 2 and "drenthe" in regions and regions["b-2"].name == "B"
    with pytest.raises(KeyError):
        regions.partition("utrecht")
    with pytest.raises(IndexError):
        regions.code(2)
    with pytest.raises(IndexError):
        regions.code(-1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "region = 1",
        "not toml [",
        TWO + TWO,
        '[[region]]\ncode = "Drenthe"\nname = "D"',
        '[[region]]\ncode = "2drenthe"\nname = "D"',
        '[[region]]\ncode = "d"',
        '[[region]]\ncode = "d"\nname = "D"\noin = "12"',
        '[[region]]\ncode = "d"\nname = "D"\npartition = 3',
    ],
)
def test_a_wrong_regions_file_is_refused(text: str) -> None:
    with pytest.raises(RegionsError):
        Regions.parse(text)


def test_a_regions_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "regions.toml"
    path.write_text(TWO)
    assert [region.code for region in Regions.read(path)] == ["drenthe", "b-2"]


def test_every_topic_keeps_its_records_as_promised() -> None:
    for topic in TOPICS.values():
        days = int(topic.config["retention.ms"]) / 86_400_000
        assert days == (35 if topic.kind == "in" else 14)
        assert topic.config["message.timestamp.type"] == "LogAppendTime"
        assert topic.config["segment.ms"] == "86400000"
        assert topic.config["cleanup.policy"] == "delete"
        assert topic.config["max.message.bytes"] == "1048576"
        assert re.fullmatch(r"vt\.[a-z.-]+\.v1", topic.name)


def test_advice_shares_its_road_with_nothing() -> None:
    advice = [t.name for t in INBOUND_TOPICS.values() if t.is_advice]
    assert advice == ["vt.in.advice.v1"]
    assert all(EVENT_TYPES[n].is_advice for n in TOPICS["vt.in.advice.v1"].records)


def test_an_event_knows_its_topic_and_a_correction_has_none_of_its_own() -> None:
    assert topic_of("PoliceReportSubmitted") == "vt.in.police.v1"
    assert topic_of("JournalRow") == "vt.journal.v1"
    with pytest.raises(LookupError):
        topic_of("EventCorrected")
    with pytest.raises(KeyError):
        topic_of("Nothing")


def test_an_event_type_is_found_by_its_ce_type() -> None:
    assert by_ce_type("nl.veiligthuis.radar.mda-registration-changed.v1") is not None
    assert by_ce_type("nl.veiligthuis.radar.nothing.v1") is None
    assert len({e.ce_type for e in EVENT_TYPES.values()}) == len(EVENT_TYPES)


def test_what_founds_a_household_and_by_what_others_find_it() -> None:
    founding = {name for name, each in EVENT_TYPES.items() if each.founds_household}
    assert founding == {
        "PoliceReportSubmitted",
        "ReportSubmitted",
        "ReportRegistered",
        "CaseTransferred",
        "MdaRegistrationChanged",
        "RestrainingOrderChanged",
    }
    transfer = EVENT_TYPES["CaseTransferred"]
    assert transfer.founds({"direction": "IN"}) and not transfer.founds({"direction": "OUT"})
    assert EVENT_TYPES["ReportRegistered"].references == (
        Reference(scope="case", field="case_id"),
        Reference(scope="report", field="report_id"),
        Reference(scope="source_ref", field="signal_source_ref", source_field="signal_source"),
        Reference(scope="source_ref", field="meta.source_ref"),
    )
    assert EVENT_TYPES["AdviceGiven"].references == ()


def test_ids_are_the_same_everywhere_for_ever() -> None:
    # Computed apart, with the recipe in architecture.md §4; it may never change.
    assert derived_id("drenthe", "urn:x", "1") == UUID("fac1167b-05ec-596f-87fe-9d21448fc121")
    assert derived_id("a", "b") != derived_id("b", "a")
    with pytest.raises(ValueError, match="may not contain"):
        derived_id("a|b", "c")


def test_record_types_and_labels() -> None:
    assert record_type("FindingEvent").label == "Radarsignaal"
    assert EVENT_TYPES["PoliceReportSubmitted"].label.startswith("Politiemelding")
    assert label("nature", "CHILD_ABUSE") == "Kindermishandeling"
    assert label("nature", "LATER_CODE") == "LATER_CODE"
    assert enum_label("RedFlag", "STRANGULATION") == "Verwurging"
    assert len(CODE_LISTS["nature"].codes) == 7 and len(CODE_LISTS["form"].codes) == 18


def test_every_problem_code_is_used_once_and_said_in_dutch() -> None:
    assert len(BY_HTTP_TYPE) == len(PROBLEM_CODES)
    for problem in PROBLEM_CODES.values():
        assert re.fullmatch(r"[a-z]+\.[a-z_0-9]+", problem.code)
        assert re.fullmatch(r"[a-z-]+", problem.http_type)
        assert problem.sentence.endswith(".") and problem.http_status >= 400


def test_every_code_in_the_room_is_on_the_list() -> None:
    pattern = re.compile(r'"((?:avro|schema|size|json|cloudevent|domain|advice|sealed)\.[a-z_]+)"')
    room = Path(schemas.__file__).parent
    used = {
        code for path in room.glob("*.py") for code in pattern.findall(path.read_text("utf-8"))
    } - {"schemas.avro"}
    assert used <= PROBLEM_CODES.keys()
    with pytest.raises(KeyError):
        DataError("no.such")
