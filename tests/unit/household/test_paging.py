"""Large households: facts on pages, of which an event changes one, and their rows."""

from __future__ import annotations

import pytest

from streams.household import paging
from streams.household.journal_event import EventKey
from streams.household.paging import FACTS_PER_PAGE, spread
from streams.household.state import HouseholdState, to_bytes
from streams.household.stored import from_stored, is_paged, to_stored
from tests.support.journal import police
from tests.unit.household.test_episodes import fold

MANY = 5 * FACTS_PER_PAGE
STATE = fold([police("2025-01-01", f"e{number}") for number in range(MANY)])


def kept_of(state: HouseholdState) -> tuple[bytes, list[bytes]]:
    stored = to_stored(state)
    return stored.state, [stored.pages[number] for number in sorted(stored.pages)]


def test_a_typical_household_is_one_page_and_is_written_whole() -> None:
    state = HouseholdState(facts=spread(list(STATE.facts.values())[:FACTS_PER_PAGE]))
    stored = to_stored(state)
    assert len(state.facts.pages) == 1
    assert (stored.state, stored.pages) == (to_bytes(state), {})


def test_a_large_household_is_kept_in_pages_and_comes_back() -> None:
    data, pages = kept_of(STATE)
    assert is_paged(data)
    assert len(pages) == 1 + 8
    back = from_stored(data, pages)
    assert to_bytes(back) == to_bytes(STATE)
    assert kept_of(back) == (data, pages)


def test_which_page_a_fact_is_on_depends_on_no_order() -> None:
    other = spread(reversed(list(STATE.facts.values())))
    assert [set(page) for page in other.pages] == [set(page) for page in STATE.facts.pages]
    assert other == STATE.facts
    assert all(key in other and other[key] is STATE.facts[key] for key in STATE.facts)
    assert EventKey("nobody", "nothing") not in other


def test_one_fact_more_changes_one_page() -> None:
    grown = fold([police("2025-01-01", f"e{number}") for number in range(MANY + 1)])
    (new,) = grown.facts.keys() - STATE.facts.keys()
    after = HouseholdState(facts=STATE.facts.with_fact(grown.facts[new]), findings=STATE.findings)
    stored = to_stored(after, STATE)
    # The corrections are another, equally empty mapping here: pages are told apart by identity.
    (changed,) = stored.pages.keys() - {0}
    assert not stored.replaces
    assert stored.pages[changed] == to_stored(after).pages[changed]
    whole, pages = kept_of(STATE)
    pages[changed] = stored.pages[changed]
    assert to_bytes(from_stored(whole, pages)) == to_bytes(after)
    assert kept_of(after) == kept_of(grown)


def test_other_pages_take_the_place_of_all_that_were_there() -> None:
    fewer = HouseholdState(facts=spread(list(STATE.facts.values())[:-100]))
    few = HouseholdState(facts=spread(list(STATE.facts.values())[:3]))
    assert to_stored(fewer, STATE).replaces
    assert len(to_stored(fewer, STATE).pages) == 1 + len(fewer.facts.pages)
    assert to_stored(few, STATE).replaces
    assert not to_stored(STATE, few).replaces
    assert not to_stored(few, None).replaces


def test_pages_that_are_not_all_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data, pages = kept_of(STATE)
    with pytest.raises(ValueError, match="rebuild the radar stage"):
        from_stored(data, pages[:-1])
    monkeypatch.setattr(paging, "FACTS_PER_PAGE", 2 * MANY)
    with pytest.raises(ValueError, match="rebuild the radar stage"):
        from_stored(data, pages)
