from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from projections.details import _title, details
from schemas.events import EVENT_TYPES
from tests.support.sample_records import sample_fields

SECRET = "4242424242"
HIDING_FORMATS = {"reference", "uuid", "token", "oin", "actor", "pointer", "source-urn"}


def shown(record_name: str, **fields: Any) -> dict[str, str]:
    record = {**sample_fields(record_name), **fields}
    return {detail["label"]: detail["value"] for detail in details(record_name, record)}


def test_codes_days_and_flags_are_said_in_dutch() -> None:
    found = shown(
        "SafetyAssessmentCompleted",
        outcome="HANDOVER_PROFESSIONAL",
        acute_unsafe=False,
        life_domains=["01", "06"],
    )
    assert found["Uitkomst"] == "Overdracht naar hulpverlening"
    assert found["Afgerond op"] == "02-01-2025"
    assert found["Acuut onveilig"] == "nee"
    assert found["Leefgebieden"] == "Financiën; Huisvesting"


def test_an_instant_is_shown_in_dutch_time() -> None:
    # 20:00 UTC in January is 21:00 in Amsterdam.
    assert shown("RestrainingOrderChanged")["Tijdstip status"] == "02-01-2025 21:00"


def test_persons_are_roles_and_addresses_municipalities() -> None:
    person = {"ref": 1, "role": "CHILD", "age_class": "AGE_2_11", "is_minor": True}
    address = {"ref": 1, "municipality": "GM0106", "kind": "ACTUAL"}
    found = shown(
        "PoliceReportSubmitted",
        persons=[person | {"relations": []}],
        incident_address=address,
    )
    assert found["Betrokkenen"].startswith("Kind (")
    assert found["Plaats voorval"].startswith("Assen (")


def test_what_is_unknown_or_empty_is_left_out() -> None:
    found = shown("ReportRegistered", nature=["UNKNOWN"], forms=[], children_involved=None)
    assert not {"Aard geweld", "Vorm geweld", "Kinderen betrokken"} & found.keys()


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_no_number_or_token_is_ever_shown(name: str) -> None:
    schema = EVENT_TYPES[name].schema
    record = {
        field["name"]: _with_secret(field, value)
        for field in schema["fields"]
        if (value := sample_fields(name).get(field["name"])) is not None
    }
    texts = [detail["value"] for detail in details(name, record)]
    assert not any(SECRET in text for text in texts)


def _with_secret(field: Mapping[str, Any], value: Any) -> Any:
    if field.get("format") not in HIDING_FORMATS:
        return value
    return [SECRET] if isinstance(value, list) else SECRET


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_value_of_every_event_can_be_shown(name: str) -> None:
    for detail in details(name, sample_fields(name)):
        assert detail["label"]
        assert detail["value"]


def test_a_field_without_a_short_label_is_called_by_its_description() -> None:
    field = {"name": "brand_new", "doc": "Nieuw veld; zie de uitleg."}
    assert _title(field) == "Nieuw veld"
