from __future__ import annotations

from typing import Any

import pytest

from schemas.identifying import ADDRESS_RULES, PERSON_RULES, normal_fields
from schemas.person_numbers import is_valid_bsn
from schemas.problem_codes import Violation

RULES = {**PERSON_RULES, **ADDRESS_RULES}


@pytest.mark.parametrize(
    ("name", "value", "normal"),
    [
        ("bsn", "999990019", "999990019"),
        ("bsn", "000000000", None),
        ("bsn", "999999999", None),
        ("foreigner_number", "1234567890", "1234567890"),
        ("foreigner_number", "0000000000", None),
        ("family_name", "  De   Vries ", "De Vries"),
        ("family_name", "Ve\u0301", "V\u00e9"),
        ("family_name", "", None),
        ("birth_date", "1990-02-28", "1990-02-28"),
        ("birth_date", "19900228", "1990-02-28"),
        ("birth_date", "19900200", None),
        ("birth_date", "1990-02-00", None),
        ("birth_date", "19900000", None),
        ("birth_date", "99999999", None),
        ("postcode", "9401 ab", "9401AB"),
        ("house_number", 12, 12),
        ("bag_id", "0106200000123456", "0106200000123456"),
        ("city", "'s-Gravenhage", "'s-Gravenhage"),
    ],
)
def test_a_field_has_one_normal_form(name: str, value: Any, normal: Any) -> None:
    found: list[Violation] = []
    fields = normal_fields({name: value}, RULES, dict.fromkeys(RULES, "/x"), found)
    assert found == []
    assert fields.get(name) == normal
    assert normal is not None or fields == {}, "what is not known is left out"
    again = normal_fields(fields, RULES, dict.fromkeys(RULES, "/x"), found)
    assert again == fields


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("bsn", "123456789", "domain.bsn"),
        ("bsn", "11122233", "domain.bsn"),
        ("bsn", "1112223330", "domain.bsn"),
        ("bsn", " 111222333", "domain.bsn"),
        ("bsn", "９９９９９００１９", "domain.bsn"),
        ("bsn", 999990019, "json.type"),
        ("foreigner_number", "12345", "domain.format"),
        ("family_name", "x\u202ey", "domain.text"),
        ("family_name", "x" * 201, "domain.length"),
        ("birth_date", "1990-02-30", "domain.birth_date"),
        ("birth_date", "30-01-1990", "domain.birth_date"),
        ("birth_date", "1850-01-01", "domain.birth_date"),
        ("birth_date", "1990-0101", "domain.birth_date"),
        ("postcode", "9401", "domain.format"),
        ("house_number", "12", "json.type"),
        ("house_number", True, "json.type"),
        ("house_number", 0, "domain.range"),
        ("bag_id", "123", "domain.format"),
    ],
)
def test_a_wrong_field_is_named_by_code_and_place(name: str, value: Any, code: str) -> None:
    found: list[Violation] = []
    assert normal_fields({name: value}, RULES, dict.fromkeys(RULES, "/x"), found) == {}
    assert found == [Violation(pointer="/x", code=code)]


def test_one_in_eleven_numbers_of_the_test_range_is_a_bsn() -> None:
    valid = [n for n in range(999_990_000, 1_000_000_000) if is_valid_bsn(str(n))]
    assert len(valid) in (908, 909)
    assert not is_valid_bsn("000000000") and not is_valid_bsn("999999999")
