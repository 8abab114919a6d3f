"""Is the simulated log of Drenthe fit to be sent: valid, in order, plausible, reproducible?"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

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
from tests.support.saying_order import said_too_early

SERIOUS = frozenset(
    {
        "STRANGULATION", "WEAPON_USED", "STALKING", "COERCIVE_CONTROL", "DEATH_THREAT",
        "RECENT_SEPARATION", "VIOLENCE_IN_PREGNANCY", "SUICIDE_THREAT_PERPETRATOR",
        "EXTREME_JEALOUSY", "WEAPON_PRESENT",
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def log() -> list[Slice]:
    return list(simulate(shipped_figures(), 1))


def events(slices: list[Slice]) -> list[SimulatedEvent]:
    return [e for each in slices for e in (*([each.tick] if each.tick else []), *each.events)]


def test_the_log_has_the_size_of_a_demonstration(log: list[Slice]) -> None:
    assert 36_000 <= len(events(log)) <= 41_000


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
    assert said_too_early(log) == []


def test_ticks_come_once_per_day_without_gaps(log: list[Slice]) -> None:
    assert log[0].tick is None
    assert [e.record_name for e in log[0].events] == ["RegionOpened"]
    days = [each.tick.record["day"] for each in log if each.tick is not None]
    assert days == [each.day for each in log[1:]]
    assert all((later - day).days == 1 for day, later in pairwise(days))
    assert days[-1] == shipped_figures().editions[-1].known_on


def test_repeats_are_as_common_as_assumed(log: list[Slice]) -> None:
    kinds = Counter(
        e.record["repeat_kind"] for e in events(log) if e.record_name == "ReportRegistered"
    )
    total = kinds.total()
    assert 0.30 <= kinds["FIRST"] / total <= 0.40
    assert 0.34 <= (kinds["REPEAT_SEVERAL_KNOWN"] + kinds["REPEAT_ONE_KNOWN"]) / total <= 0.42
    assert 0.24 <= (kinds["DURING_ASSESSMENT"] + kinds["AFTER_ASSESSMENT"]) / total <= 0.32


def test_most_families_are_spoken_with_and_none_after_the_assessment(log: list[Slice]) -> None:
    heard: dict[str, list[date]] = {}
    reached: Counter[bool] = Counter()
    for event in events(log):
        if event.record_name == "ContactRecorded":
            heard.setdefault(event.record["case_id"], []).append(event.record["contacted_on"])
            reached[event.record["reached"]] += 1
    reports = [e.record for e in events(log) if e.record_name == "ReportRegistered"]
    last = {
        e.record["case_id"]: e.record["completed_on"]
        for e in events(log)
        if e.record_name == "SafetyAssessmentCompleted"
    }
    tried = sum(
        any(timedelta() <= day - each["received_on"] <= timedelta(days=28) for day in days)
        for each in reports
        if (days := heard.get(each["case_id"]))
    )
    assert 0.5 <= tried / len(reports) <= 0.7
    assert 0.75 <= reached[True] / reached.total() <= 0.85
    counted = Counter(each["case_id"] for each in reports)
    alone = {case for case in last if counted[case] == 1}
    assert len(alone & heard.keys()) > 1_000
    assert all(max(heard[case]) <= last[case] for case in alone & heard.keys())


def test_households_come_back_into_the_log(log: list[Slice]) -> None:
    """Two of three reports name somebody known; of the last year's, the log holds most."""
    known: set[str] = set()
    last_year: Counter[bool] = Counter()
    for event in events(log):
        if event.record_name not in ("PoliceReportSubmitted", "ReportSubmitted") and (
            event.record_name != "ReportRegistered" or not event.persons
        ):
            continue
        victim = event.persons[1]["bsn"]
        if event.record["meta"]["occurred_at"].year == 2025:
            last_year[victim in known] += 1
        known.add(victim)
    assert 0.52 <= last_year[True] / last_year.total() <= 0.68


def test_the_radar_speaks_of_a_minority_of_households(log: list[Slice]) -> None:
    """Coarser than the rules themselves: enough to see that each has something to find."""
    signals: dict[str, tuple[str, str, bool]] = {}
    households: dict[str, list[tuple[date, str, bool]]] = {}
    for event in events(log):
        record = event.record
        if event.record_name in ("PoliceReportSubmitted", "ReportSubmitted"):
            sector = record.get("reporter_sector", "JUSTICE_AND_SAFETY")
            signals[record["meta"]["source_ref"]] = (
                event.persons[1]["bsn"],
                sector,
                bool(SERIOUS & set(record["red_flags"])),
            )
        elif event.record_name == "ReportRegistered":
            bare = (
                (event.persons[1]["bsn"], record["reporter_sector"],
                 bool(SERIOUS & set(record["red_flags"])))
                if event.persons
                else None
            )  # fmt: skip
            victim, sector, flagged = bare or signals[record["signal_source_ref"]]
            households.setdefault(victim, []).append((record["received_on"], sector, flagged))
    year, half = timedelta(days=365), timedelta(days=180)
    found: Counter[str] = Counter()
    for reports in households.values():
        reports.sort()
        days = [day for day, _, _ in reports]
        found["R01"] += any(
            third - first <= year for first, third in zip(days, days[2:], strict=False)
        )
        found["R02"] += any(
            later[0] - day <= half and later[1] != sector
            for (day, sector, _), later in pairwise(reports)
        )
        found["R07"] += any(flagged for _, _, flagged in reports)
    shares = {rule: count / len(households) for rule, count in found.items()}
    assert all(0.05 <= shares[rule] <= 0.30 for rule in ("R01", "R02", "R07")), shares


def test_the_same_seed_gives_the_same_log_and_another_seed_another(log: list[Slice]) -> None:
    assert list(simulate(shipped_figures(), 1)) == log
    other = list(simulate(shipped_figures(), 2))
    # The hub's own events follow from region and day; all others differ.
    own = {e.event_id for each in other for e in each.events if e.topic != "vt.in.hub.v1"}
    assert not own & {e.event_id for e in events(log)}
