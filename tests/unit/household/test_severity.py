from __future__ import annotations

import pytest

from schemas.code_lists import CODE_LISTS
from schemas.enums import RedFlag, ReporterSector, SashLevel, ViolenceForm, ViolenceNature
from streams.household import severity
from streams.household.reading import POLICE_SECTOR
from streams.household.rules.red_flags import ADDING_UP, CRITICAL_ALONE
from streams.household.severity import marks_of, severity_of
from streams.household.traits import SASH_HIGH


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, 0),
        ({"flags": ["UNKNOWN"], "forms": ["UNKNOWN"], "natures": ["UNKNOWN"]}, 0),
        ({"sash": "LOW"}, 0),
        ({"sash": "UNKNOWN"}, 0),
        ({"natures": ["CHILD_ABUSE"]}, 1),
        ({"natures": ["OTHER_PROBLEMS"]}, 1),
        ({"forms": ["EMOTIONAL_ABUSE"]}, 1),
        ({"flags": ["SUBSTANCE_ABUSE", "ANIMAL_CRUELTY"]}, 1),
        ({"flags": ["STALKING"]}, 2),
        ({"forms": ["STALKING"]}, 2),
        ({"flags": ["HONOUR_RELATED"]}, 2),
        ({"sash": "MODERATE"}, 3),
        ({"forms": ["PHYSICAL_ABUSE"], "natures": ["CHILD_ABUSE"]}, 3),
        ({"flags": ["DEATH_THREAT", "ANIMAL_CRUELTY"]}, 3),
        ({"flags": ["CHILD_INJURED"]}, 4),
        ({"forms": ["SHAKEN_BABY"]}, 4),
        ({"sash": "HIGH"}, 4),
    ],
)
def test_severity_is_the_gravest_of_what_is_said(said: dict[str, object], expected: int) -> None:
    assert severity_of(marks_of(**said)) == expected  # type: ignore[arg-type]


def test_every_code_of_the_contract_has_a_class_and_no_class_has_another_code() -> None:
    known = {"UNKNOWN"}
    assert set(severity.FLAG_SEVERITY) | known == {flag.value for flag in RedFlag}
    assert set(severity.FORM_SEVERITY) | known == {form.value for form in ViolenceForm}
    assert set(severity.SASH_SEVERITY) | known | {"LOW"} == {level.value for level in SashLevel}
    assert {nature.value for nature in ViolenceNature} >= {"OTHER_PROBLEMS"}


def test_listed_flags_and_sectors_exist_in_the_contract_and_have_dutch_names() -> None:
    listed = (CRITICAL_ALONE | ADDING_UP) - {SASH_HIGH}
    assert listed <= {flag.value for flag in RedFlag}
    assert listed <= set(CODE_LISTS["red_flag"].codes)
    assert POLICE_SECTOR in {sector.value for sector in ReporterSector}
