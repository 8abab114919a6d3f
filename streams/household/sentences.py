"""Dutch words that the sentences of all rules share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

LATE_SUFFIX = ", op grond van een laat ontvangen melding"


@lru_cache(maxsize=16_384)
def dutch_day(day: date) -> str:
    """Return a day as the pages write it: 14-03-2025."""
    return f"{day.day:02}-{day.month:02}-{day.year:04}"


def dutch_list(words: Sequence[str]) -> str:
    """Return "a", "a en b" or "a, b en c"; an empty list is an empty text."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} en {words[-1]}"


def said_late(sentence: str) -> str:
    """Return the sentence with the remark that the event behind it came late."""
    return sentence + LATE_SUFFIX
