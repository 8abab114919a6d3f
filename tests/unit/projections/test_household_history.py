from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from projections.entries import LogEntry, UnreadableRow, log_entry
from projections.household_history import (
    happened_on,
    municipality,
    signal_at,
    signal_reference,
)
from schemas.events import EVENT_TYPES
from streams.engine.stage import InputRecord
from tests.support.log_rows import CASE_SYSTEM, POLICE, REGION, LogRows, report_registered
from tests.support.sample_records import sample_fields

# 23:30 UTC on 30 June is 01:30 on 1 July in Amsterdam.
AT_NIGHT = datetime(2025, 6, 30, 23, 30, tzinfo=UTC)


def entry(record_name: str, **fields: Any) -> LogEntry:
    given = {"source", "source_ref", "occurred_at"}
    record = sample_fields(record_name) | {k: v for k, v in fields.items() if k not in given}
    about = {k: v for k, v in fields.items() if k in given}
    row = LogRows().event(record_name, event="e", **about, **record)
    return log_entry(REGION, row, "JournalRow")


@pytest.mark.parametrize(
    ("incident_on", "expected"),
    [
        (date(2025, 7, 1), AT_NIGHT),
        (date(2025, 6, 30), datetime(2025, 6, 30, 10, tzinfo=UTC)),
        (None, AT_NIGHT),
    ],
)
def test_the_time_of_a_signal(incident_on: date | None, expected: datetime) -> None:
    signal = entry("ReportSubmitted", incident_on=incident_on, occurred_at=AT_NIGHT)
    assert signal_at(signal) == expected


def test_a_registered_report_is_timed_at_noon_of_its_receipt() -> None:
    registered = entry("ReportRegistered", **report_registered(received_on=date(2025, 1, 2)))
    assert signal_at(registered) == datetime(2025, 1, 2, 11, tzinfo=UTC)


def test_nothing_else_is_a_signal() -> None:
    signals = {"PoliceReportSubmitted", "ReportSubmitted", "ReportRegistered"}
    for name, event_type in EVENT_TYPES.items():
        if not event_type.is_advice:
            assert (signal_at(entry(name)) is not None) == (name in signals)


def test_a_report_meets_its_signal_by_source_and_number() -> None:
    signal = entry("PoliceReportSubmitted", source=POLICE, source_ref="BVH|1")
    named = {"signal_source": POLICE, "signal_source_ref": "BVH|1"}
    assert signal_reference(entry("ReportRegistered", **named)) == signal_reference(signal)
    assert signal_reference(signal) is not None
    other = named | {"signal_source": CASE_SYSTEM}
    assert signal_reference(entry("ReportRegistered", **other)) != signal_reference(signal)


def test_without_a_number_there_is_nothing_to_meet_by() -> None:
    assert signal_reference(entry("PoliceReportSubmitted", source_ref=None)) is None
    assert signal_reference(entry("ReportRegistered", signal_source_ref=None)) is None
    assert signal_reference(entry("ClockTicked")) is None


def test_the_day_is_the_one_that_the_event_is_about() -> None:
    day = date(2024, 12, 24)
    moved = entry("AddressChanged", effective_on=day)
    assert happened_on(EVENT_TYPES["AddressChanged"], moved) == day
    order = entry("RestrainingOrderChanged", status_at=AT_NIGHT)
    assert happened_on(EVENT_TYPES["RestrainingOrderChanged"], order) == date(2025, 7, 1)
    unanswered = entry("PartyInformed", informed_on=None, occurred_at=AT_NIGHT)
    assert happened_on(EVENT_TYPES["PartyInformed"], unanswered) == date(2025, 7, 1)


def test_a_move_gives_the_municipality_that_people_moved_to() -> None:
    old, new = ({"ref": 1, "municipality": code, "kind": "ACTUAL"} for code in ("GM0106", "GM0114"))
    moved = entry("AddressChanged", from_address=old, to_address=new)
    assert municipality(EVENT_TYPES["AddressChanged"], moved.record) == "GM0114"
    left = entry("AddressChanged", from_address=old, to_address=None)
    assert municipality(EVENT_TYPES["AddressChanged"], left.record) == "GM0106"


@pytest.mark.parametrize(("value", "position"), [(None, 1), (b"", None)])
def test_what_is_no_row_of_a_log_stops_the_stage(value: bytes | None, position: int | None) -> None:
    record = InputRecord(topic="vt.journal.v1", offset=0, key=None, value=value, position=position)
    with pytest.raises(UnreadableRow):
        log_entry(REGION, record, "JournalRow")


def test_a_row_under_another_position_stops_the_stage() -> None:
    row = LogRows().event("ClockTicked", event="t", day=date(2025, 1, 1))
    moved = InputRecord(topic=row.topic, offset=1, key=None, value=row.value, position=2)
    with pytest.raises(UnreadableRow):
        log_entry(REGION, moved, "JournalRow")
