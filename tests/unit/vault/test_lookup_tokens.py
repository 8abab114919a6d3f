"""Tokens that find a value again and say nothing about it."""

from __future__ import annotations

import pytest

from streams.vault.lookup_tokens import index_token, name_and_birth_date, random_token

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def test_a_token_depends_on_key_purpose_region_and_value() -> None:
    token = index_token(KEY, "bsn", "drenthe", "999990019")
    assert token == index_token(KEY, "bsn", "drenthe", "999990019") and len(token) == 16
    others = [
        index_token(OTHER_KEY, "bsn", "drenthe", "999990019"),
        index_token(KEY, "ref:case", "drenthe", "999990019"),
        index_token(KEY, "bsn", "zuid", "999990019"),
        index_token(KEY, "bsn", "drenthe", "999990020"),
    ]
    assert token not in others


def test_random_tokens_differ() -> None:
    assert len({random_token() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "alike",
    [
        {"family_name": "Müller-Smit", "given_names": "José", "birth_date": "1980-01-02"},
        {"family_name": "MULLER SMIT", "given_names": "Jose", "birth_date": "1980-01-02"},
        {"family_name": "müllersmit", "given_names": "JOSÉ", "birth_date": "1980-01-02"},
    ],
)
def test_spelling_does_not_matter(alike: dict[str, str]) -> None:
    assert name_and_birth_date(alike) == "mullersmit|jose|1980-01-02"


@pytest.mark.parametrize(
    "little",
    [
        {},
        {"family_name": "Smit", "given_names": "Jo"},
        {"given_names": "Jo", "birth_date": "1980-01-02"},
        {"family_name": "---", "birth_date": "1980-01-02"},
        {"family_name": None, "birth_date": "1980-01-02"},
    ],
)
def test_too_little_is_no_name(little: dict[str, str | None]) -> None:
    assert name_and_birth_date(little) is None
