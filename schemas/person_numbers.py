"""Numbers that stand for a person, and the conventions for not knowing one."""

from __future__ import annotations

import re

_BSN = re.compile(r"[0-9]{9}")
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)

BSN_UNKNOWN = frozenset({"000000000", "999999999"})
"""CBS: 000000000 = BSN unknown, 999999999 = unborn. Never a person: they would merge strangers."""


def is_valid_bsn(text: str) -> bool:
    """Say whether the text is nine digits that pass the 11-test and stand for a person."""
    if _BSN.fullmatch(text) is None or text in BSN_UNKNOWN:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=True))
    return total % 11 == 0
