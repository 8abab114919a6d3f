from __future__ import annotations

import copy
import json
from typing import Any

import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.canonical_json import canonical_json
from schemas.cloud_events import cloud_event, parse_event
from schemas.digest import event_digest
from schemas.problem_codes import DataError, InvalidEventError
from schemas.sealing import info_of, open_sealed
from schemas.strict_json import read_json
from tests.support.spoken import (
    OFFERED,
    ONLY_THE_HUB_WRITES,
    document,
    parsed,
    private_keys,
    sealed_record,
)

KEY = b"K" * 32
SENDABLE = [offered for offered in OFFERED if offered[0] not in ONLY_THE_HUB_WRITES]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [p for k, v in value.items() for p in places(v, (*path, k))]
    if isinstance(value, list):
        return found + [p for n, v in enumerate(value) for p in places(v, (*path, n))]
    return found


@settings(max_examples=300)
@given(data=st.data())
def test_any_value_anywhere_is_accepted_or_named(data: st.DataObject) -> None:
    said = document(*data.draw(st.sampled_from(SENDABLE)))
    *path, last = data.draw(st.sampled_from(places(said)))
    place: Any = said
    for part in path:
        place = place[part]
    place[last] = data.draw(VALUES)
    try:
        event = parse_event(said)
    except InvalidEventError:
        return
    assert parse_event(cloud_event(event.event_type, event.record, event.content)) == event


@settings(max_examples=50)
@given(offered=st.sampled_from(SENDABLE), data=st.data())
def test_one_event_has_one_digest_on_both_roads_and_in_any_order_of_names(
    offered: tuple[str, str], data: st.DataObject
) -> None:
    event = parsed(*offered)
    first = event_digest(KEY, offered[0], event.record, event.content)
    said = document(*offered)
    names = data.draw(st.permutations(list(said["data"])))
    shuffled = {**said, "data": {name: said["data"][name] for name in names}}
    again = parse_event(copy.deepcopy(shuffled))
    assert event_digest(KEY, offered[0], again.record, again.content) == first
    record = sealed_record(again)
    if record.get("sealed_persons"):
        meta = record["meta"]
        info = info_of(meta["region"], meta["source"], meta["event_id"])
        opened = open_sealed(private_keys, info, record["sealed_persons"])
        assert event_digest(KEY, offered[0], record, opened) == first


@settings(max_examples=200)
@given(raw=st.binary(max_size=200))
@example(raw=b'{"a": 1, "a": 2}')
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    try:
        value = read_json(raw)
    except DataError:
        return
    assert json.loads(raw) == value


@given(value=st.dictionaries(st.text(max_size=5), st.integers(-(2**53), 2**53) | st.text()))
def test_whatever_json_writes_is_read_back(value: dict[str, Any]) -> None:
    assert read_json(json.dumps(value).encode()) == value


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(value=PLAIN)
def test_our_canonical_form_is_rfc_8785(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)
