"""Analysts merge and split households and take it back: what moves, and what follows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from schemas.codec import decode_body
from streams.engine.wire import HUB_SOURCE
from tests.support.admission import POLICE, AdmissionRoad, event_id
from tests.support.sayings import assessed, corrected, decided, police, registered, undone


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    road = AdmissionRoad(database=database)
    road.open()
    yield road
    road.connection.close()


def home(road: AdmissionRoad, event: str) -> str | None:
    """Return where an event counts now: as its row says, and as the rows behind it moved it."""
    row = road.row(event)
    return home_of_row(road, row)


def home_of_row(road: AdmissionRoad, row: dict[str, Any]) -> str | None:
    current: str | None = row["households"][0]["household_id"]
    for later in road.journal():
        if later["record_name"] == "HouseholdsRearranged":
            said = decode_body("HouseholdsRearranged", 1, later["payload"])
            for move in said["moves"]:
                if row["position"] in move["positions"]:
                    assert current == move["from_household"], "a row leaves where it is"
                    current = move["to_household"]
    return current


def members(road: AdmissionRoad, household: str | None) -> set[str]:
    rows = road.query(
        "select pid from admission.membership where household_id = %s"
        " and position_to is null and valid_to is null",
        household,
    )
    return {pid for (pid,) in rows}


def pid_of(road: AdmissionRoad, event: str, ref: int = 0) -> str:
    return str(road.row(event)["persons"][ref]["pid"])


def two_families(road: AdmissionRoad) -> tuple[str, str]:
    """Let two families be known, each with a report; return their households."""
    police(road, "a", 0, 1, source_ref="A")
    registered(road, "ra", "CA", signal_source=POLICE, signal_source_ref="A")
    police(road, "b", 5, 6, source_ref="B")
    registered(road, "rb", "CB", signal_source=POLICE, signal_source_ref="B")
    road.unit()
    return road.households("a")[0], road.households("b")[0]


def test_a_merge_moves_events_people_and_references(road: AdmissionRoad) -> None:
    a, b = two_families(road)
    everybody = members(road, a) | members(road, b)
    record = decided(road, "m", "MERGE", a, b)
    road.unit()
    assert road.outcome(record) == ("applied", None)
    assert road.households("m") == [a, b]
    assert road.row("m")["decisions"] == [
        {"kind": "MERGED", "code": "merged", "household_ids": [a, b]}
    ]
    assert {home(road, event) for event in ("a", "ra", "b", "rb")} == {a}
    assert members(road, a) == everybody and members(road, b) == set()
    assessed(road, "later", "CB")
    police(road, "again", 5)
    road.unit()
    assert road.households("later") == road.households("again") == [a]
    assert road.query("select merged_into from admission.household where household_id = %s", b) == [
        (a,)
    ]


def test_the_old_household_stays_resolvable_and_a_second_merge_changes_nothing(
    road: AdmissionRoad,
) -> None:
    a, b = two_families(road)
    police(road, "c", 8)
    road.unit()
    (c,) = road.households("c")
    decided(road, "m1", "MERGE", a, b)
    decided(road, "again", "MERGE", a, b)
    decided(road, "m2", "MERGE", c, b)
    road.unit()
    assert road.households("again") == [a]
    assert {home(road, event) for event in ("a", "b", "c")} == {c}
    rows = [r for r in road.journal() if r["record_name"] == "HouseholdsRearranged"]
    assert len(rows) == 2


@pytest.mark.parametrize("in_one_unit", [True, False])
def test_an_undone_merge_gives_back_what_it_took_and_what_came_since(
    road: AdmissionRoad, in_one_unit: bool
) -> None:
    a, b = two_families(road)
    apart = members(road, a), members(road, b)
    decided(road, "m", "MERGE", a, b)
    road.unit()
    police(road, "a2", 0, 1)
    police(road, "b2", 5, 6)
    assessed(road, "sb", "CB")
    if not in_one_unit:
        road.unit()
    undone(road, "u", "m")
    road.unit()
    assert [home(road, e) for e in ("a", "ra", "a2")] == [a] * 3
    assert [home(road, e) for e in ("b", "rb", "b2", "sb")] == [b] * 4
    assert (members(road, a), members(road, b)) == apart
    assert road.row("u")["decisions"][-1] == {
        "kind": "UNDONE",
        "code": "undone",
        "household_ids": [a, b],
    }
    police(road, "b3", 5)
    road.unit()
    assert road.households("b3") == [b]


def test_a_merge_that_is_undone_and_then_stands_after_all(road: AdmissionRoad) -> None:
    a, b = two_families(road)
    decided(road, "m", "MERGE", a, b)
    undone(road, "u", "m")
    undone(road, "uu", "u")
    road.unit()
    assert {home(road, event) for event in ("a", "ra", "b", "rb")} == {a}
    undone(road, "uuu", "uu")
    road.unit()
    assert home(road, "b") == b


def test_merge_and_undo_in_any_units_give_the_same_rows(road: AdmissionRoad) -> None:
    a, b = two_families(road)
    decided(road, "m", "MERGE", a, b)
    police(road, "b2", 5)
    undone(road, "u", "m")
    police(road, "b3", 5)
    decided(road, "m2", "MERGE", b, a)
    road.unit()
    assert {home(road, e) for e in ("a", "b", "b2", "b3")} == {b}
    assert members(road, a) == set()


def test_a_split_takes_along_what_is_theirs(road: AdmissionRoad) -> None:
    police(road, "both", 0, 1)
    police(road, "mother", 0)
    police(road, "son", 1, source_ref="S")
    registered(road, "r", "CS", signal_source=POLICE, signal_source_ref="S")
    corrected(road, "k", "son", "REPLACED", replacement_event_id=event_id("nothing"))
    road.unit()
    (a,) = road.households("both")
    son, mother = pid_of(road, "both", 1), pid_of(road, "both", 0)
    decided(road, "s", "SPLIT", a, people=[son])
    road.unit()
    kept, new = road.households("s")
    assert kept == a != new
    assert [home(road, e) for e in ("both", "mother")] == [a, a]
    assert [home(road, e) for e in ("son", "r", "k")] == [new] * 3
    assert (members(road, a), members(road, new)) == ({mother}, {son})
    assessed(road, "later", "CS")
    police(road, "son again", 1)
    police(road, "both again", 0, 1)
    road.unit()
    assert [road.households(e)[0] for e in ("later", "son again")] == [new, new]
    assert road.households("both again") == [a]
    assert son not in members(road, a), "the decision stands, whatever names them together"


def test_a_split_from_a_day_on_leaves_the_past_alone(road: AdmissionRoad) -> None:
    for event, day, people in (("before", 1, (1, 0)), ("after", 20, (1,))):
        on = date(2024, 12, day)
        at = datetime(2024, 12, day, 12, tzinfo=UTC)
        police(road, event, *people, incident_on=on, reported_on=on, at=at)
    road.unit()
    (a,) = road.households("before")
    decided(road, "s", "SPLIT", a, people=[pid_of(road, "after")], since=date(2024, 12, 10))
    road.unit()
    _, new = road.households("s")
    assert (home(road, "before"), home(road, "after")) == (a, new)
    rows = road.query(
        "select household_id, valid_to from admission.membership"
        " where pid = %s and position_to is null",
        pid_of(road, "after"),
    )
    assert set(rows) == {(a, date(2024, 12, 10)), (new, None)}


def test_an_undone_split_is_one_household_again(road: AdmissionRoad) -> None:
    police(road, "both", 0, 1)
    police(road, "son", 1)
    road.unit()
    (a,) = road.households("both")
    together = members(road, a)
    decided(road, "s", "SPLIT", a, people=[pid_of(road, "both", 1)])
    road.unit()
    _, new = road.households("s")
    police(road, "son again", 1)
    undone(road, "u", "s")
    road.unit()
    assert {home(road, e) for e in ("both", "son", "son again")} == {a}
    assert (members(road, a), members(road, new)) == (together, set())
    police(road, "later", 1)
    road.unit()
    assert road.households("later") == [a]


def test_a_refused_person_is_no_member_until_it_is_undone(road: AdmissionRoad) -> None:
    police(road, "both", 0, 1)
    road.unit()
    (a,) = road.households("both")
    stranger = pid_of(road, "both", 1)
    decided(road, "d", "REFUSE_LINK", a, people=[stranger])
    police(road, "stranger", 1)
    road.unit()
    assert road.households("stranger") != [a]
    assert road.row("d")["decisions"][0]["kind"] == "LINK_REFUSED"
    police(road, "both again", 0, 1)
    road.unit()
    assert stranger not in members(road, a)
    undone(road, "u", "d")
    road.unit()
    assert stranger in members(road, a)


def test_a_confirmed_person_is_a_member_as_long_as_the_decision_stands(
    road: AdmissionRoad,
) -> None:
    a, b = two_families(road)
    decided(road, "d", "CONFIRM_LINK", a, people=[pid_of(road, "b")])
    road.unit()
    assert pid_of(road, "b") in members(road, a) & members(road, b)
    undone(road, "u", "d")
    road.unit()
    assert pid_of(road, "b") not in members(road, a)


@pytest.mark.parametrize(
    ("kind", "households", "people", "code"),
    [
        ("MERGE", "a", (), "domain.rule"),
        ("SPLIT", "a", (), "domain.rule"),
        ("SPLIT", "a", ("0" * 32,), "domain.refs"),
        ("MERGE", "ax", (), "domain.household"),
        ("REFUSE_LINK", "", (), "domain.rule"),
    ],
)
def test_a_decision_that_cannot_be_carried_out_is_refused(
    road: AdmissionRoad, kind: str, households: str, people: tuple[str, ...], code: str
) -> None:
    a, _ = two_families(road)
    tokens = {"a": a, "x": "0" * 32}
    record = decided(road, "d", kind, *(tokens[name] for name in households), people=people)
    road.unit()
    assert road.outcome(record) == ("dead_lettered", code)


def told(road: AdmissionRoad) -> dict[str, set[tuple[str, str]]]:
    """Return per household what it has heard that still counts: (person, event)."""
    heard: dict[str, set[tuple[str, str]]] = {}
    for row in road.journal():
        if row["record_name"] == "PersonSeenElsewhere":
            where = home_of_row(road, row)
            said = decode_body("PersonSeenElsewhere", 1, row["payload"])
            if where is not None:
                heard.setdefault(where, set()).add((said["pid"], said["seen_in"]["event_id"]))
    return {household: said for household, said in heard.items() if said}


def test_who_was_seen_elsewhere_is_not_elsewhere_after_a_merge(road: AdmissionRoad) -> None:
    police(road, "first", 0, 9)
    police(road, "second", 1, 9)
    police(road, "third", 2, 9)
    road.unit()
    man = pid_of(road, "first", 1)
    homes = [road.households(e)[0] for e in ("first", "second", "third")]
    events = {e: (man, event_id(e)) for e in ("first", "second", "third")}
    before = told(road)
    decided(road, "m", "MERGE", homes[0], homes[1])
    road.unit()
    assert told(road) == {
        homes[0]: {events["third"]},
        homes[2]: {events["first"], events["second"]},
    }
    undone(road, "u", "m")
    road.unit()
    assert told(road) == before


def test_a_rolled_back_merge_leaves_nothing(road: AdmissionRoad) -> None:
    a, b = two_families(road)
    decided(road, "m", "MERGE", a, b)
    road.unit(commit=False)
    assert road.query("select count(*) from admission.moved_event") == [(0,)]
    road.unit()
    assert home(road, "b") == a


def test_the_hub_s_own_commands_may_decide_and_say_nothing_else(road: AdmissionRoad) -> None:
    a, b = two_families(road)
    good = decided(road, "m", "MERGE", a, b, source=HUB_SOURCE)
    bad = police(road, "p", 0, source=HUB_SOURCE)
    road.unit()
    assert road.outcome(good) == ("applied", None)
    assert road.outcome(bad) == ("dead_lettered", "authz.event")
