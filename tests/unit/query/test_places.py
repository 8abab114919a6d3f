"""Where a log stood on a knowledge date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from query.editions.places import last_before

START = datetime(2025, 1, 1, tzinfo=UTC)


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(-1, 11))
def test_the_last_position_before_an_instant_is_found(hours: list[int], before: int) -> None:
    known = [START + timedelta(hours=hour) for hour in sorted(hours)]
    asked = START + timedelta(hours=before)
    found = last_before(len(known), lambda position: known[position - 1], asked)
    assert found == sum(instant < asked for instant in known)


def test_few_rows_are_read_of_many() -> None:
    read: list[int] = []

    def known_at(position: int) -> datetime:
        read.append(position)
        return START + timedelta(seconds=position)

    assert last_before(50_000_000, known_at, START + timedelta(seconds=12_345_678)) == 12_345_677
    assert len(read) <= 26
