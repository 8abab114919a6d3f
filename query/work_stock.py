"""The work stock as a page shows it: what is open on a day, what is overdue, and what was in time.

Shares in time are of what was completed: whatever waits longest is not in them (domain.md §1.4).
So the page never shows such a share without the open items that are over their legal date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from projections.statistics import PLAIN, Figure, Period, Question, figures_of, share
from projections.statistics.s15_assessment_terms import WITHIN_LAW
from projections.statistics.s16_work_stock import (
    KINDS,
    OPEN,
    OVERDUE,
    PICKED_UP,
    WAITING,
    OpenItem,
    on_day,
    open_items,
)
from projections.statistics.s18_service_terms import AFTER_DECISION, BY_LAW
from query.figures import EARLIEST_DAY
from query.limits import OPEN_ITEMS_PER_PAGE, STOCK_MONTHS_SHOWN
from query.paging import Paging, page_number
from query.problems import BadQuestion
from query.reading import ReadConnection
from query.regions import Region
from query.wording import day_words
from schemas.code_lists import CODE_LISTS

DAY, KNOWN_ON = "op", "bekend-op"
MUNICIPALITY, KIND = "gemeente", "dienst"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """One kind of open item: its address word, its Dutch name, and its share in time by law."""

    slug: str
    word: str
    terms: str
    in_time: str
    term: str


WORDS: Final[Mapping[str, KindWords]] = MappingProxyType(
    {
        "SAFETY_ASSESSMENT": KindWords(
            slug="veiligheidsbeoordeling",
            word="Veiligheidsbeoordeling",
            terms="S15",
            in_time=WITHIN_LAW,
            term="vijf werkdagen na ontvangst",
        ),
        "CONDITIONS_AND_FOLLOW_UP": KindWords(
            slug="voorwaarden",
            word="Voorwaarden & Vervolg",
            terms="S18",
            in_time=BY_LAW,
            term="tien weken na de laatste dag voor de veiligheidsbeoordeling",
        ),
        "INVESTIGATION": KindWords(
            slug="onderzoek",
            word="Onderzoek",
            terms="S21",
            in_time=AFTER_DECISION,
            term="tien weken na het besluit tot onderzoek",
        ),
    }
)
_KIND_OF_SLUG: Final = MappingProxyType({words.slug: kind for kind, words in WORDS.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFilter:
    """What the reader asked: the stock of `day` as known at the end of `known_on`, and which."""

    day: date
    known_on: date
    municipality: str | None
    kind: str | None
    page: int

    def query(self, **changes: str | int | None) -> str:
        """Return the query string of this filter with changes; None and page 1 are left out."""
        wanted: dict[str, str | int | None] = {
            DAY: self.day.isoformat(),
            KNOWN_ON: self.known_on.isoformat(),
            MUNICIPALITY: self.municipality,
            KIND: None if self.kind is None else WORDS[self.kind].slug,
            "pagina": self.page,
            **changes,
        }
        if wanted["pagina"] == 1:
            wanted["pagina"] = None
        given = {key: value for key, value in wanted.items() if value is not None}
        return f"?{urlencode(given)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOfDay:
    """The open items of one kind on a day, and what was completed before it, and in time.

    `completed` counts the calendar month that ended last before the day. `waiting` and
    `picked_up` are None where that is not registered: an assessment is open, or done.
    """

    day: date
    open: int
    waiting: int | None
    picked_up: int | None
    overdue: int
    completed: int
    in_time: int

    @property
    def overdue_share(self) -> Decimal | None:
        """Return the share of the open items that are over their legal date."""
        return share(self.overdue, self.open, 0)

    @property
    def in_time_share(self) -> Decimal | None:
        """Return the share of the completed items that were in time."""
        return share(self.in_time, self.completed, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindStock:
    """One kind: on the day asked for, and on the first of each month before, newest first."""

    kind: str
    words: KindWords
    now: StockOfDay
    months: tuple[StockOfDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStock:
    """The page: every kind, and one page of the open items of the chosen ones."""

    asked: StockFilter
    kinds: tuple[KindStock, ...]
    items: tuple[OpenItem, ...]
    paging: Paging
    municipalities: Mapping[str, str]


def parse_stock(asked: Mapping[str, str], today: date) -> StockFilter:
    """Return the filter of a query string; an empty field means today, or all.

    Raises BadQuestion for a day that is none, is before Veilig Thuis or is to come, and for a
    municipality or service that does not exist.
    """
    municipality = asked.get(MUNICIPALITY) or None
    slug = asked.get(KIND) or None
    if municipality is not None and municipality not in CODE_LISTS["municipality"].codes:
        raise BadQuestion("Deze gemeente kennen wij niet", "Kies een gemeente uit de lijst.")
    if slug is not None and slug not in _KIND_OF_SLUG:
        raise BadQuestion("Deze dienst bestaat niet", "Kies een dienst uit de lijst.")
    return StockFilter(
        day=_day(asked, DAY, today),
        known_on=_day(asked, KNOWN_ON, today),
        municipality=municipality,
        kind=None if slug is None else _KIND_OF_SLUG[slug],
        page=page_number(asked),
    )


def read_work_stock(connection: ReadConnection, region: Region, asked: StockFilter) -> WorkStock:
    """Return the page; `connection` is inside one snapshot."""
    question = Question(
        region=region.code, known_on=asked.known_on, municipality=asked.municipality
    )
    days = [asked.day, *first_days_before(asked.day, STOCK_MONTHS_SHOWN)]
    kinds = tuple(_kind(connection, question, kind, days) for kind in KINDS)
    total = sum(each.now.open for each in kinds if asked.kind in (None, each.kind))
    paging = Paging.of(asked.page, total, OPEN_ITEMS_PER_PAGE)
    items = open_items(
        connection,
        question,
        asked.day,
        kind=asked.kind,
        limit=paging.size,
        offset=paging.offset,
    )
    return WorkStock(
        asked=asked,
        kinds=kinds,
        items=tuple(items),
        paging=paging,
        municipalities=CODE_LISTS["municipality"].codes,
    )


def first_days_before(day: date, months: int) -> list[date]:
    """Return the firsts of so many months, newest first, from the one of `day` itself back."""
    newest = day.year * 12 + day.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(newest, newest - months, -1)]


def month_before(day: date) -> Period:
    """Return the calendar month that was over before the day."""
    last = day.replace(day=1) - timedelta(days=1)
    return Period(first=last.replace(day=1), last=last)


def _kind(
    connection: ReadConnection, question: Question, kind: str, days: Sequence[date]
) -> KindStock:
    words = WORDS[kind]
    stocks = figures_of(connection, KINDS[kind].id, question, [on_day(day) for day in days])
    terms = figures_of(connection, words.terms, question, [month_before(day) for day in days])
    now, *months = (
        _stock_of_day(day, stock, term, words)
        for day, stock, term in zip(days, stocks, terms, strict=True)
    )
    return KindStock(kind=kind, words=words, now=now, months=tuple(months))


def _stock_of_day(
    day: date, stock: Mapping[str, Figure], term: Mapping[str, Figure], words: KindWords
) -> StockOfDay:
    is_service = OPEN not in stock
    waiting = stock[WAITING].count if is_service else None
    picked_up = stock[PICKED_UP].count if is_service else None
    return StockOfDay(
        day=day,
        open=stock[PLAIN].count,
        waiting=waiting,
        picked_up=picked_up,
        overdue=stock[OVERDUE].count,
        completed=term[PLAIN].count,
        in_time=term[words.in_time].count,
    )


def _day(asked: Mapping[str, str], name: str, today: date) -> date:
    text = asked.get(name)
    if not text:
        return today
    try:
        day = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadQuestion("Dit is geen datum", "Schrijf de datum als jaar-maand-dag: 2025-09-15.")
    if not EARLIEST_DAY <= day <= today:
        raise BadQuestion(
            "Op deze dag is er geen werkvoorraad te tonen",
            f"Kies een dag van {day_words(EARLIEST_DAY)} tot en met {day_words(today)}.",
        )
    return day
