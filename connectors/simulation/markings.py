"""What is written on every report and advice: sector, nature, forms, children, channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random

from connectors.simulation.arranger import Arranger
from connectors.simulation.assumptions import (
    ADVICE_NATURE_RATES,
    FORM_RATES,
    REPORT_NATURE_RATES,
    Assumptions,
)
from connectors.simulation.attributes import Codes, Versions, assign
from connectors.simulation.claims import claims_of
from connectors.simulation.populations import rates_of
from connectors.simulation.series import Item
from connectors.simulation.statements import (
    CHANNEL_OF_ADVICE,
    CHILDREN_OF_REPORT,
    FORM_OF_REPORT,
    NATURE_OF_ADVICE,
    NATURE_OF_REPORT,
    SCHOOL_OF_ADVICE,
    SECTOR_OF_REPORT,
    Attribute,
    Series,
)

OTHER_PROBLEMS = "OTHER_PROBLEMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Markings:
    """Codes per attribute and item number, from which edition's window on."""

    versions: Mapping[Attribute, Versions]

    def history(self, attribute: Attribute, item: Item) -> list[tuple[int, Codes]]:
        """Return the item's codes over the editions, oldest first."""
        return self.versions[attribute][item.number]

    def codes(self, attribute: Attribute, item: Item, edition: int) -> Codes:
        """Return the codes as of an edition's window."""
        found: Codes = ()
        for since, codes in self.history(attribute, item):
            if since <= edition:
                found = codes
        return found

    def changes(self, of: str, item: Item) -> list[int]:
        """Return the editions in whose window a code of the item was corrected."""
        return sorted(
            {
                since
                for attribute, versions in self.versions.items()
                if attribute.of == of
                for since, _ in versions[item.number][1:]
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    """How an attribute is drawn before it is repaired."""

    attribute: Attribute
    draw: Callable[[Item], Codes]
    rates: Mapping[str, float]


def mark(
    arranger: Arranger, items: Mapping[Series, Sequence[Item]], assessed: AbstractSet[int]
) -> Markings:
    """Return what every report and advice carries, meeting all tables, counts and shares."""
    # Where a nature is lacking, the form is too; most often nobody has assessed the report yet.
    rng = arranger.chance("blanks")
    blank_rank = {
        report.number: rng.random() * (1.0 if report.number in assessed else 0.4)
        for report in items["report"]
    }
    natures: dict[int, Codes] = {}
    rng = arranger.chance("codes")
    draws = (
        *_report_draws(arranger.assumptions, blank_rank, natures, rng),
        *_advice_draws(arranger.assumptions, rng),
    )
    versions: dict[Attribute, Versions] = {}
    for each in draws:
        attribute = each.attribute
        own, settled = items[attribute.of], arranger.settled(attribute.of)
        versions[attribute] = assign(
            attribute,
            items=own,
            claims=[claims_of(edition, attribute) for edition in arranger.figures.editions],
            blocks=[edition.blocks.get(attribute, ()) for edition in settled],
            draw=each.draw,
            rates=each.rates,
            blank_rank=blank_rank if attribute.of == "report" else {},
            rng=arranger.chance(f"codes {attribute.of} {attribute.name}"),
        )
        if attribute == NATURE_OF_REPORT:
            natures.update({number: kept[-1][1] for number, kept in versions[attribute].items()})
    return Markings(versions=versions)


def _report_draws(
    assumptions: Assumptions,
    blank_rank: Mapping[int, float],
    natures: Mapping[int, Codes],
    rng: Random,
) -> tuple[_Draw, ...]:
    """Return how reports are drawn; `natures` holds those that are settled when forms are drawn."""
    blank_share = assumptions.report_unregistered_share

    def nature(item: Item) -> Codes:
        return () if blank_rank[item.number] < blank_share else _several(REPORT_NATURE_RATES, rng)

    def form(item: Item) -> Codes:
        known = natures[item.number]
        if known in ((), (OTHER_PROBLEMS,)):
            return known
        own = [c for c in _several(FORM_RATES, rng) if c != OTHER_PROBLEMS] or ["EMOTIONAL_ABUSE"]
        return (*own, OTHER_PROBLEMS) if OTHER_PROBLEMS in known else tuple(own)

    return tuple(
        _drawn(attribute, draw, assumptions)
        for attribute, draw in (
            (SECTOR_OF_REPORT, _one_of(SECTOR_OF_REPORT, assumptions, rng)),
            (NATURE_OF_REPORT, nature),
            (FORM_OF_REPORT, form),
            (CHILDREN_OF_REPORT, _one_of(CHILDREN_OF_REPORT, assumptions, rng)),
        )
    )


def _advice_draws(assumptions: Assumptions, rng: Random) -> tuple[_Draw, ...]:
    blank_share = assumptions.advice_unregistered_share

    def nature(_: Item) -> Codes:
        return () if rng.random() < blank_share else _several(ADVICE_NATURE_RATES, rng)

    return tuple(
        _drawn(attribute, draw, assumptions)
        for attribute, draw in (
            (NATURE_OF_ADVICE, nature),
            (CHANNEL_OF_ADVICE, _one_of(CHANNEL_OF_ADVICE, assumptions, rng)),
            (SCHOOL_OF_ADVICE, _one_of(SCHOOL_OF_ADVICE, assumptions, rng)),
        )
    )


def _drawn(attribute: Attribute, draw: Callable[[Item], Codes], assumptions: Assumptions) -> _Draw:
    return _Draw(attribute=attribute, draw=draw, rates=rates_of(attribute, assumptions)[0])


def _one_of(attribute: Attribute, assumptions: Assumptions, rng: Random) -> Callable[[Item], Codes]:
    rates, blank = rates_of(attribute, assumptions)
    names, weights = list(rates), list(rates.values())
    return lambda _: () if rng.random() < blank else (rng.choices(names, weights)[0],)


def _several(rates: Mapping[str, float], rng: Random) -> Codes:
    """Draw each code by its own rate; when none came, one by weight."""
    drawn = tuple(code for code, rate in rates.items() if rng.random() < rate)
    return drawn or (rng.choices(list(rates), list(rates.values()))[0],)
