"""Who lives where: two households at one address are a doubt for a person, never a link (ID-04).

Shelters and institutions are left out, and addresses of more people than a family (domain.md §4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from schemas.identity import HouseholdId
from schemas.record_rules import mentions
from streams.admission.journal_rows import Draft
from streams.admission.sightings import day_of
from streams.engine.asking import Questions, Row
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.household.linking import Kind

QUERIES = load_queries("streams.admission", "residences.sql")
HOMES = frozenset({"REGISTERED", "ACTUAL"})
SHARED = frozenset({"SHELTER", "INSTITUTION"})
LEFT_FIELD = "from_address"
PEOPLE_MAX = 8
"""More people at one address are no family: a doubt about them would never end (domain.md §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residence:
    """A household at an address, as far as events have said."""

    household: HouseholdId
    position: int
    is_shared: bool
    lives_from: date
    lives_until: date | None


class ResidenceBook:
    """The residences at the addresses that a unit names: stored ones, and those that it adds."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._at: dict[str, dict[HouseholdId, Residence]] = {}
        self._changed: dict[tuple[str, HouseholdId], None] = {}

    def ask(self, questions: Questions, drafts: Collection[Draft]) -> None:
        """Ask who lives at the addresses of these drafts."""
        addresses = {address["token"] for draft in drafts for address in draft.row["addresses"]}
        columns = {"addresses": sorted(addresses)}
        questions.ask(QUERIES["find_residences"], self._region, self._take, columns)

    def _take(self, rows: Sequence[Row]) -> None:
        for address, household, position, is_shared, lives_from, lives_until in rows:
            self._at.setdefault(address, {})[HouseholdId(household)] = Residence(
                household=HouseholdId(household),
                position=position,
                is_shared=is_shared,
                lives_from=lives_from,
                lives_until=lives_until,
            )

    def note(self, draft: Draft, household: HouseholdId, position: int) -> list[HouseholdId]:
        """Take what an event says of where its household lives.

        Returns the households that live at a place where this one is new, oldest knowledge
        first: none for a place that is shared by its nature, or that they had left before.
        """
        if draft.statement.kind is not Kind.PARTNER:
            return []
        day, found = day_of(draft), []
        for token, kind, is_left in _addresses(draft):
            here = self._at.setdefault(token, {})
            known = here.get(household)
            if is_left:
                if known is not None:
                    self._keep(token, replace(known, lives_until=day))
                continue
            if kind not in HOMES | SHARED:
                continue
            is_shared = kind in SHARED or any(one.is_shared for one in here.values())
            if known is None and not is_shared:
                found += [o.household for o in here.values() if _overlaps(o, day)]
            self._keep(
                token,
                Residence(
                    household=household,
                    position=position if known is None else known.position,
                    is_shared=is_shared,
                    lives_from=day if known is None else min(day, known.lives_from),
                    lives_until=None,
                ),
            )
        return list(dict.fromkeys(found))

    def _keep(self, address: str, residence: Residence) -> None:
        self._at[address][residence.household] = residence
        self._changed[address, residence.household] = None

    def changed(self) -> list[tuple[str, str, Residence]]:
        """Return what the unit changed: region, address and residence."""
        return [(self._region, address, self._at[address][home]) for address, home in self._changed]


def write_residences(connection: Connection, books: Sequence[ResidenceBook]) -> None:
    """Write what the regions' units changed, in the caller's transaction."""
    changed = [row for book in books for row in book.changed()]
    if not changed:
        return
    connection.execute(
        QUERIES["save_residences"],
        {
            "regions": [region for region, _, _ in changed],
            "addresses": [address for _, address, _ in changed],
            "households": [one.household for _, _, one in changed],
            "positions": [one.position for _, _, one in changed],
            "shared": [one.is_shared for _, _, one in changed],
            "from_days": [one.lives_from for _, _, one in changed],
            "until_days": [one.lives_until for _, _, one in changed],
        },
    )


def _addresses(draft: Draft) -> Iterator[tuple[str, str, bool]]:
    """Yield (token, kind, whether it was left) of each address of an event."""
    tokens = {address["ref"]: address["token"] for address in draft.row["addresses"]}
    for pointer, address in mentions(draft.body, draft.event_type.address_fields):
        yield tokens[address["ref"]], address["kind"], pointer.split("/")[1] == LEFT_FIELD


def _overlaps(residence: Residence, day: date) -> bool:
    return residence.lives_until is None or residence.lives_until > day
