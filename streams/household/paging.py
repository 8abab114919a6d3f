"""The facts of a household by event, spread over pages of which an event changes one.

A household of five thousand signals takes half a megabyte.  Written whole at each of its events it
would cost hundreds of times what the event itself says; a page costs as much as in any household.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from zlib import crc32

from streams.household.facts import Fact
from streams.household.journal_event import EventKey

# Most households never have more, so that their facts are one page.
FACTS_PER_PAGE = 32

Page = Mapping[EventKey, Fact]


class PagedFacts(Mapping[EventKey, Fact]):
    """A mapping of which nothing ever changes; `with_fact` gives one that has one fact more.

    Pages to which a fact is not added are the very same objects afterwards; when there must be
    more of them, all facts are spread anew.
    """

    __slots__ = ("pages",)

    def __init__(self, pages: tuple[Page, ...] = ({},)) -> None:
        self.pages = pages

    def with_fact(self, fact: Fact) -> PagedFacts:
        """Return the mapping with one fact more, which it does not have yet."""
        if len(self.pages) == 1 and len(self.pages[0]) < FACTS_PER_PAGE:
            return PagedFacts(({**self.pages[0], fact.key: fact},))
        if _pages_for(len(self) + 1) != len(self.pages):
            return spread((*self.values(), fact))
        at = _page_of(fact.key, len(self.pages))
        page = {**self.pages[at], fact.key: fact}
        return PagedFacts((*self.pages[:at], page, *self.pages[at + 1 :]))

    def whole(self) -> Page:
        """Return all facts as one page, which is quicker to look into again and again."""
        if len(self.pages) == 1:
            return self.pages[0]
        return {key: fact for page in self.pages for key, fact in page.items()}

    def __getitem__(self, key: EventKey) -> Fact:
        return self.pages[_page_of(key, len(self.pages))][key]

    def __contains__(self, key: object) -> bool:
        if len(self.pages) == 1:
            return key in self.pages[0]
        return isinstance(key, EventKey) and key in self.pages[_page_of(key, len(self.pages))]

    def __iter__(self) -> Iterator[EventKey]:
        for page in self.pages:
            yield from page

    def __len__(self) -> int:
        return sum(map(len, self.pages))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]


def spread(facts: Iterable[Fact]) -> PagedFacts:
    """Return facts on as many pages as their number asks for, each where its key belongs.

    Equal sets of facts have equal pages, however they arose.
    """
    by_key = {fact.key: fact for fact in facts}
    number = _pages_for(len(by_key))
    if number == 1:
        return PagedFacts((by_key,))
    pages: tuple[dict[EventKey, Fact], ...] = tuple({} for _ in range(number))
    for key, fact in by_key.items():
        pages[_page_of(key, number)][key] = fact
    return PagedFacts(pages)


def _pages_for(facts: int) -> int:
    """Return the smallest power of two of pages on which so many facts fit, if evenly spread."""
    return 1 << max(0, -(-facts // FACTS_PER_PAGE) - 1).bit_length()


def _page_of(key: EventKey, pages: int) -> int:
    if pages == 1:
        return 0
    return crc32(f"{key.source}|{key.event_id}".encode()) % pages
