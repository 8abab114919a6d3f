"""What an edition says of attributes: counts and shares of codes, over stretches of months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from connectors.simulation.assumptions import (
    ADVICE_NATURE_RATES,
    FORM_RATES,
    REPORT_NATURE_RATES,
    SECTOR_RATES,
)
from connectors.simulation.figures import Edition, FiguresError, Table
from connectors.simulation.statements import (
    ATTRIBUTES,
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
    attribute_of,
)

CODES: Mapping[Attribute, tuple[str, ...]] = {
    SECTOR_OF_REPORT: tuple(SECTOR_RATES),
    NATURE_OF_REPORT: tuple(REPORT_NATURE_RATES),
    FORM_OF_REPORT: tuple(FORM_RATES),
    CHILDREN_OF_REPORT: (YES, NO),
    NATURE_OF_ADVICE: tuple(ADVICE_NATURE_RATES),
    CHANNEL_OF_ADVICE: ("CHAT", "PHONE"),
    SCHOOL_OF_ADVICE: (YES, NO),
}
"""Every code that a figure can speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that an edition says of one attribute in some months.

    `code` None speaks of the records that carry the attribute at all.  `low` to `high` is the
    count, where it is printed; `share`, where it is printed, is of all records or of those that
    carry the attribute.
    """

    figure: str
    months: range
    code: str | None
    low: int | None = None
    high: int | None = None
    share: Decimal | None = None
    decimals: int = 0
    is_of_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """All that one edition says of one attribute; in `single` months each record has one code."""

    attribute: Attribute
    claims: tuple[Claim, ...]
    single: tuple[range, ...] = ()

    def speaks_of(self, month: int) -> bool:
        """Tell whether any claim covers the month."""
        return any(month in claim.months for claim in self.claims)

    def is_multiple(self, month: int) -> bool:
        """Tell whether a record of the month may carry several codes."""
        return self.attribute.is_multiple and not any(month in each for each in self.single)


def claims_of(edition: Edition, attribute: Attribute) -> Claims | None:
    """Return what an edition says of an attribute; None when it says nothing.

    Raises FiguresError `code` for a code that the attribute does not have.
    """
    tables = [each for each in edition.tables if table_attribute(each) == attribute]
    claims = [claim for table in tables for claim in _of_table(edition, table)]
    for count in edition.counts:
        spoken = attribute_of(count)
        if spoken is not None and spoken[0] == attribute:
            claims.append(
                Claim(
                    figure=f"{edition.id}/{count.id}",
                    months=count.months,
                    code=spoken[1],
                    low=count.count,
                    high=count.count,
                )
            )
    for share in edition.shares:
        spoken = attribute_of(share)
        if spoken is not None and spoken[0] == attribute:
            claims.append(
                Claim(
                    figure=f"{edition.id}/{share.id}",
                    months=share.months,
                    code=spoken[1],
                    share=share.share,
                    decimals=share.decimals,
                    is_of_all=share.base == "all",
                )
            )
    for claim in claims:
        if claim.code is not None and claim.code not in CODES[attribute]:
            raise FiguresError("code", (claim.figure,), f"{attribute.name} has no such code")
    if not claims:
        return None
    single = tuple(table.months for table in tables if not table.multiple)
    return Claims(attribute=attribute, claims=tuple(claims), single=single)


def _of_table(edition: Edition, table: Table) -> Iterator[Claim]:
    name = f"{edition.id}/{table.id}"
    if table.registered is not None:
        low, high = table.registered.min, table.registered.max
        yield Claim(figure=name, months=table.months, code=None, low=low, high=high)
    for row in table.rows:
        yield Claim(
            figure=f"{name}.{row.code}",
            months=table.months,
            code=row.code,
            low=row.count,
            high=row.count,
            share=row.share,
            decimals=table.decimals,
        )


def table_attribute(table: Table) -> Attribute:
    """Return the attribute a table is about.

    Raises FiguresError `attribute` when no such attribute is kept of these records.
    """
    for attribute in ATTRIBUTES:
        if attribute.of == table.of and attribute.name == table.attribute:
            if table.multiple and not attribute.is_multiple:
                raise FiguresError(
                    "attribute", (table.id,), f"{table.attribute} holds one value, not several"
                )
            return attribute
    raise FiguresError("attribute", (table.id,), f"no {table.attribute} is kept of {table.of}s")
