"""How many reports or advices an edition counts per month, and how many of them carry which code.

One problem in whole numbers per edition and kind of record: the months, every attribute that the
edition speaks of in stretches that none of its figures cuts, and what holds of any records at all
(a part is at most its whole).  What it finds can always be written on records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from connectors.simulation.arrangement import Statement
from connectors.simulation.assumptions import (
    ADVICE_NATURE_RATES,
    FORM_RATES,
    REPORT_NATURE_RATES,
    SECTOR_RATES,
    Assumptions,
)
from connectors.simulation.claims import CODES, Claim, Claims, claims_of
from connectors.simulation.figures import Edition
from connectors.simulation.integers import UNBOUNDED, Problem, Tag, Terms, ones
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
)

ALWAYS_SAID = frozenset({SCHOOL_OF_ADVICE})
"""Attributes that no record can leave open: the contract has yes or no, and nothing else."""

REFUSALS = (
    (frozenset({"share"}), "share_impossible"),
    (frozenset({"registered", "code"}), "row_exceeds_registered"),
    (frozenset({"registered", "sum"}), "registered_exceeds_records"),
    (frozenset({"code", "sum"}), "count_exceeds_records"),
    (frozenset[str](), "totals_disagree"),
)
"""What kinds of statements are at odds, and the error's code: the first that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Months in which so many records carry the attribute, and so many carry each code."""

    months: range
    registered: int
    quota: Mapping[str, int]
    is_multiple: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an attribute's numbers would be near, where no figure says: shares by code."""

    claims: Claims
    rates: Mapping[str, float]
    blank_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Records per month, and per attribute the blocks that an edition's figures come from."""

    numbers: dict[int, int]
    blocks: Mapping[Attribute, Sequence[Block]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    months: range
    is_multiple: bool
    registered: int
    codes: Mapping[str, int]


def rates_of(attribute: Attribute, assumptions: Assumptions) -> tuple[Mapping[str, float], float]:
    """Return how often each code occurs where no figure says, and how often none does."""
    said = assumptions
    of_yes_or_no = {CHILDREN_OF_REPORT: said.children_share, SCHOOL_OF_ADVICE: said.school_share}
    if attribute in of_yes_or_no:
        share = of_yes_or_no[attribute]
        return {YES: share, NO: 1 - share}, 0.0
    rates: Mapping[Attribute, tuple[Mapping[str, float], float]] = {
        SECTOR_OF_REPORT: (SECTOR_RATES, said.sector_unregistered_share),
        NATURE_OF_REPORT: (REPORT_NATURE_RATES, said.report_unregistered_share),
        FORM_OF_REPORT: (FORM_RATES, said.report_unregistered_share),
        NATURE_OF_ADVICE: (ADVICE_NATURE_RATES, said.advice_unregistered_share),
        CHANNEL_OF_ADVICE: ({"CHAT": said.chat_share, "PHONE": 1 - said.chat_share}, 0.0),
    }
    return rates[attribute]


def wishes_of(edition: Edition, of: str, assumptions: Assumptions) -> list[Wish]:
    """Return what an edition claims of one kind of record, with what is likely beside it."""
    wishes = []
    for attribute in ATTRIBUTES:
        claims = claims_of(edition, attribute) if attribute.of == of else None
        if claims is not None:
            rates, blank_share = rates_of(attribute, assumptions)
            wishes.append(Wish(claims=claims, rates=rates, blank_share=blank_share))
    return wishes


def settle(
    statements: Sequence[Statement],
    wishes: Sequence[Wish],
    span: range,
    target: Mapping[int, float],
) -> Settled:
    """Return numbers that meet every statement and claim, near to `target` per month of `span`.

    Raises FiguresError naming the figures that are at odds.
    """
    problem = Problem()
    column = {month: problem.number() for month in span}
    for month in span:
        problem.near({column[month]: 1}, round(target.get(month, 0.0)), 1.0)
    for each in statements:
        tag = Tag(figure=each.figure, kind="sum")
        problem.equal(ones(column[month] for month in each.months), each.count, tag)
    drafts = {wish.claims.attribute: _draft(problem, wish, column, target) for wish in wishes}
    values = problem.solve(REFUSALS)
    return Settled(
        numbers={month: values[column[month]] for month in span},
        blocks={
            attribute: [_read(each, values) for each in drafts[attribute]] for attribute in drafts
        },
    )


def stretches(months: Sequence[range]) -> list[range]:
    """Return the stretches within these ranges that the edge of none of them cuts."""
    cuts = sorted({edge for each in months for edge in (each.start, each.stop)})
    parts = [range(start, stop) for start, stop in pairwise(cuts)]
    return [part for part in parts if any(part.start in each for each in months)]


def _draft(
    problem: Problem, wish: Wish, column: Mapping[int, int], target: Mapping[int, float]
) -> list[_Draft]:
    """Add an attribute's columns, what always holds of them, and what the edition claims."""
    claims = wish.claims
    drafts = [
        _block(problem, wish, part, column, target)
        for part in stretches([each.months for each in claims.claims])
    ]
    for claim in claims.claims:
        own = [draft for draft in drafts if draft.months.start in claim.months]
        registered = ones(draft.registered for draft in own)
        count = registered if claim.code is None else ones(d.codes[claim.code] for d in own)
        _state(problem, claim, count, registered, ones(column[m] for m in claim.months))
    return drafts


def _block(
    problem: Problem,
    wish: Wish,
    months: range,
    column: Mapping[int, int],
    target: Mapping[int, float],
) -> _Draft:
    attribute = wish.claims.attribute
    everyone = ones(column[month] for month in months)
    registered = problem.number()
    codes = {code: problem.number() for code in CODES[attribute]}
    is_multiple = wish.claims.is_multiple(months.start)
    blank_max = 0 if attribute in ALWAYS_SAID else UNBOUNDED
    problem.between({registered: -1, **everyone}, 0, blank_max)
    rows = ones(codes.values())
    if is_multiple:
        for each in codes.values():
            problem.at_most({each: 1, registered: -1}, 0)
        # Nobody carries the attribute without a code.
        problem.at_most({registered: 1, **dict.fromkeys(rows, -1)}, 0)
    else:
        problem.equal({registered: -1, **rows}, 0)
    carrying = sum(target.get(month, 0.0) for month in months) * (1 - wish.blank_share)
    problem.near({registered: 1}, round(carrying), 0.5)
    for code, each in codes.items():
        problem.near({each: 1}, round(carrying * wish.rates.get(code, 0.0)), 0.1)
    return _Draft(months=months, is_multiple=is_multiple, registered=registered, codes=codes)


def _state(
    problem: Problem, claim: Claim, count: Terms, registered: Terms, everyone: Terms
) -> None:
    if claim.low is not None and claim.high is not None:
        kind = "registered" if claim.code is None else "code"
        problem.between(count, claim.low, claim.high, Tag(figure=claim.figure, kind=kind))
    if claim.share is not None:
        whole = everyone if claim.is_of_all else registered
        tag = Tag(figure=claim.figure, kind="share")
        problem.prints(count, whole, claim.share, claim.decimals, tag)


def _read(draft: _Draft, values: Sequence[int]) -> Block:
    return Block(
        months=draft.months,
        registered=values[draft.registered],
        quota={code: values[column] for code, column in draft.codes.items()},
        is_multiple=draft.is_multiple,
    )
