"""What editions say of attributes: counts per code over a period, with denominators settled.

A share without a count, and a range of records that carry the attribute, still leave a choice;
here it is made, so that every share prints, or the impossible one is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.simulation.arrangement import Statement
from connectors.simulation.figures import (
    CountFigure,
    Edition,
    FiguresError,
    ShareFigure,
    Table,
    prints_as,
)
from connectors.simulation.statements import ATTRIBUTES, Attribute, attribute_of

REGISTERED = "*"
"""The pseudo code under which "carries the attribute at all" is counted."""

Population = Callable[[range], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """All that one edition says of one attribute, as sums over months per code."""

    attribute: Attribute
    is_multiple: bool
    statements: dict[str, list[Statement]]

    def speaks_of(self, month: int) -> bool:
        """Tell whether any statement covers the month."""
        return any(month in each.months for stated in self.statements.values() for each in stated)


def claims_of(
    edition: Edition, attribute: Attribute, population: Population, unregistered_share: float
) -> Claims | None:
    """Settle what an edition says of an attribute; None when it says nothing.

    `population` counts the records of a period as the edition knew them.  Raises FiguresError
    naming the figure that cannot be true of that many records.
    """
    claims = Claims(attribute=attribute, is_multiple=attribute.is_multiple, statements={})
    tables = [each for each in edition.tables if table_attribute(each) == attribute]
    if any(not table.multiple for table in tables):
        claims = Claims(attribute=attribute, is_multiple=False, statements={})
    for table in tables:
        everyone = population(table.months)
        carrying = _registered(table, everyone, unregistered_share)
        _state(claims, REGISTERED, f"{edition.id}/{table.id}", table.months, carrying)
        for row in table.rows:
            name = f"{edition.id}/{table.id}.{row.code}"
            _state(claims, row.code, name, table.months, row.count)
    for count in edition.counts:
        spoken = attribute_of(count)
        if spoken is not None and spoken[0] == attribute:
            _refuse_more(count, population(count.months))
            _state(claims, spoken[1], f"{edition.id}/{count.id}", count.months, count.count)
    for share in edition.shares:
        spoken = attribute_of(share)
        if spoken is not None and spoken[0] == attribute:
            _state_share(claims, edition, share, population(share.months), unregistered_share)
    return claims if claims.statements else None


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


def _state(claims: Claims, code: str, figure: str, months: range, count: int) -> None:
    claims.statements.setdefault(code, []).append(
        Statement(figure=figure, months=months, count=count)
    )


def _refuse_more(figure: CountFigure, everyone: int) -> None:
    if figure.count > everyone:
        raise FiguresError(
            "count_exceeds_records", (figure.id,), f"{figure.count} of {everyone} records"
        )


def _registered(table: Table, everyone: int, unregistered_share: float) -> int:
    """Choose how many records carry the attribute, so that each row's share prints."""
    rows = sum(row.count for row in table.rows)
    largest = max((row.count for row in table.rows), default=0)
    low, high = largest, everyone
    if table.registered is not None:
        low, high = max(low, table.registered.min), min(high, table.registered.max)
    if table.registered is not None and table.registered.min > everyone:
        raise FiguresError(
            "registered_exceeds_records",
            (table.id,),
            f"{table.registered.min} carry the attribute, of {everyone} records",
        )
    if not table.multiple:
        if rows > high:
            raise FiguresError(
                "single_choice_exceeds",
                (table.id,),
                f"single choice, yet its rows sum to {rows} and at most {high} records carry it",
            )
        low = max(low, rows)
    natural = round(everyone * (1 - unregistered_share))
    for carrying in sorted(range(low, high + 1), key=lambda each: abs(each - natural)):
        if all(prints_as(row.count, carrying, row.share, table.decimals) for row in table.rows):
            return carrying
    raise FiguresError(
        "share_impossible",
        tuple(
            f"{table.id}.{row.code}"
            for row in table.rows
            if not any(
                prints_as(row.count, carrying, row.share, table.decimals)
                for carrying in range(low, high + 1)
            )
        )
        or (table.id,),
        f"no number of records from {low} to {high} gives these shares",
    )


def _state_share(
    claims: Claims,
    edition: Edition,
    figure: ShareFigure,
    everyone: int,
    unregistered_share: float,
) -> None:
    """Turn a share into a count; where it is of the registered, settle how many those are."""
    spoken = attribute_of(figure)
    if spoken is None:
        return
    name = f"{edition.id}/{figure.id}"
    if figure.base == "all":
        bases: Sequence[int] = (everyone,)
    else:
        stated = [
            each.count
            for each in claims.statements.get(REGISTERED, [])
            if each.months == figure.months
        ]
        natural = round(everyone * (1 - unregistered_share))
        bases = stated or sorted(range(1, everyone + 1), key=lambda each: abs(each - natural))
    for base in bases:
        centre = round(float(figure.share) * base / 100)
        for count in sorted(
            range(max(0, centre - 1), min(base, centre + 1) + 1),
            key=lambda each: abs(each - centre),
        ):
            if prints_as(count, base, figure.share, figure.decimals):
                _state(claims, spoken[1], name, figure.months, count)
                if figure.base == "registered":
                    _state(claims, REGISTERED, name, figure.months, base)
                return
    raise FiguresError(
        "share_impossible", (figure.id,), f"no count of {everyone} records gives this share"
    )
