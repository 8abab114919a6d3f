"""One text for one JSON value: RFC 8785, for what must be hashed or sealed."""

from __future__ import annotations

import json
from typing import Any

_ENCODE = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 form of a value of texts, whole numbers, booleans, nulls, lists, dicts.

    Names must be ASCII and numbers at most 2^53 apart from zero: within these bounds Python's own
    writer, in C, gives the same bytes as package rfc8785, at a quarter of the time; a property
    test holds the two together. Raises ValueError for a float that is no number, UnicodeEncodeError
    (a ValueError) for a lone surrogate.
    """
    return _ENCODE(value).encode("utf-8")
