"""What follows when households change: refusals, replaced events, and who was seen elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.test_admission_rearranging import home, members, pid_of, told
from tests.support.admission import AdmissionRoad, event_id
from tests.support.sayings import corrected, decided, police, undone


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    road.open()
    yield road
    road.connection.close()


def test_a_refusal_goes_along_when_its_household_is_merged(road: AdmissionRoad) -> None:
    police(road, "a", 0)
    police(road, "b", 5, 6, source_ref="B")
    road.unit()
    (a,), (b,) = road.households("a"), road.households("b")
    stranger = pid_of(road, "b", 1)
    decided(road, "d", "REFUSE_LINK", b, people=[stranger])
    decided(road, "m", "MERGE", a, b)
    road.unit()
    assert stranger not in members(road, a), "the events that name both came along"
    police(road, "again", 5, 6)
    road.unit()
    assert road.households("again") == [a] and stranger not in members(road, a)
    undone(road, "u", "m")
    road.unit()
    assert road.query("select household_id, pid from admission.link_refusal") == [(b, stranger)]
    assert stranger not in members(road, a) | members(road, b)


def test_a_refusal_does_not_send_away_a_member_of_the_other_household(
    road: AdmissionRoad,
) -> None:
    police(road, "a", 0, 6)
    police(road, "b", 5, source_ref="B")
    road.unit()
    (a,), (b,) = road.households("a"), road.households("b")
    theirs = pid_of(road, "a", 1)
    decided(road, "d", "REFUSE_LINK", b, people=[theirs])
    decided(road, "m", "MERGE", a, b)
    road.unit()
    assert theirs in members(road, a)


def test_a_refusal_taken_back_after_a_merge_holds_nowhere(road: AdmissionRoad) -> None:
    police(road, "a", 0)
    police(road, "b", 5, 6)
    road.unit()
    (a,), (b,) = road.households("a"), road.households("b")
    person = pid_of(road, "b", 1)
    decided(road, "d", "REFUSE_LINK", b, people=[person])
    decided(road, "m", "MERGE", a, b)
    road.unit()
    undone(road, "ud", "d")
    road.unit()
    assert person in members(road, a)
    undone(road, "um", "m")
    road.unit()
    assert person in members(road, b) - members(road, a)
    assert road.query("select count(*) from admission.link_refusal") == [(0,)]


def test_a_refusal_after_a_split_goes_along_only_while_the_split_is_undone(
    road: AdmissionRoad,
) -> None:
    police(road, "ab", 0, 1)
    police(road, "a", 0)
    police(road, "b", 1)
    road.unit()
    (one,) = road.households("ab")
    leaving = pid_of(road, "ab", 1)
    decided(road, "s", "SPLIT", one, people=[leaving])
    road.unit()
    (two,) = set(road.households("s")) - {one}
    police(road, "c", 1, 7)
    road.unit()
    assert road.households("c") == [two]
    person = pid_of(road, "c", 1)
    decided(road, "d", "REFUSE_LINK", two, people=[person])
    undone(road, "u", "s")
    road.unit()
    assert home(road, "c") == one and person not in members(road, one)
    undone(road, "uu", "u")
    road.unit()
    assert set(road.query("select household_id, pid from admission.link_refusal")) == {
        (one, leaving),
        (two, person),
    }


def test_a_replacement_in_another_household_takes_its_target_out_of_the_first(
    road: AdmissionRoad,
) -> None:
    police(road, "wrong", 0)
    police(road, "other", 0)
    police(road, "family", 5)
    road.unit()
    corrected(road, "k", "wrong", "REPLACED", replacement_event_id=event_id("right"))
    police(road, "right", 5)
    road.unit()
    assert road.households("right") == road.households("family")
    assert (home(road, "wrong"), home(road, "other")) == (None, road.households("other")[0])
    corrected(road, "kk", "k", "RETRACTED")
    road.unit()
    assert home(road, "wrong") == road.households("other")[0]


@pytest.mark.parametrize("in_one_unit", [True, False])
@pytest.mark.parametrize("correction_first", [True, False])
def test_a_target_counts_nowhere_once_its_replacement_stands_elsewhere(
    road: AdmissionRoad, in_one_unit: bool, correction_first: bool
) -> None:
    police(road, "wrong", 0)
    police(road, "other", 0)
    police(road, "family", 5)
    road.unit()
    for number in (0, 1) if correction_first else (1, 0):
        if number:
            police(road, "right", 5)
        else:
            corrected(road, "k", "wrong", "REPLACED", replacement_event_id=event_id("right"))
        if not in_one_unit:
            road.unit()
    road.unit()
    assert home(road, "wrong") is None
    assert home(road, "right") == road.households("family")[0]
    assert pid_of(road, "wrong") in members(road, road.households("other")[0])


def test_a_target_leaves_when_its_replacement_is_split_off_to_another_household(
    road: AdmissionRoad,
) -> None:
    police(road, "wrong", 0)
    police(road, "ab", 0, 1)
    police(road, "b", 1)
    corrected(road, "k", "wrong", "REPLACED", replacement_event_id=event_id("b"))
    road.unit()
    (one,) = road.households("ab")
    assert home(road, "wrong") == one
    decided(road, "s", "SPLIT", one, people=[pid_of(road, "b")])
    road.unit()
    assert home(road, "b") != one
    assert home(road, "wrong") is None
    undone(road, "u", "s")
    road.unit()
    assert home(road, "wrong") == home(road, "b") == one


def test_what_was_seen_in_a_corrected_event_is_taken_back(road: AdmissionRoad) -> None:
    police(road, "first", 0, 9)
    police(road, "second", 1, 9)
    road.unit()
    (first,), (second,) = road.households("first"), road.households("second")
    man = pid_of(road, "first", 1)
    assert told(road) == {
        first: {(man, event_id("second"))},
        second: {(man, event_id("first"))},
    }
    police(road, "anew", 0, 9)
    corrected(road, "k", "first", "REPLACED", replacement_event_id=event_id("anew"))
    road.unit()
    assert told(road) == {
        first: {(man, event_id("second"))},
        second: {(man, event_id("anew"))},
    }
    corrected(road, "c", "anew", "RETRACTED")
    road.unit()
    assert told(road) == {}, "he is no member of the first any more, and was seen there no more"
    corrected(road, "cc", "c", "RETRACTED")
    road.unit()
    assert told(road) == {
        first: {(man, event_id("second"))},
        second: {(man, event_id("anew"))},
    }
