"""Which spellings of a name may be one person, born on the same day."""

from __future__ import annotations

import pytest

from streams.vault.lookup_tokens import letters
from streams.vault.similar_names import are_alike


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Jansen", "Ria"), ("Janssen", "Ria"), True),
        (("Yılmaz", "Ayşe"), ("Yilmaz", "Ayse"), True),
        (("van der Berg", "Johanna"), ("van den Berg", "Johana"), True),
        (("Bakker", "Johanna"), ("Bakker", ""), True),
        (("Bakker", "J"), ("Bakker", "Johanna"), True),
        (("Bakker", "Johanna"), ("Bakker", "Pieter"), False),
        (("Smit", "Ria"), ("Smeets", "Ria"), False),
        (("Jansen", "Ria"), ("Pietersen", "Ria"), False),
        (("Jansen", "Ria"), ("Jansen", "Ria"), True),
    ],
)
def test_names_that_may_be_one(
    one: tuple[str, str], other: tuple[str, str], expected: bool
) -> None:
    first, second = ((letters(family), letters(given)) for family, given in (one, other))
    assert are_alike(first, second) is expected
    assert are_alike(second, first) is expected
