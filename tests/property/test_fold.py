"""State and conditions depend on the set of events; what is said never lacks its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_body
from streams.household.conditions import Condition, conditions, gained_and_lost
from streams.household.episodes import Episode
from streams.household.fold import INITIAL, evolve, void_events
from streams.household.journal_event import JournalEvent
from streams.household.picture import picture_after, picture_of
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.rules import Rule
from streams.household.state import HouseholdState, from_bytes, to_bytes
from streams.radar.replay import replay
from tests.support.journal import REGION, Said, events, rows
from tests.support.journals import EXAMPLES, histories

# A thousand examples take their time on a busy machine.
pytestmark = pytest.mark.timeout(900)

AS_OF = date(2026, 6, 1)
ALWAYS_ASKED: tuple[Rule, ...] = tuple(
    type(rule.rule_id, (type(rule),), {"__slots__": (), "rests_on": frozenset()})()
    for rule in DEFAULT_RULE_SET.rules
)


def fold(journal: Iterable[JournalEvent], state: HouseholdState = INITIAL) -> HouseholdState:
    for event in journal:
        state = evolve(state, event)
    return state


def held(state: HouseholdState) -> tuple[Condition, ...]:
    return conditions(state, AS_OF, DEFAULT_RULE_SET)


@EXAMPLES
@given(histories(), st.data())
def test_any_order_with_any_duplicates_gives_the_same_bytes(
    said: list[Said], data: st.DataObject
) -> None:
    journal = events(said)
    again = data.draw(st.lists(st.sampled_from(journal), max_size=5))
    shuffled = data.draw(st.permutations([*journal, *again]))
    assert to_bytes(fold(shuffled)) == to_bytes(fold(journal))


@EXAMPLES
@given(histories(repeated_corrections=False), st.data())
def test_any_order_of_arrival_gives_the_same_conditions(
    said: list[Said], data: st.DataObject
) -> None:
    # Positions are those of arrival here; corrections stand after what they correct, always, and
    # of several versions of a monitoring moment the last by position counts (definitions.md, R18).
    reports = [one for one in said if one.record_name != "EventCorrected"]
    corrections = [one for one in said if one.record_name == "EventCorrected"]
    moments = iter([one for one in reports if one.record_name == "MonitoringMomentRecorded"])
    arrived = [
        next(moments) if one.record_name == "MonitoringMomentRecorded" else one
        for one in data.draw(st.permutations(reports))
    ]
    shuffled = [*arrived, *corrections]
    assert held(fold(events(shuffled))) == held(fold(events(said)))


@EXAMPLES
@given(histories(), st.data())
def test_folding_in_parts_through_bytes_is_folding_at_once(
    said: list[Said], data: st.DataObject
) -> None:
    journal = events(said)
    cut = data.draw(st.integers(0, len(journal)))
    halfway = from_bytes(to_bytes(fold(journal[:cut])))
    assert to_bytes(fold(journal[cut:], halfway)) == to_bytes(fold(journal))


@EXAMPLES
@given(histories())
def test_a_picture_that_grows_is_the_picture_made_from_nothing(said: list[Said]) -> None:
    state, picture = INITIAL, picture_of(INITIAL)
    for event in events(said):
        after = evolve(state, event)
        fact = after.facts.get(event.key)
        picture = picture_of(after) if fact is None else picture_after(picture, after, fact)
        assert picture == picture_of(after)
        state = after


@EXAMPLES
@given(histories())
def test_looking_at_what_changed_only_finds_all_that_newly_holds(said: list[Said]) -> None:
    state, before = INITIAL, picture_of(INITIAL)
    for event in events(said):
        state = evolve(state, event)
        after = picture_of(state)
        fact = state.facts.get(event.key) if before.void == after.void else None
        everything = gained_and_lost(before, after, DEFAULT_RULE_SET, None)
        assert gained_and_lost(before, after, DEFAULT_RULE_SET, fact) == everything
        before = after


@EXAMPLES
@given(histories())
def test_asking_only_rules_that_rest_on_something_finds_what_asking_all_does(
    said: list[Said],
) -> None:
    state = fold(events(said))
    everything = conditions(state, AS_OF, replace(DEFAULT_RULE_SET, rules=ALWAYS_ASKED))
    assert [one[1:] for one in held(state)] == [one[1:] for one in everything]


@EXAMPLES
@given(histories())
def test_rules_agree_with_their_definitions_done_the_slow_way(said: list[Said]) -> None:
    state = fold(events(said))
    episodes = picture_of(state).episodes
    found = {(c.rule.rule_id, c.trigger): c.level.name for c in held(state)}
    for at, episode in enumerate(episodes):
        assert found.get(("R01", episode.key)) == slow_repeated(episodes, at)
        escalates = slow_gaps(episodes, at) or slow_severity(episodes, at)
        assert (("R06", episode.key) in found) == escalates


@EXAMPLES
@given(histories())
def test_findings_cite_valid_events_rise_and_agree_with_the_state(said: list[Said]) -> None:
    prefix = [
        decode_body("FindingEvent", 1, row.body) for row in replay(REGION, rows(said)).findings
    ]
    levels = {"ATTENTION": 2, "HIGH": 3, "CRITICAL": 4}
    standing: dict[str, int] = {}
    for entry in prefix:
        assert entry["evidence"]
        if entry["kind"] in ("RAISED", "RENEWED"):
            known = fold(events(said[: entry["journal_position"]]))
            void = {key.event_id for key in void_events(known)}
            cited = {reference["event_id"] for reference in entry["evidence"]}
            assert not cited & void
            assert (entry["kind"] == "RAISED") == (entry["finding_id"] not in standing)
            assert cited <= {key.event_id for key in known.facts}
            assert levels[entry["level"]] >= standing.get(entry["finding_id"], 0)
            standing[entry["finding_id"]] = levels[entry["level"]]
        elif entry["kind"] == "WITHDRAWN":
            standing.pop(entry["finding_id"])
    household = replay(REGION, rows(said)).households.get("household-1")
    findings = household.state.findings if household else ()
    assert {f.finding_id: f.level.value for f in findings if f.status.is_open} == standing
    for finding in findings:
        if finding.status.is_open:
            assert finding.evidence
            assert household is not None
            assert not {*finding.evidence} & void_events(household.state)
            assert finding.key in {condition.key for condition in held(household.state)}


def slow_repeated(episodes: tuple[Episode, ...], at: int) -> str | None:
    number = sum(0 <= (episodes[at].day - other.day).days <= 365 for other in episodes[: at + 1])
    return "HIGH" if number >= 5 else "ATTENTION" if number >= 3 else None


def slow_gaps(episodes: tuple[Episode, ...], at: int) -> bool:
    days = [e.day for e in episodes[: at + 1] if (episodes[at].day - e.day).days <= 365]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return len(days) >= 3 and 2 * gaps[-1] <= median(gaps[:-1])


def slow_severity(episodes: tuple[Episode, ...], at: int) -> bool:
    earlier = [e.severity for e in episodes[:at] if (episodes[at].day - e.day).days <= 365]
    return max(earlier, default=0) >= 1 and episodes[at].severity > max(earlier)
