"""Find personal data in advice, where there may be none (reliability.md §4.6).

Advice may not be about anybody: no BSN, address, bank account, telephone number, e-mail address or
date of birth in any string. The schema has no room for free text; this is the second wall, and it
is deliberately suspicious: a refused advice is sent again, a stored name stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from schemas.person_numbers import is_valid_bsn

# Full-width and other digits become ASCII under NFKC; these separators are dropped between digits,
# so that 111.222.333 and 1 1 1 2 2 2 3 3 3 are one number.
_SEPARATED_DIGITS = re.compile(r"[0-9](?:[\s.,/_·•-]{0,3}[0-9]){8,}")
_POSTCODE_AND_NUMBER = re.compile(
    r"(?<![0-9])[1-9][0-9]{3}\s{0,2}[A-Za-z]{2}(?![A-Za-z])[\s,]*[0-9]"
)
_POSTCODE = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{3}\s{0,2}[A-Z]{2}(?![0-9A-Za-z])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ ]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_PHONE = re.compile(
    r"(?<![0-9])(?:\+|00)?(?:31[\s()-]{0,3})?\(?0?\)?[1-9](?:[\s()-]{0,3}[0-9]){8}(?![0-9])"
)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]{2,}")
_DATE = re.compile(
    r"(?<![0-9])(?:"
    r"(?:19|20)[0-9]{2}[\s./-]{0,2}[01]?[0-9][\s./-]{0,2}[0-3]?[0-9]"
    r"|[0-3]?[0-9][\s./-]{1,2}[01]?[0-9][\s./-]{1,2}(?:19|20)?[0-9]{2}"
    r"|[0-3]?[0-9]\s(?:jan|feb|mrt|maart|apr|mei|jun|jul|aug|sep|okt|nov|dec)[a-z]*\.?\s(?:19|20)?[0-9]{2}"
    r")(?![0-9])",
    re.IGNORECASE,
)
_DIGIT_RUN = re.compile(r"[0-9]+")
_PATTERNS = (_POSTCODE_AND_NUMBER, _POSTCODE, _IBAN, _PHONE, _EMAIL, _DATE)

# The identifiers of the envelope have a form of their own that leaves no room for a message; an
# OIN has twenty digits and a UUID looks like a telephone number now and then.
_IDENTIFIERS = frozenset(
    {
        "/meta/event_id",
        "/meta/source",
        "/meta/region",
        "/corrected_event_id",
        "/replacement_event_id",
    }
)


def holds_personal_data(text: str) -> bool:
    """Say whether the text holds something that leads to a person, household or address."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return _holds_bsn(plain) or any(pattern.search(plain) for pattern in _PATTERNS)


def scan_record(record: Mapping[str, Any]) -> list[str]:
    """Return the pointers of the strings in a decoded advice that hold personal data."""
    return [
        pointer
        for pointer, text in _strings(record, "")
        if pointer not in _IDENTIFIERS and holds_personal_data(text)
    ]


def scan_json(document: Any) -> list[str]:
    """Return the pointers of strings, names and long numbers in JSON that hold personal data.

    A name of a field is not repeated in the pointer when it is itself suspect.
    """
    return [pointer for pointer, text in _strings(document, "") if holds_personal_data(text)]


def _holds_bsn(text: str) -> bool:
    for found in _SEPARATED_DIGITS.finditer(text):
        digits = "".join(_DIGIT_RUN.findall(found.group()))
        if any(is_valid_bsn(digits[i : i + 9]) for i in range(len(digits) - 8)):
            return True
    return False


def _strings(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield pointer, value
        case bool() | None | datetime() | date():
            return
        case int():
            yield pointer, str(value)
        case Mapping():
            for name, item in value.items():
                if holds_personal_data(name):
                    yield pointer, name
                else:
                    yield from _strings(item, f"{pointer}/{name}")
        case list():
            for number, item in enumerate(value):
                yield from _strings(item, f"{pointer}/{number}")
