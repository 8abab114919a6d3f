"""What analysts decide about households, whatever else is said before, between and after."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.household import paging
from streams.household.conditions import conditions, supporting
from streams.household.findings import ChangeKind, rule_of
from streams.household.fold import INITIAL, evolve
from streams.household.picture import picture_of
from streams.household.rearranging import HOUSEHOLDS_REARRANGED, REASONS
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.rules import ClockRule
from streams.household.state import Finding, HouseholdState, to_bytes
from streams.household.stored import to_stored
from streams.radar.finding_rows import finding_log_rows
from tests.support.decided_lives import DEEDS, HOMES, Life, Told
from tests.support.journal import ANALYST, REGION
from tests.support.journals import EXAMPLES
from tests.support.memory_store import MemoryStore

# A thousand examples take their time on a busy machine.
pytestmark = pytest.mark.timeout(900)

AS_OF = date(2026, 6, 1)


@pytest.fixture(autouse=True, scope="module")
def _small_pages() -> Iterator[None]:
    """Let a few events be more than a page holds, so that pages come and go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "FACTS_PER_PAGE", 2)
        yield


def lived(deeds: list[int]) -> Life:
    life = Life()
    for deed in deeds:
        life.do(deed)
    return life


@EXAMPLES
@given(DEEDS, st.data())
def test_a_household_is_the_set_of_events_that_count_there(
    deeds: list[int], data: st.DataObject
) -> None:
    life = lived(deeds)
    for home in HOMES:
        events = life.events_at(home)
        again = data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []
        state = INITIAL
        for event in data.draw(st.permutations([*events, *again])):
            state = evolve(state, event)
        known = life.state_of(home)
        remembered = HouseholdState(
            facts=known.facts,
            # That a decision was taken back is told to the households it names, and does nothing.
            corrections={k: c for k, c in known.corrections.items() if k.source != ANALYST},
        )
        assert to_bytes(remembered) == to_bytes(state)
        assert conditions(known, AS_OF, DEFAULT_RULE_SET) == conditions(
            state, AS_OF, DEFAULT_RULE_SET
        )


@EXAMPLES
@given(DEEDS, st.data())
def test_units_of_any_size_write_what_rows_one_by_one_write(
    deeds: list[int], data: st.DataObject
) -> None:
    life = lived(deeds)
    store = MemoryStore(journal={row.event.position: row for row in life.rows})
    start = 0
    while start < len(life.rows):
        size = data.draw(st.integers(1, len(life.rows) - start))
        store.apply(life.rows[start : start + size])
        start += size
    said = [one for told in life.told for one in told.changes]
    assert store.log == finding_log_rows(said, region=REGION, incarnation=1, first=1)
    assert {name: row[0] for name, row in store.rows.items()} == {
        name: to_stored(kept.state) for name, kept in life.fold.households.items()
    }


@EXAMPLES
@given(DEEDS)
def test_what_a_decision_takes_away_is_withdrawn_with_that_reason(deeds: list[int]) -> None:
    for told in lived(deeds).told:
        payload = told.row.event.payload
        if told.row.event.record_name == HOUSEHOLDS_REARRANGED:
            reason = REASONS[str(payload["change"])]
            assert ended_at(told) == withdrawn_at(told, reason)
            for home in told.row.household_ids:
                assert_grounded(told.after[home])
        elif payload.get("kind") in ("MERGE", "SPLIT", "REFUSE_LINK"):
            # A decision by itself changes nothing: what it moves is told by the hub's own row.
            assert not told.changes
            assert told.after == told.before


def test_these_lives_have_every_end_that_a_decision_can_give() -> None:
    draw = random.Random(1)
    seen = {
        one.change.reason_code
        for _ in range(150)
        for told in lived([draw.getrandbits(64) for _ in range(20)]).told
        for one in told.changes
        if one.change.kind is ChangeKind.WITHDRAWN
    }
    assert seen >= {*REASONS.values()}


def open_ids(states: dict[str, HouseholdState]) -> set[str]:
    return {f.finding_id for state in states.values() for f in state.findings if f.status.is_open}


def ended_at(told: Told) -> set[str]:
    return open_ids(told.before) - open_ids(told.after)


def withdrawn_at(told: Told, reason: str) -> set[str]:
    ended = [one.change for one in told.changes if one.change.kind is ChangeKind.WITHDRAWN]
    assert {change.reason_code for change in ended} <= {reason}
    return {change.finding.finding_id for change in ended}


def assert_grounded(state: HouseholdState) -> None:
    """Check that every open finding rests on events that are here, and still holds."""
    picture = picture_of(state)
    for finding in state.findings:
        if finding.status.is_open:
            assert {*finding.evidence} <= state.facts.keys() - picture.void
            assert finding.evidence
            assert isinstance(rule_of(finding), ClockRule) or holds(finding, state)


def holds(finding: Finding, state: HouseholdState) -> bool:
    found = supporting(
        rule_of(finding), picture_of(state), finding.triggers, DEFAULT_RULE_SET.calendar
    )
    return any(condition.subject == finding.subject for condition in found)
