"""Is the simulated log of Drenthe fit to be sent: valid, in order, plausible, reproducible?"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from connectors.simulation.days import simulate
from connectors.simulation.events import SimulatedEvent, Slice
from connectors.simulation.figures import shipped_figures
from schemas.codec import encode_body
from schemas.events import EVENT_TYPES
from schemas.field_rules import time_flags, violations
from schemas.person_numbers import is_valid_bsn
from schemas.sealing import check_refs, content_of
from schemas.topics import TOPICS
from streams.household.terms import start_of_day


@pytest.fixture(scope="module")
def log() -> list[Slice]:
    return list(simulate(shipped_figures(), 1))


def events(slices: list[Slice]) -> list[SimulatedEvent]:
    return [e for each in slices for e in (*([each.tick] if each.tick else []), *each.events)]


def test_the_log_has_the_size_of_a_demonstration(log: list[Slice]) -> None:
    assert 33_000 <= len(events(log)) <= 36_000


def test_every_inbound_kind_of_a_partner_occurs(log: list[Slice]) -> None:
    said = {event.record_name for event in events(log)}
    partners = {
        name
        for name, kind in EVENT_TYPES.items()
        if kind.topic.startswith("vt.in.")
        and kind.topic not in ("vt.in.hub.v1", "vt.in.analyst.v1")
    }
    assert partners - said == set()
    assert {"EventCorrected", "AdviceCorrected", "ClockTicked", "RegionOpened"} <= said


def test_what_moved_between_editions_is_late_retracted_and_moved(log: list[Slice]) -> None:
    kinds = Counter(e.record["kind"] for e in events(log) if e.record_name == "EventCorrected")
    late = [
        (each.day, e.record["received_on"])
        for each in log
        for e in each.events
        if e.record_name == "ReportRegistered" and (each.day - e.record["received_on"]).days > 30
    ]
    assert kinds["RETRACTED"] >= 2
    assert 1 <= kinds["REPLACED"] <= 4
    assert len(late) > kinds["REPLACED"]


def test_events_are_valid_encodable_and_on_a_topic_that_allows_them(log: list[Slice]) -> None:
    for event in events(log)[::5]:
        assert violations(event.record_name, event.record) == []
        assert event.record_name in TOPICS[event.topic].records
        check_refs(
            EVENT_TYPES[event.record_name],
            event.record,
            content_of(event.persons, event.addresses),
        )
        encode_body(event.record_name, event.record)


def test_no_event_lies_in_the_future_of_its_day(log: list[Slice]) -> None:
    for each, following in pairwise(log):
        end = start_of_day(following.day) if following.day > each.day else None
        for event in each.events:
            assert end is None or time_flags(event.record_name, event.record, end) == ()


def test_a_bsn_belongs_to_one_person(log: list[Slice]) -> None:
    person_of: dict[str, str] = {}
    for event in events(log):
        for person in event.persons:
            who = f"{person['given_names']} {person['family_name']} {person['birth_date']}"
            assert person["bsn"].startswith("999") and is_valid_bsn(person["bsn"])
            assert person_of.setdefault(person["bsn"], who) == who
    assert len(person_of) > 5_000


def test_references_are_said_after_what_they_refer_to(log: list[Slice]) -> None:
    """A child in another topic than its parent comes a day later: nothing need wait as pending."""
    told: dict[tuple[str, str], tuple[int, str]] = {}
    for day, each in enumerate(log):
        for event in each.events:
            record = event.record
            needs = [
                (scope, record[scope])
                for scope in ("case_id", "handover_id")
                if record.get(scope) is not None
            ]
            gives = {
                "ReportRegistered": ["case_id"],
                "CaseTransferred": ["case_id"],
                "HandoverSent": ["handover_id"],
            }.get(event.record_name, [])
            for scope, key in needs:
                if scope in gives:
                    told.setdefault((scope, key), (day, event.topic))
                    continue
                since, topic = told[scope, key]
                assert since < day or topic == event.topic
            if event.record_name == "ReportRegistered" and record["signal_source_ref"]:
                assert told["signal", record["signal_source_ref"]][0] < day
            if record["meta"].get("source_ref"):
                told["signal", record["meta"]["source_ref"]] = (day, event.topic)


def test_ticks_come_once_per_day_without_gaps(log: list[Slice]) -> None:
    assert log[0].tick is None
    assert [e.record_name for e in log[0].events] == ["RegionOpened"]
    days = [each.tick.record["day"] for each in log if each.tick is not None]
    assert days == [each.day for each in log[1:]]
    assert all((later - day).days == 1 for day, later in pairwise(days))
    assert days[-1] == shipped_figures().editions[-1].known_on


def test_the_radar_would_speak_of_a_minority(log: list[Slice]) -> None:
    households: dict[str, list[Any]] = {}
    for event in events(log):
        if event.record_name == "ReportRegistered":
            households.setdefault(event.record["municipality"], []).append(event)
    repeats = Counter(e.record["repeat_kind"] for es in households.values() for e in es)
    total = repeats.total()
    assert 0.28 <= repeats["FIRST"] / total <= 0.42
    assert 0.20 <= (repeats["DURING_ASSESSMENT"] + repeats["AFTER_ASSESSMENT"]) / total <= 0.32
    flagged = sum(bool(e.record.get("red_flags")) for e in events(log))
    assert 0 < flagged < 0.25 * total


def test_the_same_seed_gives_the_same_log_and_another_seed_another(log: list[Slice]) -> None:
    assert list(simulate(shipped_figures(), 1)) == log
    other = list(simulate(shipped_figures(), 2))
    # The hub's own events follow from region and day; all others differ.
    own = {e.event_id for each in other for e in each.events if e.topic != "vt.in.hub.v1"}
    assert not own & {e.event_id for e in events(log)}
