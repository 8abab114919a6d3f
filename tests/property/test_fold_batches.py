"""How rows are cut into units may not change a byte of states or finding log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.household.stored import to_stored
from streams.radar.replay import replay
from tests.support.journal import REGION, Said, rows
from tests.support.journals import EXAMPLES, regions
from tests.support.memory_store import MemoryStore

# A thousand examples take their time on a busy machine.
pytestmark = pytest.mark.timeout(900)


@EXAMPLES
@given(regions(), st.data())
def test_units_of_any_size_write_the_same_bytes(said: list[Said], data: st.DataObject) -> None:
    journal = rows(said)
    store = MemoryStore(journal={row.event.position: row for row in journal})
    start = 0
    while start < len(journal):
        size = data.draw(st.integers(1, len(journal) - start))
        store.apply(journal[start : start + size])
        start += size
    whole = replay(REGION, journal)
    assert store.log == list(whole.findings)
    assert store.rows == {
        name: (to_stored(kept.state), kept.wake_at, kept.journal_position)
        for name, kept in whole.households.items()
    }
