from __future__ import annotations

import random

import pytest

from schemas.advice_scanner import holds_personal_data, scan_json
from schemas.code_lists import CODE_LISTS
from schemas.person_numbers import is_valid_bsn
from tests.support.spoken import parsed

BSN = "999990019"


@pytest.mark.parametrize(
    "text",
    [
        BSN,
        f"kind {BSN} is bekend",
        "999.990.019",
        "999 990 019",
        "9 9 9 9 9 0 0 1 9",
        "9-9-9-9-9-0-0-1-9",
        "999/990/019",
        "９９９９９００１９",
        "999\u200b990\u200b019",
        "x999990019x",
        "12 999990019",
        "9401AA 12",
        "9401 aa 12",
        "9401 AA",
        "NL91ABNA0417164300",
        "NL91 ABNA 0417 1643 00",
        "06-12345678",
        "0612345678",
        "+31 6 12345678",
        "0031612345678",
        "(0592) 123 456",
        "anna@voorbeeld.nl",
        "12-03-2011",
        "12/3/11",
        "2011-03-12",
        "20110312",
        "3 mei 2011",
    ],
)
def test_personal_data_is_seen_however_it_is_written(text: str) -> None:
    assert holds_personal_data(text)


@pytest.mark.parametrize("text", ["", "06", "GM0106", "CHILD_ABUSE", "15", "zorg over een kind"])
def test_codes_and_plain_words_are_let_through(text: str) -> None:
    assert not holds_personal_data(text)


def test_no_code_of_any_list_looks_like_a_person() -> None:
    codes = [code for each in CODE_LISTS.values() for code in each.codes]
    assert [code for code in codes if holds_personal_data(code)] == []


def test_every_bsn_is_seen_with_any_separators_in_it() -> None:
    seed = 20251123
    chance = random.Random(seed)
    bsns = [n for n in map(str, range(999_990_000, 999_999_999)) if is_valid_bsn(n)]
    for bsn in chance.sample(bsns, 100):
        written = "".join(digit + chance.choice(["", " ", ".", "-", " - "]) for digit in bsn)
        assert holds_personal_data(f"zie {written} graag"), f"seed {seed}"


def test_the_envelope_of_an_advice_is_not_taken_for_a_telephone_number() -> None:
    record = parsed("AdviceGiven").record
    record["meta"]["event_id"] = "01234567-8901-7345-8789-012345678901"
    assert scan_json({"reasons": ["06"]}) == []
    assert scan_json({"a": {"b": [BSN]}, "c": 999990019}) == ["/a/b/0", "/c"]


def test_a_name_that_is_itself_a_number_is_found_and_not_repeated() -> None:
    assert scan_json({BSN: "x"}) == [""]
