"""The identifying fields of a person and an address: which there are, and their one normal form.

These stand in clear only inside the sealed block and the vault. Both roads, JSON at the gateway
and the opened block at admission, come through here, so that one person said in two ways (an
unknown BSN as 000000000 or left out) is one content with one digest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from schemas.person_numbers import BSN_UNKNOWN, is_valid_bsn
from schemas.problem_codes import Violation
from schemas.text_rules import FORBIDDEN

Normal = str | int | None
"""A normal form, or None when the value says that it is not known."""


class _Refused(Exception):
    """A value has no normal form; carries the problem code only."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normal_fields(
    raw: Mapping[str, Any],
    rules: Mapping[str, Callable[[Any], Normal]],
    pointers: Mapping[str, str],
    found: list[Violation],
) -> dict[str, Any]:
    """Return the known fields of one person or address in normal form, nulls left out.

    `pointers` gives each field's place; what is wrong is added to `found`, without its value.
    """
    normal: dict[str, Any] = {}
    for name, rule in rules.items():
        value = raw.get(name)
        if value is None:
            continue
        try:
            kept = rule(value)
        except _Refused as refused:
            found.append(Violation(pointer=pointers[name], code=refused.code))
        else:
            if kept is not None:
                normal[name] = kept
    return normal


def same_person_twice(persons: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Violation]:
    """Return a violation for each (pointer, person) whose number an earlier one already bears."""
    seen: set[tuple[str, str]] = set()
    found = []
    for pointer, person in persons:
        for name in ("bsn", "foreigner_number"):
            if name in person:
                if (name, person[name]) in seen:
                    found.append(Violation(pointer=pointer, code="domain.duplicate_member"))
                    break
                seen.add((name, person[name]))
    return found


def _text(value: Any, length_max: int) -> str | None:
    if not isinstance(value, str):
        raise _Refused("json.type")
    if FORBIDDEN.search(value):
        raise _Refused("domain.text")
    normal = " ".join(unicodedata.normalize("NFC", value).split())
    if len(normal) > length_max:
        raise _Refused("domain.length")
    return normal or None


def _text_rule(length_max: int) -> Callable[[Any], Normal]:
    return lambda value: _text(value, length_max)


def _bsn(value: Any) -> Normal:
    if not isinstance(value, str):
        raise _Refused("json.type")
    if value in BSN_UNKNOWN:
        return None
    if not is_valid_bsn(value):
        raise _Refused("domain.bsn")
    return value


def _foreigner_number(value: Any) -> Normal:
    if not isinstance(value, str):
        raise _Refused("json.type")
    if re.fullmatch(r"[0-9]{10}", value) is None:
        raise _Refused("domain.format")
    return None if value in ("0000000000", "9999999999") else value


_PARTIAL_DATE = re.compile(r"[0-9]{4}-?(?:[0-9]{2}-?00|00-?00)|99999999|00000000")
_WHOLE_DATE = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})")


def _birth_date(value: Any) -> Normal:
    """Return an ISO date; a partial one (CBS: JJJJMM00, JJJJ0000, 99999999) is not known."""
    if not isinstance(value, str):
        raise _Refused("json.type")
    if _PARTIAL_DATE.fullmatch(value):
        return None
    found = _WHOLE_DATE.fullmatch(value)
    try:
        if found is None:
            raise _Refused("domain.birth_date")
        born = date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        raise _Refused("domain.birth_date") from None
    # The oldest person ever lived 122 years; nobody is born decades from now.
    if not date(1880, 1, 1) <= born < date(2100, 1, 1):
        raise _Refused("domain.birth_date")
    return born.isoformat()


def _bag_id(value: Any) -> Normal:
    if not isinstance(value, str):
        raise _Refused("json.type")
    if re.fullmatch(r"[0-9]{16}", value) is None:
        raise _Refused("domain.format")
    return value


def _postcode(value: Any) -> Normal:
    if not isinstance(value, str):
        raise _Refused("json.type")
    normal = value.replace(" ", "").upper()
    if re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", normal) is None:
        raise _Refused("domain.format")
    return normal


def _house_number(value: Any) -> Normal:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Refused("json.type")
    if not 1 <= value <= 99_999:
        raise _Refused("domain.range")
    return value


PERSON_RULES: Mapping[str, Callable[[Any], Normal]] = MappingProxyType(
    {
        "bsn": _bsn,
        "foreigner_number": _foreigner_number,
        "family_name": _text_rule(200),
        "given_names": _text_rule(200),
        "prefix": _text_rule(30),
        "birth_date": _birth_date,
    }
)
ADDRESS_RULES: Mapping[str, Callable[[Any], Normal]] = MappingProxyType(
    {
        "bag_id": _bag_id,
        "postcode": _postcode,
        "house_number": _house_number,
        "house_letter": _text_rule(1),
        "house_number_addition": _text_rule(10),
        "street": _text_rule(100),
        "city": _text_rule(100),
    }
)
