"""The layout is one table: the shipped one works, a wrong one is refused, another one is taken."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from query.cbs.attributes import Candidate
from query.cbs.layout import LayoutError, Type, parse_layout, shipped_layout
from query.cbs.numbers import numbers_key, record_number
from query.cbs.records import lines, make_record
from schemas.enums import AssessmentOutcome, HandoverTo, ViolenceForm, ViolenceNature

SHIPPED = resources.files("query.cbs").joinpath("layout.toml").read_text(encoding="utf-8")
KEY = numbers_key(bytes(32), "drenthe")
OTHER = """
name = "Another"
source = "a test"
[[set]]
name = "adviezen"
title = "Adviezen"
about = "advice"
statistic = "S01"
[[set.field]]
name = "dag"
paragraph = "1"
type = "date"
length = 8
required = true
feeds = ["advice.given_on"]
[[set.field]]
name = "nummer"
paragraph = "1"
type = "number"
prefix = "X"
length = 6
required = true
feeds = ["advice.id"]
[[set.field]]
name = "aard"
paragraph = "1"
type = "code"
code_list = "nature"
length = 22
occurs = 2
required = false
feeds = ["advice.nature"]
"""


def advice() -> Candidate:
    return Candidate(
        attributes={
            "advice.id": "one",
            "advice.given_on": date(2025, 3, 1),
            "advice.nature": ("CHILD_ABUSE",),
        },
        outside=None,
        counted=True,
    )


def test_the_shipped_layout_has_the_three_sets_in_the_order_of_the_protocol() -> None:
    sets = {each.name: [field.name for field in each.fields] for each in shipped_layout().sets}
    person = ["bsn", "geboortedatum", "geslacht"]
    assert sets == {
        "adviezen": ["organisatie", "nummer", "aanleiding", "hoedanigheid"],
        "meldingen": [
            *("organisatie", "nummer", "aanleiding", "aard", "datum_melding", "hoedanigheid"),
            *("vervolg", "onderzoeksnummer", "start_vervolgtraject", "einde_bemoeienis"),
            *person,
        ],
        "onderzoeken": [
            *("organisatie", "nummer", "aanleiding", "start_onderzoek", "afronding_onderzoek"),
            *("uitkomst", "aard", "vervolg"),
            *person,
        ],
    }


def test_every_word_of_ours_has_a_code_or_a_reason_to_have_none() -> None:
    convert = shipped_layout().convert
    without = {"UNKNOWN", "OTHER_PROBLEMS"}
    assert {each.value for each in ViolenceNature} - set(convert["report.nature"]) == without
    assert {each.value for each in ViolenceForm} - set(convert["report.forms"]) == without
    assert {each.value for each in AssessmentOutcome} - set(convert["followup.kind"]) == {"UNKNOWN"}
    handovers = set(convert["investigation.handover_kinds"])
    assert {each.value for each in HandoverTo} - handovers == {"UNKNOWN", "CLIENT_NETWORK"}


def test_no_field_is_fed_by_a_person() -> None:
    for record_set in shipped_layout().sets:
        fields = {field.name: field for field in record_set.fields}
        for name in ("bsn", "geboortedatum", "geslacht"):
            assert name not in fields or fields[name].feeds == ()


def test_another_layout_is_taken_without_a_change_of_code() -> None:
    layout = parse_layout(OTHER)
    (record_set,) = layout.sets
    record = make_record(advice(), record_set, layout, KEY)
    number = record_number(KEY, "X", 6, "one")
    assert lines([record], record_set) == (
        b"20250301" + number.encode() + b"CHILD_ABUSE".ljust(44) + b"\r\n"
    )
    assert record.identity == "one"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'feeds = ["advice.given_on"]',
            'feeds = ["person.bsn"]',
            "adviezen.dag: no such attribute",
        ),
        ('feeds = ["advice.given_on"]', 'feeds = ["report.forms"]', "adviezen.dag: no such"),
        ('code_list = "nature"', 'code_list = "natures"', "adviezen.aard: no such code list"),
        ('code_list = "nature"\n', "", "adviezen.aard: a code has a code list"),
        ('name = "dag"', 'name = "aard"', "adviezen: a field stands twice"),
        ("length = 8", "length = 10", "adviezen.dag: a day has 8 characters"),
        ('about = "advice"', 'about = "family"', "adviezen: no records about that"),
        ('type = "date"', 'type = "day"', "cannot be"),
        ('source = "a test"\n', "", "lacks 'source'"),
        ('required = true\nfeeds = ["advice.id"]', "needed = 1\nfeeds = []", "cannot be"),
        ("[[set]]", "[[set", "not TOML"),
        (
            'feeds = ["advice.nature"]',
            'feeds = ["advice.nature"]\nunknown = "99"',
            "adviezen.aard: not in its code list: 99",
        ),
        (
            'feeds = ["advice.nature"]',
            'feeds = ["advice.nature"]\nunknown = "' + "9" * 23 + '"',
            "adviezen.aard: its unknown value is too long",
        ),
        ('prefix = "X"', 'prefix = "X"\noccurs = 2', "only codes occur more than once"),
    ],
)
def test_a_layout_that_cannot_work_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert old in OTHER
    with pytest.raises(LayoutError, match=said):
        parse_layout(OTHER.replace(old, new, 1))


def test_a_conversion_to_a_code_outside_the_list_is_refused() -> None:
    text = SHIPPED.replace('CHILD_ABUSE = "08"', 'CHILD_ABUSE = "80"')
    assert text != SHIPPED
    with pytest.raises(LayoutError, match=r"adviezen\.aanleiding: not in its code list: 80"):
        parse_layout(text)


def test_numbers_are_stable_and_tell_neither_kind_nor_region_apart_by_chance() -> None:
    one = record_number(KEY, "ML", 14, "M-1")
    assert one == record_number(KEY, "ML", 14, "M-1")
    assert len(one) == 14 and one.isalnum() and one.isupper()
    others = {
        record_number(KEY, "ML", 14, "M-2"),
        record_number(KEY, "OZ", 14, "M-1")[2:],
        record_number(numbers_key(bytes(32), "flevoland"), "ML", 14, "M-1"),
        record_number(numbers_key(bytes([1] * 32), "drenthe"), "ML", 14, "M-1"),
    }
    assert len(others) == 4 and one not in others and one[2:] not in others


def test_a_code_field_holds_what_it_can_hold() -> None:
    for record_set in shipped_layout().sets:
        for field in record_set.fields:
            if field.type is Type.CODE:
                assert field.length == 2
