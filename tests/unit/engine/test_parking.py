"""Which errors may park a household, and what is told of them."""

from __future__ import annotations

import psycopg
import pytest

from streams.engine.errors import Fenced, StopError, TransientError
from streams.engine.parking import Parking, failure_of, may_park

SECRET = "999990019"


@pytest.mark.parametrize(
    "error",
    [KeyError(SECRET), ValueError(SECRET), AssertionError(), RecursionError(),
     psycopg.errors.CheckViolation(), psycopg.errors.CharacterNotInRepertoire()],
)  # fmt: skip
def test_what_a_row_may_have_caused_parks(error: Exception) -> None:
    assert may_park(error)


@pytest.mark.parametrize(
    "error",
    [StopError("stop"), Fenced("gone"), TransientError("away"), MemoryError(), OSError(),
     ImportError(), psycopg.OperationalError(), psycopg.errors.UndefinedTable(),
     psycopg.errors.InsufficientPrivilege(), psycopg.errors.DiskFull()],
)  # fmt: skip
def test_what_no_row_can_have_caused_does_not(error: Exception) -> None:
    assert not may_park(error)


def test_of_an_error_its_class_and_place_are_told_never_its_text() -> None:
    with pytest.raises(ValueError, match=SECRET) as caught:
        int(f"person {SECRET}")
    failure = failure_of(caught.value)
    assert failure.code == "ValueError"
    assert failure.place.startswith("test_parking.py:")
    assert SECRET not in str(failure)


def test_a_household_that_waits_in_two_logs_is_counted_once() -> None:
    parking = Parking([("journal", "a", 3), ("findings", "a", 1), ("journal", "b", 9)])
    assert parking.households == 2
    parking.remove("journal", ["a"])
    assert parking.waiting("journal") == {"b": 9}
    assert parking.households == 2
    parking.remove("findings", ["a"])
    assert parking.households == 1
