"""Any history with merges, splits and their undoing: units of any size do the same, and every
household remembers exactly the events that count in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest

from schemas.codec import decode_body
from streams.household.reading import FACT_RECORDS
from streams.radar.replay import replay
from streams.radar.rows import decode_row
from tests.support.admission import POLICE, REGION, AdmissionRoad
from tests.support.sayings import assessed, corrected, decided, police, registered, undone
from tests.support.six_families import shape

SEEDS = range(4)
STEPS = 14


@contextmanager
def roads(database: str) -> Iterator[tuple[AdmissionRoad, AdmissionRoad]]:
    url = f"{database}_other"
    name = f'"{urlsplit(url).path[1:]}"'
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    both = AdmissionRoad(database=database), AdmissionRoad(database=url)
    for road in both:
        road.open()
    yield both
    for road in both:
        road.connection.close()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"drop database {name}".encode())


class Teller:
    """Says the same things on a road as another teller of the same seed on another."""

    def __init__(self, road: AdmissionRoad, seed: int) -> None:
        self.road = road
        self.rng = random.Random(seed)
        self.reports: list[str] = []
        self.decisions: list[str] = []
        self.corrections: list[str] = []

    def events(self, step: int) -> None:
        """Say what partners say: reports about few people, cases, corrections."""
        for number in range(3):
            name = f"p{step}.{number}"
            people = self.rng.sample(range(7), self.rng.randint(1, 3))
            police(self.road, name, *people, source_ref=name)
            case = f"C{step}.{number}"
            registered(self.road, f"r{name}", case, signal_source=POLICE, signal_source_ref=name)
            assessed(self.road, f"a{name}", case)
            self.reports.append(name)
        if self.rng.random() < 0.5:
            kind = self.rng.choice(["RETRACTED", "REPLACED"])
            target, by = self.rng.sample(self.reports, 2)
            fields = {} if kind == "RETRACTED" else {"replacement_event_id": _id(by)}
            corrected(self.road, f"k{step}", target, kind, **fields)
            self.corrections.append(f"k{step}")
        if self.corrections and self.rng.random() < 0.2:
            name = self.corrections.pop(0)
            corrected(self.road, f"kk{name}", name, "RETRACTED")

    def decision(self, step: int) -> None:
        """Say what an analyst decides about the households as they are now."""
        first, second = self.rng.sample(self.reports, 2)
        homes = [self.road.households(event)[0] for event in (first, second)]
        people = [p["pid"] for p in self.road.row(first)["persons"]]
        match self.rng.randint(0, 4):
            case 0 | 1:
                decided(self.road, f"d{step}", "MERGE", *homes)
            case 2:
                decided(self.road, f"d{step}", "SPLIT", homes[0], people=people[:1])
            case 3:
                kind = self.rng.choice(["REFUSE_LINK", "CONFIRM_LINK"])
                decided(self.road, f"d{step}", kind, homes[0], people=people[-1:])
            case _:
                if self.decisions:
                    undone(self.road, f"u{step}", self.rng.choice(self.decisions))
                return
        self.decisions.append(f"d{step}")


def _id(event: str) -> str:
    from tests.support.admission import event_id

    return event_id(event)


def in_units(road: AdmissionRoad, sizes: random.Random | None) -> None:
    said, road.waiting = road.waiting, []
    while said:
        size = len(said) if sizes is None else sizes.randint(1, 3)
        road.waiting, said = said[:size], said[size:]
        road.unit()


@pytest.mark.parametrize("seed", SEEDS)
def test_units_do_not_matter_and_states_hold_what_counts_there(database: str, seed: int) -> None:
    with roads(database) as both:
        tellers = [Teller(road, seed) for road in both]
        sizes = (None, random.Random(seed))
        for step in range(STEPS):
            for teller, size in zip(tellers, sizes, strict=True):
                teller.events(step)
                if step % 2:
                    in_units(teller.road, size)
                    teller.decision(step)
            if step % 2:
                assert len(both[0].waiting) == len(both[1].waiting)
        for road, size in zip(both, sizes, strict=True):
            in_units(road, size)
        one, other = (_without_chance(shape(road)) for road in both)
        assert _first_difference(one, other) is None
        for road in both:
            assert remembered(road) == counting(road)
            assert linked(road) == counted_homes(road)
            assert apart(road) == []


def _without_chance(found: list[object]) -> list[object]:
    """Put the hub's rows behind one row in an order that does not hang on random tokens."""
    rows = found[0]
    assert isinstance(rows, list)
    result: list[object] = []
    block: list[object] = []
    for position, name, *rest in rows:
        if name != "PersonSeenElsewhere":
            result += sorted(block, key=str)
            block = []
            result.append((position, name, *rest))
        else:
            block.append((name, *rest))
    return [[*result, *sorted(block, key=str)], *found[1:]]


def _first_difference(one: list[object], other: list[object]) -> object:
    for mine, yours in zip(one, other, strict=True):
        assert isinstance(mine, list)
        assert isinstance(yours, list)
        for a, b in zip(mine, yours, strict=False):
            if a != b:
                return a, b
        if len(mine) != len(yours):
            return len(mine), len(yours)
    return None


def remembered(road: AdmissionRoad) -> dict[str, set[str]]:
    """Return the events in each household's state, after a replay of the journal."""
    bodies = road.query("select body from engine.journal order by position")
    replayed = replay(REGION, [decode_row(bytes(body)) for (body,) in bodies])
    return {
        household: found
        for household, kept in replayed.households.items()
        if (found := {key.event_id for key in (*kept.state.facts, *kept.state.corrections)})
    }


def homes(road: AdmissionRoad) -> dict[int, str | None]:
    """Return where each row of one household counts, told by the journal alone."""
    current: dict[int, str | None] = {}
    for row in road.journal():
        links = [link["household_id"] for link in row["households"]]
        if row["record_name"] == "HouseholdsRearranged":
            for move in decode_body("HouseholdsRearranged", 1, row["payload"])["moves"]:
                for position in move["positions"]:
                    assert current[position] == move["from_household"] or (
                        move["from_household"] is None and current[position] is None
                    )
                    current[position] = move["to_household"]
        elif len(links) == 1:
            current[row["position"]] = links[0]
    return current


def counting(road: AdmissionRoad) -> dict[str, set[str]]:
    """Return the same, told from where each row counts."""
    found: dict[str, set[str]] = {}
    current = homes(road)
    for row in road.journal():
        if row["record_name"] not in FACT_RECORDS:
            continue
        if row["position"] in current:
            places = [current[row["position"]]]
        else:
            places = [link["household_id"] for link in row["households"]]
        for home in places:
            if home is not None:
                found.setdefault(home, set()).add(row["event_id"])
    return found


def apart(road: AdmissionRoad) -> list[tuple[str, str]]:
    """Return the replaced events that count in another household than their replacement.

    Only those of which one correction speaks, that nothing corrects in turn.
    """
    rows = road.query(
        "select t.position, r.position, c.target_event_id, c.replacement_event_id"
        " from admission.correction c"
        " join admission.event t on (t.source, t.event_id) = (c.source, c.target_event_id)"
        " join admission.event r on (r.source, r.event_id) = (c.source, c.replacement_event_id)"
        " where not exists (select from admission.correction o where o.source = c.source"
        " and (o.target_event_id = c.event_id"
        " or o.target_event_id = c.target_event_id and o.event_id <> c.event_id))"
    )
    current = homes(road)
    return [
        (target_id, replacement_id)
        for target, replacement, target_id, replacement_id in rows
        if current[target] is not None
        and current[replacement] is not None
        and current[target] != current[replacement]
    ]


def linked(road: AdmissionRoad) -> set[tuple[str, str]]:
    """Return who is an open member of what because of events, in the tables."""
    rows = road.query(
        "select distinct m.household_id, m.pid from admission.membership m"
        " where m.position_to is null and m.valid_to is null"
    )
    return {(household, pid) for household, pid in rows}


def counted_homes(road: AdmissionRoad) -> set[tuple[str, str]]:
    """Return who should be: whoever an event or a decision supports and nobody refuses."""
    rows = road.query(
        "select distinct s.household_id, s.pid from admission.membership_support s"
        " where not s.is_void and not exists (select from admission.link_refusal r"
        " where r.household_id = s.household_id and r.pid = s.pid)"
    )
    return {(household, pid) for household, pid in rows}
