"""Pages of a list: which one was asked, and which there are. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from query.limits import PAGES_MAX
from query.problems import BadQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Page `number` of `pages`, from 1; an empty list has one empty page."""

    number: int
    pages: int
    size: int
    total: int

    @classmethod
    def of(cls, asked: int, total: int, size: int) -> Paging:
        """Return the asked page, or the last one when there are not that many."""
        pages = max(1, -(-total // size))
        return cls(number=min(asked, pages), pages=pages, size=size, total=total)

    @property
    def offset(self) -> int:
        """Return how many rows come before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """Return the number of the first row on this page; 0 when there is none."""
        return min(self.total, self.offset + 1)

    @property
    def last(self) -> int:
        """Return the number of the last row on this page."""
        return min(self.total, self.offset + self.size)

    def page_of(self, place: int) -> int:
        """Return the page on which the row with this place (from 1) stands."""
        return (place - 1) // self.size + 1


def page_number(asked: Mapping[str, str]) -> int:
    """Return the page that a query string asks for, 1 when it asks for none.

    Raises BadQuestion when it is no whole number from 1 to PAGES_MAX.
    """
    text = asked.get("pagina") or "1"
    if text.isascii() and text.isdigit() and len(text) <= len(str(PAGES_MAX)):
        number = int(text)
        if 1 <= number <= PAGES_MAX:
            return number
    raise BadQuestion("Dit paginanummer bestaat niet", "Kies een pagina onder aan de lijst.")
