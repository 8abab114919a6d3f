"""Keys under keys: each value opens in its own place only."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from streams.engine.errors import StopError
from streams.vault.keys import KeyWrapper, open_value, seal_value

KEK = b"k" * 32


def test_a_wrapped_key_opens_in_its_own_place_only() -> None:
    wrapper = KeyWrapper(KEK)
    key, wrapped = wrapper.new_key("person|drenthe|1")
    assert key not in wrapped and wrapper.unwrap(wrapped, "person|drenthe|1") == key
    with pytest.raises(StopError, match=r"kek\.key"):
        wrapper.unwrap(wrapped, "person|drenthe|2")
    with pytest.raises(StopError, match=r"kek\.key"):
        KeyWrapper(b"o" * 32).unwrap(wrapped, "person|drenthe|1")


def test_a_sealed_value_opens_with_its_key_in_its_place_only() -> None:
    key = b"d" * 32
    sealed = seal_value(key, b"Testpersoon", "person|drenthe|1")
    assert b"Testpersoon" not in sealed
    assert open_value(key, sealed, "person|drenthe|1") == b"Testpersoon"
    for wrong_key, context in ((b"e" * 32, "person|drenthe|1"), (key, "person|drenthe|2")):
        with pytest.raises(InvalidTag):
            open_value(wrong_key, sealed, context)
