"""Invented households: nobody in here exists.

Names come from short lists, numbers from the test range 999… of the BSN, addresses from a postcode
that is not given out.  One person has one number, however often he or she appears.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from connectors.simulation.figures import FiguresError

FAMILY_NAMES: Sequence[tuple[str | None, str]] = (
    (None, "Testma"), ("van", "Voorbeeld"), (None, "Oefenstra"), ("de", "Proef"),
    (None, "Verzonnen"), ("van der", "Modelweg"), (None, "Schijnhuis"), ("ter", "Simulatie"),
    (None, "Denkbeeld"), (None, "Fictema"), ("van den", "Dummy"), (None, "Sjabloonsma"),
    (None, "Niemandsma"), ("de", "Bedachte"), (None, "Specimens"), ("van", "Zogenaamd"),
    (None, "Doenalsof"), (None, "Papierman"), ("op den", "Probeer"), (None, "Maquettes"),
)  # fmt: skip
GIVEN_NAMES = (
    "Aafje", "Bodi", "Cato", "Dieuwke", "Evi", "Fedde", "Geesje", "Harm", "Ilse", "Jelte",
    "Klaasje", "Lubbert", "Marchien", "Nanno", "Okke", "Popke", "Roelfien", "Sietske", "Tjabbo",
    "Wubbo", "Yfke", "Zwaantje",
)  # fmt: skip
BSN_PREFIXES = 100_000
"""Five free digits between 999 and the check digit; ten elevenths of them pass the 11-test."""

_BSN_STEP = 61_803
"""Odd and no multiple of five, so the walk over the five digits meets each once."""

POSTCODE_DIGITS = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented person and the part he or she has in the household's story."""

    bsn: str
    prefix: str | None
    family_name: str
    given_names: str
    birth_date: date
    role: str

    def age_class(self, on: date) -> str:
        """Return the age class on a day."""
        birthday_due = (on.month, on.day) < (self.birth_date.month, self.birth_date.day)
        years = on.year - self.birth_date.year - birthday_due
        for below, age_class in ((2, "UNDER_2"), (12, "AGE_2_11"), (18, "AGE_12_17")):
            if years < below:
                return age_class
        return "ADULT" if years < 65 else "ADULT_65_PLUS"

    def mention(self, ref: int, on: date) -> dict[str, Any]:
        """Return the PersonMention of an event on a day: role and age class, nothing that names."""
        age_class = self.age_class(on)
        return {
            "ref": ref,
            "role": self.role,
            "age_class": age_class,
            "is_minor": age_class not in ("ADULT", "ADULT_65_PLUS"),
            "relations": [],
        }

    def identity(self, ref: int) -> dict[str, Any]:
        """Return what is sealed of the person."""
        known: dict[str, Any] = {
            "ref": ref,
            "bsn": self.bsn,
            "family_name": self.family_name,
            "given_names": self.given_names,
            "birth_date": self.birth_date.isoformat(),
        }
        if self.prefix is not None:
            known["prefix"] = self.prefix
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """An invented family at an invented address: suspected perpetrator, victim, then children."""

    number: int
    municipality: str
    bag_id: str
    postcode: str
    house_number: int
    members: tuple[Person, ...]

    @property
    def adults(self) -> tuple[Person, ...]:
        """The suspected perpetrator and the victim."""
        return self.members[:2]

    @property
    def children(self) -> tuple[Person, ...]:
        """The children, eldest first; some households have none."""
        return self.members[2:]

    def address(self, ref: int) -> dict[str, Any]:
        """Return what is sealed of the address."""
        return {
            "ref": ref,
            "bag_id": self.bag_id,
            "postcode": self.postcode,
            "house_number": self.house_number,
        }

    def address_mention(self, ref: int) -> dict[str, Any]:
        """Return the AddressMention of an event."""
        return {"ref": ref, "municipality": self.municipality, "kind": "REGISTERED"}


def test_range_numbers(rng: Random) -> Iterator[str]:
    """Yield the BSNs of the test range 999… that pass the 11-test, each once.

    Raises FiguresError `too_many_people` when all 90,909 are used.
    """
    place = rng.randrange(BSN_PREFIXES)
    for _ in range(BSN_PREFIXES):
        place = (place + _BSN_STEP) % BSN_PREFIXES
        digits = f"999{place:05d}"
        total = sum(w * int(d) for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2), digits, strict=True))
        if total % 11 < 10:
            yield f"{digits}{total % 11}"
    raise FiguresError("too_many_people", (), "the test range has 90,909 numbers, all are used")


class Population:
    """Makes households one after another."""

    def __init__(self, weights: Mapping[str, float], rng: Random) -> None:
        """Take the municipalities with the weight of each."""
        self._codes = list(weights)
        self._weights = list(weights.values())
        self._rng = rng
        self._numbers = test_range_numbers(rng)
        self._count = 0

    def household(
        self, on: date, *, is_elderly: bool, perpetrator: Person | None = None
    ) -> Household:
        """Make a household as of a day; `perpetrator` already belongs to another one."""
        rng = self._rng
        prefix, family_name = rng.choice(FAMILY_NAMES)
        victim_years = rng.randint(68, 88) if is_elderly else rng.randint(22, 52)
        other_years = victim_years - rng.randint(22, 34) if is_elderly else victim_years
        first = perpetrator or self._person(
            "SUSPECTED_PERPETRATOR", *rng.choice(FAMILY_NAMES), on, other_years
        )
        members = [first, self._person("VICTIM", prefix, family_name, on, victim_years)]
        for _ in range(0 if is_elderly else rng.choice((1, 1, 2, 2, 3))):
            years = rng.randint(0, min(17, victim_years - 18))
            members.append(self._person("CHILD", prefix, family_name, on, years))
        municipality = rng.choices(self._codes, self._weights)[0]
        self._count += 1
        return Household(
            number=self._count,
            municipality=municipality,
            bag_id=f"{municipality[2:]}20{self._count:010d}",
            postcode=POSTCODE_DIGITS + rng.choice("ABCDEGHJ") + rng.choice("KLMNPRTV"),
            house_number=rng.randint(1, 399),
            members=tuple(members),
        )

    def _person(
        self, role: str, prefix: str | None, family_name: str, on: date, years: int
    ) -> Person:
        rng = self._rng
        born = on - timedelta(days=int(years * 365.25) + rng.randint(1, 364))
        return Person(
            bsn=next(self._numbers),
            prefix=prefix,
            family_name=family_name,
            given_names=rng.choice(GIVEN_NAMES),
            birth_date=born,
            role=role,
        )
