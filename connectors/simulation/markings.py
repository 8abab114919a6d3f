"""What is written on every report and advice: sector, nature, forms, children, channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from connectors.simulation.arranger import Arranger
from connectors.simulation.assessments import Completions
from connectors.simulation.assumptions import (
    ADVICE_NATURE_RATES,
    FORM_RATES,
    REPORT_NATURE_RATES,
    SECTOR_RATES,
)
from connectors.simulation.attributes import Codes, Versions, assign
from connectors.simulation.claims import claims_of
from connectors.simulation.series import Item
from connectors.simulation.statements import (
    CHANNEL_OF_ADVICE,
    CHILDREN_OF_REPORT,
    FORM_OF_REPORT,
    NATURE_OF_ADVICE,
    NATURE_OF_REPORT,
    NO,
    SCHOOL_OF_ADVICE,
    SECTOR_OF_REPORT,
    YES,
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


def mark(
    arranger: Arranger, items: Mapping[Series, Sequence[Item]], completions: Completions
) -> Markings:
    """Return what every report and advice carries, meeting all tables, counts and shares."""
    assumptions = arranger.assumptions
    # Where a nature is lacking, the form is too; most often nobody has assessed the report yet.
    rng = arranger.chance("blanks")
    blank_rank = {
        report.number: rng.random() * (1.0 if report.number in completions else 0.4)
        for report in items["report"]
    }
    drawn = arranger.chance("codes")
    natures: dict[int, Codes] = {}

    def nature(item: Item) -> Codes:
        blank = blank_rank[item.number] < assumptions.report_unregistered_share
        natures[item.number] = () if blank else _several(REPORT_NATURE_RATES, drawn)
        return natures[item.number]

    def form(item: Item) -> Codes:
        known = natures.get(item.number, ())
        if not known:
            return ()
        if known == (OTHER_PROBLEMS,):
            return known
        own = [c for c in _several(FORM_RATES, drawn) if c != OTHER_PROBLEMS] or ["EMOTIONAL_ABUSE"]
        return (*own, OTHER_PROBLEMS) if OTHER_PROBLEMS in known else tuple(own)

    def one_of(rates: Mapping[str, float], blank: float = 0.0) -> Callable[[Item], Codes]:
        names, weights = list(rates), list(rates.values())
        return lambda _: () if drawn.random() < blank else (drawn.choices(names, weights)[0],)

    def advice_nature(_: Item) -> Codes:
        if drawn.random() < assumptions.advice_unregistered_share:
            return ()
        return _several(ADVICE_NATURE_RATES, drawn)

    children = {YES: assumptions.children_share, NO: 1 - assumptions.children_share}
    channels = {"CHAT": assumptions.chat_share, "PHONE": 1 - assumptions.chat_share}
    schools = {YES: assumptions.school_share, NO: 1 - assumptions.school_share}
    unregistered = assumptions.report_unregistered_share
    sectorless = assumptions.sector_unregistered_share
    questions: tuple[tuple[Attribute, Callable[[Item], Codes], Mapping[str, float], float], ...] = (
        (SECTOR_OF_REPORT, one_of(SECTOR_RATES, sectorless), SECTOR_RATES, sectorless),
        (NATURE_OF_REPORT, nature, REPORT_NATURE_RATES, unregistered),
        (FORM_OF_REPORT, form, FORM_RATES, unregistered),
        (CHILDREN_OF_REPORT, one_of(children), children, 0.0),
        (
            NATURE_OF_ADVICE,
            advice_nature,
            ADVICE_NATURE_RATES,
            assumptions.advice_unregistered_share,
        ),
        (CHANNEL_OF_ADVICE, one_of(channels), channels, 0.0),
        (SCHOOL_OF_ADVICE, one_of(schools), schools, 0.0),
    )
    versions: dict[Attribute, Versions] = {}
    for attribute, draw, rates, blank_share in questions:
        own = items[attribute.of]
        claims = [
            claims_of(edition, attribute, _population(own, index), blank_share)
            for index, edition in enumerate(arranger.figures.editions)
        ]
        versions[attribute] = assign(
            attribute,
            items=own,
            claims=claims,
            draw=draw,
            rates=rates,
            blank_rank=blank_rank if attribute.of == "report" else {},
            rng=arranger.chance(f"codes {attribute.of} {attribute.name}"),
        )
        if attribute == NATURE_OF_REPORT:
            natures.update({number: each[-1][1] for number, each in versions[attribute].items()})
    return Markings(versions=versions)


def _population(items: Sequence[Item], edition: int) -> Callable[[range], int]:
    def population(months: range) -> int:
        return sum(
            item.month in months
            and item.first <= edition
            and (item.last is None or item.last >= edition)
            for item in items
        )

    return population


def _several(rates: Mapping[str, float], rng: Random) -> Codes:
    """Draw each code by its own rate; when none came, one by weight."""
    drawn = tuple(code for code, rate in rates.items() if rng.random() < rate)
    return drawn or (rng.choices(list(rates), list(rates.values()))[0],)
