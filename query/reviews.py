"""The review queue: doubts that only a person settles, with what speaks for a link and against it.

Read-only, as all pages are: each entry says which command settles it.  Nobody is named; a person is
the part that he or she plays in a household, as elsewhere on the pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from psycopg.rows import class_row, tuple_row

from query.limits import REVIEWS_PER_PAGE
from query.paging import Paging, page_number
from query.problems import BadQuestion
from query.reading import QUERIES, ReadConnection
from query.wording import day_words, municipality_word, number_digits
from schemas.code_lists import enum_label

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "co_residence": "Twee huishoudens op één adres",
        "same_name": "Zelfde naam en geboortedatum",
        "similar_name": "Bijna dezelfde naam, zelfde geboortedatum",
        "numbers_disagree": "Twee nummers van één persoon leiden naar twee mensen",
        "persons_disagree": "De personen horen elders dan het kenmerk zegt",
        "references_disagree": "Twee kenmerken leiden naar verschillende huishoudens",
        "household_cap": "Een huishouden zou te groot worden",
        "pending_expired": "Een bericht wacht dertig dagen op waar het bij hoort",
    }
)
"""In the order of the filter: first what is about people who may be one family or one person."""

_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "same_name": "Naam en geboortedatum zijn gelijk.",
        "similar_name": "Geboren op dezelfde dag, en de namen zijn bijna gelijk gespeld.",
        "numbers_disagree": "Eén afzender noemt beide nummers bij dezelfde persoon.",
        "persons_disagree": "De meeste personen van het bericht horen bij het andere huishouden.",
        "references_disagree": "Eén bericht noemt kenmerken van beide huishoudens.",
        "household_cap": "De nieuwe personen staan in een melding over dit huishouden.",
        "pending_expired": "De afzender verwees ernaar; het hoort dus ergens bij.",
    }
)
_DOUBTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "numbers_disagree": "Een nummer hoort bij één persoon; een van beide kan fout zijn.",
        "household_cap": "Zo groot is een huishouden zelden; het kan een keten van gezinnen zijn.",
        "pending_expired": "Waar het naar verwijst, is nooit ontvangen.",
    }
)
_BETWEEN_PEOPLE: Final = frozenset({"same_name", "similar_name", "numbers_disagree"})
_BETWEEN_HOUSEHOLDS: Final = frozenset({"co_residence", "persons_disagree", "references_disagree"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """What the reader asked to see: one kind of doubt or all, and a page of it."""

    kind: str | None
    page: int

    def query(self, **changes: str | int | None) -> str:
        """Return the query string of this filter with changes; page 1 and "all" leave it out."""
        wanted: dict[str, str | int | None] = {"soort": self.kind, "pagina": self.page, **changes}
        if wanted["pagina"] == 1:
            wanted["pagina"] = None
        given = {key: value for key, value in wanted.items() if value is not None}
        return f"?{urlencode(given)}" if given else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtedHousehold:
    """A household of an entry as it goes on now: `asked` may have been merged into it."""

    asked: str
    household_id: str
    persons: int
    municipality: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtedPerson:
    """Somebody of an entry: roles and whether a number is known, and in which households."""

    words: str
    households: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One entry of the queue, with what a person weighs."""

    entry_id: str
    kind: str
    title: str
    known_at: datetime
    households: tuple[DoubtedHousehold, ...]
    persons: tuple[DoubtedPerson, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    has_choice: bool
    """Several people may be meant: confirming names one of them."""

    @property
    def can_be_confirmed(self) -> bool:
        """Say whether there is a link to make; what waits finds its place by itself."""
        return self.kind != "pending_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueue:
    """One page of the queue, oldest first; `entries_by_kind` counts all pages."""

    asked: ReviewFilter
    doubts: tuple[Doubt, ...]
    paging: Paging
    entries_by_kind: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    entry_id: str
    kind: str
    known_at: datetime
    household_ids: Sequence[str]
    pids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known about the households and people of a page of entries, by their tokens."""

    households: Mapping[str, DoubtedHousehold]
    members: Mapping[str, frozenset[str]]
    homes: Mapping[str, frozenset[str]]
    roles: Mapping[str, Sequence[str]]
    numbered: frozenset[str]
    together: frozenset[frozenset[str]]
    residences: Mapping[frozenset[str], tuple[date, date | None]]


def parse_review_filter(asked: Mapping[str, str]) -> ReviewFilter:
    """Return the filter of a query string; BadQuestion for a kind that cannot exist."""
    kind = asked.get("soort") or None
    if kind is not None and kind not in KINDS:
        raise BadQuestion("Deze soort twijfel bestaat niet", "Kies een soort uit de lijst.")
    return ReviewFilter(kind=kind, page=page_number(asked))


def read_reviews(connection: ReadConnection, region: str, asked: ReviewFilter) -> ReviewQueue:
    """Return one page of the region's queue; a page beyond the last one is the last one."""
    with connection.cursor(row_factory=tuple_row) as kinds:
        kinds.execute(QUERIES["review_kinds"], {"region": region})
        by_kind: dict[str, int] = dict(kinds.fetchall())
    entries = sum(count for kind, count in by_kind.items() if asked.kind in (None, kind))
    paging = Paging.of(asked.page, entries, REVIEWS_PER_PAGE)
    question: dict[str, Any] = {
        "region": region, "kind": asked.kind, "limit": paging.size, "offset": paging.offset,
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(_Entry)) as page:
        found = page.execute(QUERIES["reviews"], question).fetchall()
    facts = _read_facts(connection, region, found)
    return ReviewQueue(
        asked=asked,
        doubts=tuple(_doubt(entry, facts) for entry in found),
        paging=paging,
        entries_by_kind={kind: by_kind[kind] for kind in KINDS if kind in by_kind},
    )


def _read_facts(connection: ReadConnection, region: str, entries: Sequence[_Entry]) -> _Facts:
    asked = sorted({household for entry in entries for household in entry.household_ids})
    pids = sorted({pid for entry in entries for pid in entry.pids})
    place = {"region": region, "households": asked, "pids": pids}
    with connection.cursor(row_factory=class_row(DoubtedHousehold)) as cursor:
        rows = cursor.execute(QUERIES["review_households"], place).fetchall()
    households = {row.asked: row for row in rows}
    current = sorted({row.household_id for row in rows})
    with connection.cursor(row_factory=tuple_row) as told:
        belongs = told.execute(
            QUERIES["review_members"], {**place, "households": current}
        ).fetchall()
        numbered = told.execute(QUERIES["review_numbered"], place).fetchall()
        together = told.execute(QUERIES["review_named_together"], place).fetchall()
        residences = told.execute(QUERIES["review_residences"], place).fetchall()
    return _Facts(
        households=households,
        members=_sets((home, pid) for home, pid, _ in belongs),
        homes=_sets((pid, home) for home, pid, _ in belongs),
        roles={
            pid: tuple(dict.fromkeys(role for _, other, role in belongs if other == pid))
            for pid in pids
        },
        numbered=frozenset(pid for (pid,) in numbered),
        together=frozenset(frozenset(pair) for pair in together),
        residences={
            frozenset((one, other)): (since, until) for one, other, since, until in residences
        },
    )


def _sets(pairs: Any) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


def _doubt(entry: _Entry, facts: _Facts) -> Doubt:
    speaks_for = [_REASONS[entry.kind]] if entry.kind in _REASONS else []
    against = [_DOUBTS[entry.kind]] if entry.kind in _DOUBTS else []
    households = tuple(
        facts.households.get(asked)
        or DoubtedHousehold(asked=asked, household_id=asked, persons=0, municipality=None)
        for asked in entry.household_ids
    )
    if entry.kind in _BETWEEN_HOUSEHOLDS and len(households) > 1:
        _weigh_households(entry, households, facts, speaks_for, against)
    people = tuple(dict.fromkeys(entry.pids))
    if entry.kind in _BETWEEN_PEOPLE and len(people) > 1:
        _weigh_people(people, facts, speaks_for, against)
    return Doubt(
        entry_id=entry.entry_id,
        kind=entry.kind,
        title=KINDS[entry.kind],
        known_at=entry.known_at,
        households=households,
        persons=tuple(_person(pid, facts) for pid in people),
        speaks_for=tuple(speaks_for),
        speaks_against=tuple(against),
        has_choice=entry.kind in _BETWEEN_PEOPLE and len(people) > 2,
    )


def _weigh_households(
    entry: _Entry,
    households: Sequence[DoubtedHousehold],
    facts: _Facts,
    speaks_for: list[str],
    against: list[str],
) -> None:
    """Say what speaks for one household and for two."""
    now = {each.household_id for each in households}
    if len(now) == 1:
        speaks_for.append("De huishoudens zijn intussen samengevoegd.")
        return
    since, until = facts.residences.get(frozenset(entry.household_ids), (None, None))
    if since is not None:
        verb = "wonen" if until is None else "woonden"
        speaks_for.append(f"Beide {verb} op hetzelfde adres, vanaf {day_words(since)}.")
    if until is not None:
        against.append(f"Een van beide is daar weg sinds {day_words(until)}.")
    shared = frozenset.intersection(*(facts.members.get(home, frozenset()) for home in now))
    if shared:
        people = "persoon hoort" if len(shared) == 1 else "personen horen"
        speaks_for.append(f"{number_digits(len(shared))} {people} bij beide.")
    else:
        against.append("Niemand hoort bij beide.")
    _weigh_towns({each.municipality for each in households}, speaks_for, against)


def _weigh_people(
    people: Sequence[str], facts: _Facts, speaks_for: list[str], against: list[str]
) -> None:
    """Say what speaks for one person and for several."""
    first, *others = people
    homes = facts.homes.get(first, frozenset())
    if any(homes & facts.homes.get(other, frozenset()) for other in others):
        speaks_for.append("Zij horen bij één huishouden.")
    if any(frozenset((first, other)) in facts.together for other in others):
        against.append("Eén melding noemt hen als twee personen.")
    if all(pid in facts.numbered for pid in people):
        against.append("Van ieder is een eigen nummer bekend.")
    else:
        against.append("Niet van iedereen is een nummer bekend: zeker is het niet.")
    roles = [set(facts.roles.get(pid, ())) for pid in people]
    if all(roles) and not set.intersection(*roles):
        against.append("Zij hebben verschillende rollen.")


def _weigh_towns(towns: Collection[str | None], speaks_for: list[str], against: list[str]) -> None:
    if None in towns:
        return
    names = " en ".join(sorted(municipality_word(town) for town in towns))
    if len(towns) == 1:
        speaks_for.append(f"Beide in de gemeente {names}.")
    else:
        against.append(f"Verschillende gemeenten: {names}.")


def _person(pid: str, facts: _Facts) -> DoubtedPerson:
    roles = [enum_label("PersonRole", role) for role in facts.roles.get(pid, ())]
    known = "nummer bekend" if pid in facts.numbered else "geen nummer bekend"
    return DoubtedPerson(
        words=f"{', '.join(roles) or 'Hoort bij geen huishouden'} ({known})",
        households=tuple(sorted(facts.homes.get(pid, ()))),
    )
