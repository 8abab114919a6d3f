"""How large the radar's states are in the simulated Drenthe: what is written at each event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import pytest

from connectors.simulation.days import simulate
from connectors.simulation.events import SimulatedEvent
from connectors.simulation.figures import shipped_figures
from streams.household.fold import INITIAL
from streams.household.paging import FACTS_PER_PAGE
from streams.household.state import HouseholdState, to_bytes
from streams.radar.replay import replay
from streams.radar.rows import READ_RECORDS, Row, decode_row
from tests.support.journal import REGION, Said, journal_body

STATE_BYTES_MAX = 2_048
REFERENCES = ("case_id", "report_id", "handover_id", "order_id", "mda_id", "signal_source_ref")


@pytest.fixture(scope="module")
def states() -> list[HouseholdState]:
    return [kept.state for kept in replay(REGION, simulated_rows()).households.values()]


def test_a_typical_household_takes_two_kilobytes_at_most(states: list[HouseholdState]) -> None:
    sizes = sorted(len(to_bytes(state)) for state in states if state != INITIAL)
    assert len(sizes) > 1_000
    assert sizes[len(sizes) // 2] <= STATE_BYTES_MAX, "the median"
    assert sizes[len(sizes) * 95 // 100] <= 2 * STATE_BYTES_MAX, "19 of 20"


def test_almost_all_households_are_one_page(states: list[HouseholdState]) -> None:
    paged = sum(len(state.facts) > FACTS_PER_PAGE for state in states)
    assert paged <= len(states) * 0.01


def simulated_rows() -> Iterator[Row]:
    """Yield the journal as admission would write it, as far as states are concerned.

    A household is whoever a case, a number or a person leads to; who was seen elsewhere is not
    told, as that takes admission itself.
    """
    homes: dict[str, str] = {}
    position = 0
    for day in simulate(shipped_figures(), 1):
        for event in (*([day.tick] if day.tick else []), *day.events):
            if event.record_name not in READ_RECORDS:
                continue
            position += 1
            meta = event.record["meta"]
            said = Said(
                record_name=event.record_name,
                record=event.record,
                households=_homes_of(event, homes),
                persons=list(_tokens(event)),
            )
            yield decode_row(journal_body(said, position=position, known_at=meta["recorded_at"]))


def _homes_of(event: SimulatedEvent, homes: dict[str, str]) -> tuple[str, ...]:
    if event.record_name == "ClockTicked":
        return ()
    names = [*_references(event), *(_pid(person) for person in event.persons)]
    home = next((homes[name] for name in names if name in homes), f"household-{len(homes)}")
    for name in names:
        homes.setdefault(name, home)
    return (home,)


def _references(event: SimulatedEvent) -> Iterator[str]:
    record: Mapping[str, Any] = event.record
    for name in REFERENCES:
        if record.get(name):
            yield f"{name.removeprefix('signal_')}:{record[name]}"
    if record["meta"].get("source_ref"):
        yield f"source_ref:{record['meta']['source_ref']}"
    yield f"event:{record.get('corrected_event_id') or event.event_id}"


def _pid(person: Mapping[str, Any]) -> str:
    number = str(person.get("bsn") or sorted(person.items()))
    return blake2b(number.encode(), digest_size=16).hexdigest()


def _tokens(event: SimulatedEvent) -> Iterator[Mapping[str, Any]]:
    roles = {mention["ref"]: mention["role"] for mention in event.record.get("persons") or ()}
    for person in event.persons:
        ref = person["ref"]
        yield {
            "ref": ref,
            "field": "persons",
            "pid": _pid(person),
            "role": roles.get(ref, "VICTIM"),
            "certainty": "CERTAIN",
        }
