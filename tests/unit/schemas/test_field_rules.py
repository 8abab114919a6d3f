from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.field_rules import TimeLimits, check, partial_violations, time_flags, violations
from schemas.problem_codes import DataError
from tests.support.spoken import OFFERED, parsed

NOON = datetime(2025, 3, 2, 12, tzinfo=UTC)

# (record, where, what to put there, the code)
CASES: tuple[tuple[str, str, Any, str], ...] = (
    (
        "PoliceReportSubmitted",
        "/meta/event_id",
        "01932F00-0000-7000-8000-000000000001",
        "domain.id",
    ),
    ("PoliceReportSubmitted", "/meta/event_id", "x", "domain.id"),
    ("PoliceReportSubmitted", "/meta/source", "urn:nld:oin:1:systeem:BVH", "domain.source"),
    ("PoliceReportSubmitted", "/meta/region", "Drenthe", "domain.region"),
    ("PoliceReportSubmitted", "/meta/source_ref", "PL-1\u202e", "domain.text"),
    ("PoliceReportSubmitted", "/meta/source_ref", "Anna, dochter van", "domain.format"),
    ("PoliceReportSubmitted", "/persons", [], "domain.household"),
    ("PoliceReportSubmitted", "/incident_address/municipality", "Assen", "domain.format"),
    ("PoliceReportSubmitted", "/narrative_ref", "zij zei dat", "domain.format"),
    ("PoliceReportSubmitted", "/persons/1/ref", 0, "domain.refs"),
    ("PoliceReportSubmitted", "/persons/1/ref", -1, "domain.range"),
    ("PoliceReportSubmitted", "/persons/0/relations/0/to_ref", 9, "domain.refs"),
    ("PoliceReportSubmitted", "/persons/0/relations/0/to_ref", 0, "domain.refs"),
    ("PoliceReportSubmitted", "/incident_on", date(1899, 12, 31), "domain.range"),
    ("PoliceReportSubmitted", "/sealed_persons", b"x" * 49_153, "size.exceeded"),
    ("PoliceReportSubmitted", "/nature", ["CHILD_ABUSE"] * 201, "domain.range"),
    ("ReportSubmitted", "/reporter_role", "99", "domain.code"),
    ("ReportRegistered", "/reasons", ["06", "zes"], "domain.code"),
    ("SafetyAssessmentCompleted", "/sources_used", ["D"], "domain.code"),
    ("SafetyAssessmentCompleted", "/organisations", ["123"], "domain.format"),
    ("ServiceStatusChanged", "/result", "de moeder gaf toe", "domain.format"),
    ("MonitoringMomentRecorded", "/moment_no", 0, "domain.range"),
    ("MonitoringMomentRecorded", "/held_on", None, "domain.rule"),
    ("FamiliarityCheckAnswered", "/earlier_reports", -1, "domain.range"),
    ("HandoverSent", "/feedback_due_on", date(2025, 5, 20), "domain.rule"),
    ("PartyInformed", "/informed_on", None, "domain.rule"),
    ("RestrainingOrderChanged", "/ends_at", datetime(2025, 3, 2, tzinfo=UTC), "domain.rule"),
    ("RestrainingOrderChanged", "/ends_at", datetime(2025, 3, 12, 2, tzinfo=UTC), "domain.rule"),
    ("EventCorrected", "/kind", "UNKNOWN", "domain.enum"),
    ("EventCorrected", "/replacement_event_id", None, "domain.rule"),
    ("EventCorrected", "/reason_code", "omdat het zo is", "domain.code"),
    ("AnalystDecided", "/decided_by", "jan@veiligthuis.nl", "domain.format"),
    ("AnalystDecided", "/household_ids", ["kort"], "domain.format"),
    ("RegionOpened", "/name", "Drenthe\x00", "domain.text"),
    ("RegionOpened", "/name", "D" * 201, "domain.length"),
    ("RegionOpened", "/clock_mode", "UNKNOWN", "domain.enum"),
    ("RulesActivated", "/rules", {"R 01": "{}"}, "domain.format"),
    ("RulesActivated", "/rules", {"R01": "x" * 32_769}, "domain.length"),
    ("RulesActivated", "/calendar", ["30 mei"], "domain.format"),
)


def put(record: dict[str, Any], pointer: str, value: Any) -> None:
    *parts, last = pointer.strip("/").split("/")
    place: Any = record
    for part in parts:
        place = place[int(part)] if isinstance(place, list) else place[part]
    place[int(last) if isinstance(place, list) else last] = value


@pytest.mark.parametrize(("name", "pointer", "value", "code"), CASES)
def test_a_wrong_value_is_named_by_place_and_never_repeated(
    name: str, pointer: str, value: Any, code: str
) -> None:
    record = copy.deepcopy(parsed(name).record)
    assert violations(name, record) == []
    put(record, pointer, value)
    found = violations(name, record)
    assert any(v.code == code and v.pointer.startswith(pointer) for v in found)
    with pytest.raises(DataError) as caught:
        check(name, record)
    if isinstance(value, str) and len(value) > 3:
        assert value not in str(caught.value) and value not in repr(found)


def test_everything_wrong_is_found_at_once() -> None:
    record = copy.deepcopy(parsed("ReportRegistered").record)
    wrong: Mapping[str, Any] = {
        "/meta/region": "!",
        "/case_id": "\x07",
        "/municipality": "x",
        "/reasons": ["?"],
    }
    for pointer, value in wrong.items():
        put(record, pointer, value)
    assert [v.pointer for v in violations("ReportRegistered", record)] == [
        "/case_id",
        "/meta/region",
        "/municipality",
        "/reasons/0",
    ]


def test_refs_may_not_meet_across_the_person_fields_of_one_event() -> None:
    record = copy.deepcopy(parsed("RestrainingOrderChanged").record)
    record["protected_persons"][0]["ref"] = record["removed_person"]["ref"]
    codes = {v.code for v in violations("RestrainingOrderChanged", record)}
    assert codes == {"domain.refs"}


def test_an_extended_ban_may_last_four_weeks_and_summer_time_costs_no_hour() -> None:
    record = copy.deepcopy(parsed("RestrainingOrderChanged").record)
    # Wth art. 13: ten calendar days; over the end of summer time that is 241 hours.
    record["status_at"] = datetime(2025, 10, 20, 12, tzinfo=UTC)
    record["ends_at"] = datetime(2025, 10, 30, 13, tzinfo=UTC)
    assert violations("RestrainingOrderChanged", record) == []
    record["ends_at"] += timedelta(milliseconds=1)
    assert violations("RestrainingOrderChanged", record) != []
    record["status"] = "EXTENDED"
    record["ends_at"] = record["status_at"] + timedelta(days=28)
    assert violations("RestrainingOrderChanged", record) == []


def test_a_retraction_names_no_replacement_and_nothing_corrects_itself() -> None:
    record = copy.deepcopy(parsed("EventCorrected", "retracted").record)
    assert violations("EventCorrected", record) == []
    record["replacement_event_id"] = "01932f00-0000-7000-8000-0000000000ee"
    assert [v.pointer for v in violations("EventCorrected", record)] == ["/replacement_event_id"]
    record["replacement_event_id"] = None
    record["corrected_event_id"] = record["meta"]["event_id"]
    assert [v.pointer for v in violations("EventCorrected", record)] == ["/corrected_event_id"]


def test_fields_that_are_missing_hide_no_other_mistake() -> None:
    found = partial_violations("ReportRegistered", {"case_id": "\x07", "municipality": "GM0106"})
    assert [(v.pointer, v.code) for v in found] == [("/case_id", "domain.text")]


def at(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    record = copy.deepcopy(parsed("PoliceReportSubmitted").record)
    change(record)
    return record


def occurred(when: datetime) -> dict[str, Any]:
    return at(lambda record: record["meta"].update(occurred_at=when))


def test_a_clock_that_is_ahead_is_flagged_and_a_prophecy_refused() -> None:
    name = "PoliceReportSubmitted"
    assert time_flags(name, occurred(NOON), NOON) == ()
    assert time_flags(name, occurred(NOON + timedelta(minutes=5)), NOON) == ()
    assert time_flags(name, occurred(NOON + timedelta(minutes=10)), NOON) == ("clock_skew",)
    assert time_flags(name, occurred(NOON + timedelta(hours=24)), NOON) == ("clock_skew",)
    with pytest.raises(DataError, match=r"domain\.time_future at /meta/occurred_at"):
        time_flags(name, occurred(NOON + timedelta(hours=25)), NOON)
    with pytest.raises(DataError, match=r"domain\.time_future at /incident_on"):
        time_flags(name, at(lambda r: r.update(incident_on=date(2025, 3, 4))), NOON)


def test_what_lies_too_far_back_is_refused_and_the_limit_is_a_setting() -> None:
    ancient = occurred(datetime(1900, 1, 2, tzinfo=UTC))
    with pytest.raises(DataError, match=r"domain\.time_old at /meta/occurred_at"):
        time_flags("PoliceReportSubmitted", ancient, NOON)
    limits = TimeLimits(oldest=date(1900, 1, 1))
    assert time_flags("PoliceReportSubmitted", ancient, NOON, limits) == ()


def test_what_is_planned_may_lie_ahead() -> None:
    record = copy.deepcopy(parsed("MonitoringMomentRecorded").record)
    record["planned_on"] = date(2030, 1, 1)
    assert time_flags("MonitoringMomentRecorded", record, datetime(2025, 8, 23, tzinfo=UTC)) == ()


@pytest.mark.parametrize(("name", "example"), OFFERED)
def test_no_example_is_ahead_of_its_own_recording(name: str, example: str) -> None:
    record = parsed(name, example).record
    assert time_flags(name, record, record["meta"]["recorded_at"] + timedelta(days=1)) == ()
