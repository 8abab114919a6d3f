"""Opaque tokens for what may not be stored: numbers, names, addresses, senders' references.

Each is an HMAC under the identity key over purpose, region and value. The purpose keeps a BSN
and a case number with the same digits apart; the region keeps two controllers' tables apart.
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from collections.abc import Mapping
from typing import Final

KEY_VERSION: Final = 1
INDEX_BYTES: Final = 16

_NOT_A_LETTER = re.compile(r"[^a-z]")


def index_token(identity_key: bytes, purpose: str, region: str, value: str) -> bytes:
    """Return 16 bytes by which a value is found again; without the key they say nothing.

    Sixteen bytes keep the tables small; two of a billion values meet with odds below 1e-20.
    """
    message = f"{purpose}|v{KEY_VERSION}|{region}|{value}".encode()
    return hmac.digest(identity_key, message, "sha256")[:INDEX_BYTES]


def random_token() -> str:
    """Return a new token for a person, household or address: 128 random bits in hex."""
    return secrets.token_hex(16)


def name_and_birth_date(person: Mapping[str, object]) -> str | None:
    """Return a person's names and birth date as one comparable text, or None when too little.

    Accents, case, spaces and hyphens are dropped: they differ between senders (domain.md §4).
    A family name and a full birth date are the least; without either half a village would match.
    """
    family, given = letters(person.get("family_name")), letters(person.get("given_names"))
    birth_date = person.get("birth_date")
    if not family or not birth_date:
        return None
    return f"{family}|{given}|{birth_date}"


def letters(name: object) -> str:
    """Return a name's bare letters a to z, or an empty text when it is none."""
    if not isinstance(name, str):
        return ""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return _NOT_A_LETTER.sub("", decomposed)
