from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.gateway.bodies import BATCH_EVENTS_MAX, offered_events
from connectors.gateway.errors import Refused

_NAMES = st.text(alphabet='ab"\\,[]{}: é', max_size=6)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(_VALUES, min_size=1, max_size=8), st.booleans())
def test_a_batch_falls_apart_into_its_events(values: list[Any], escape: bool) -> None:
    body = json.dumps(values, ensure_ascii=escape).encode()
    offered = offered_events(body, batch=True)
    assert [one.document for one in offered] == values
    assert [one.pointer for one in offered] == [f"/{n}" for n in range(len(values))]


@given(st.binary(max_size=60))
def test_bytes_are_events_or_refused(body: bytes) -> None:
    """What Python's own reader does not take as a list of events is never taken here."""
    try:
        offered = offered_events(b"[" + body + b"]", batch=True)
    except Refused:
        return
    assert [one.document for one in offered] == json.loads(b"[" + body + b"]")


def test_the_limit_on_depth_and_parts_is_each_events_own() -> None:
    event = {"data": list(range(1500))}
    assert len(offered_events(json.dumps([event] * 3).encode(), batch=True)) == 3
    with pytest.raises(Refused) as refused:
        offered_events(json.dumps([{"data": list(range(2500))}, 1]).encode(), batch=True)
    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/0", "json.size")]


def test_too_many_events_at_once() -> None:
    with pytest.raises(Refused):
        offered_events(b"[" + b",".join([b"1"] * (BATCH_EVENTS_MAX + 1)) + b"]", batch=True)
