"""Whole numbers that make linear statements true, or the names of those that cannot be.

Figures are statements about counts, and all of them are linear: a sum over months, a part that is
at most its whole, even a printed share of a count that nobody printed.  HiGHS (MIT) decides whether
whole numbers meet them all, and finds those near to what looks natural.  When none do, statements
are left out one by one until what remains is at odds and every one of it is needed: these are named
(Chinneck, Feasibility and Infeasibility in Optimization, ch. 6, deletion filter).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import highspy
import numpy as np

from connectors.simulation.figures import FiguresError

UNBOUNDED = 10**9
"""More than any region counts of anything in all its years."""

ROUNDED_AWAY_MAX = 10**5
"""More than can print as 0 % of anything: at no decimals it is a two-hundredth of the whole."""

NATURAL_NODES_MAX = 200
"""Branches of the search for natural numbers; the first that are true look natural enough.

Searches are bounded by branches and not by time, so that a seed gives one answer everywhere.
"""

NODES_MAX = 200_000
"""Branches of the search for any numbers that are true."""

GAP_SHARE = 0.05
"""How far from the most natural answer a right one may be: nobody sees it in nobody's figures."""

Terms = Mapping[int, int]
"""Coefficient by column."""


class MoreEffortError(Exception):
    """Nothing was found yet, and there is more to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Which figure a row says, and what kind of statement it is; `kind` chooses the error code."""

    figure: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Row:
    terms: Terms
    low: int
    high: int
    tag: Tag | None


class Problem:
    """Columns that hold whole numbers, rows that bound their sums, and what they would be near."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._high: list[int] = []
        self._cost: list[float] = []
        self._rows: list[_Row] = []
        self._distances: set[int] = set()

    def number(self, high: int = UNBOUNDED, cost: float = 0.0) -> int:
        """Add a number from zero up to `high`, each unit at a cost; return its column."""
        self._high.append(high)
        self._cost.append(cost)
        return len(self._high) - 1

    def between(self, terms: Terms, low: int, high: int, tag: Tag | None = None) -> None:
        """Say that a sum lies between two numbers, both in."""
        self._rows.append(_Row(terms, low, high, tag))

    def equal(self, terms: Terms, to: int, tag: Tag | None = None) -> None:
        """Say that a sum is a number."""
        self.between(terms, to, to, tag)

    def at_most(self, terms: Terms, high: int, tag: Tag | None = None) -> None:
        """Say that a sum is no more than a number."""
        self.between(terms, -UNBOUNDED, high, tag)

    def near(self, terms: Terms, target: int, weight: float) -> None:
        """Wish a sum to be near a number: each unit away costs `weight`."""
        over, under = self.number(cost=weight), self.number(cost=weight)
        # Whole by themselves once the rest is; the search is ten times faster for not asking it.
        self._distances.update((over, under))
        self.equal({**terms, over: -1, under: 1}, target)

    def prints(
        self, count: Terms, whole: Terms, share: Decimal, decimals: int, tag: Tag | None = None
    ) -> None:
        """Say that count / whole, in percent and rounded half up, prints as `share`.

        Of nothing, a share is zero: then, and only then, the whole may be zero.
        """
        unit = 200 * 10**decimals
        step = int((share * 10**decimals).to_integral_value())
        # 100 count / whole lies in [share - half a unit, share + half a unit).
        if step:
            self.at_most(_sum((2 * step - 1, whole), (-unit, count)), 0, tag)
            self.at_most(_sum((unit, count), (-2 * step - 1, whole)), -1, tag)
            return
        some = self.number(high=1)
        self.at_most(_sum((1, count), (-ROUNDED_AWAY_MAX, {some: 1})), 0, tag)
        self.at_most(_sum((unit, count), (-1, whole), (1, {some: 1})), 0, tag)

    def solve(
        self, codes: Sequence[tuple[frozenset[str], str]], *, is_last: bool = True
    ) -> list[int]:
        """Return the value of every column.

        Raises FiguresError naming the figures that are at odds; its code is that of the first of
        `codes` whose kinds are all among theirs.  `is_last` False gives up sooner, with
        MoreEffortError, for a caller that has a wider problem to try next.
        """
        free = [0.0] * len(self._cost)
        if not is_last:
            found, _ = self._run(self._rows, self._cost, NATURAL_NODES_MAX)
            if found is None:
                raise MoreEffortError
            return found
        for cost, nodes_max in ((self._cost, NATURAL_NODES_MAX), (free, NODES_MAX)):
            found, is_impossible = self._run(self._rows, cost, nodes_max)
            if found is not None:
                return found
            if is_impossible:
                break
        tags = self._at_odds()
        kinds = {tag.kind for tag in tags}
        code = next(code for needed, code in codes if needed <= kinds)
        names = tuple(dict.fromkeys(tag.figure for tag in tags))
        raise FiguresError(code, names, "no whole numbers make all of these true")

    def _at_odds(self) -> list[Tag]:
        """Return tagged statements that cannot hold together, each of them needed for that."""
        free = [0.0] * len(self._cost)
        kept = list(dict.fromkeys(row.tag for row in self._rows if row.tag is not None))
        # What is tried first goes first: of two ways to say it, the one without shares is plainer.
        kept.sort(key=lambda tag: tag.kind != "share")
        size = max(1, len(kept) // 2)
        while True:
            place = 0
            while place < len(kept):
                fewer = kept[:place] + kept[place + size :]
                among = set(fewer)
                rows = [row for row in self._rows if row.tag is None or row.tag in among]
                _, is_impossible = self._run(rows, free, NATURAL_NODES_MAX)
                if is_impossible:
                    kept = fewer
                else:
                    place += size
            if size == 1:
                return kept
            size = max(1, size // 2)

    def _run(
        self, rows: Sequence[_Row], cost: Sequence[float], nodes_max: int
    ) -> tuple[list[int] | None, bool]:
        """Return values that meet the rows, if any were found, and whether none exist."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", GAP_SHARE),
            ("mip_max_nodes", nodes_max),
            ("mip_feasibility_tolerance", 1e-9),
            ("primal_feasibility_tolerance", 1e-9),
        ):
            solver.setOptionValue(name, value)
        solver.passModel(self._model(rows, cost))
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
            return None, solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        values = [round(value) for value in solver.getSolution().col_value]
        for row in rows:
            total = sum(by * values[column] for column, by in row.terms.items())
            if not row.low <= total <= row.high:
                raise AssertionError("the solver's answer does not hold in whole numbers")
        return values, False

    def _model(self, rows: Sequence[_Row], cost: Sequence[float]) -> highspy.HighsLp:
        scales = [float(max(map(abs, row.terms.values()), default=1)) for row in rows]
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(cost), len(rows)
        model.col_cost_ = np.array(cost, dtype=np.double)
        model.col_lower_ = np.zeros(len(cost))
        model.col_upper_ = np.array([_bound(high, 1.0) for high in self._high])
        model.row_lower_ = np.array(
            [_bound(row.low, scale) for row, scale in zip(rows, scales, strict=True)]
        )
        model.row_upper_ = np.array(
            [_bound(row.high, scale) for row, scale in zip(rows, scales, strict=True)]
        )
        lengths = [len(row.terms) for row in rows]
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        model.a_matrix_.index_ = np.array(
            [column for row in rows for column in row.terms], dtype=np.int32
        )
        model.a_matrix_.value_ = np.array(
            [
                by / scale
                for row, scale in zip(rows, scales, strict=True)
                for by in row.terms.values()
            ]
        )
        model.integrality_ = [
            highspy.HighsVarType.kContinuous
            if column in self._distances
            else highspy.HighsVarType.kInteger
            for column in range(len(cost))
        ]
        return model


def _bound(value: int, scale: float) -> float:
    if abs(value) < UNBOUNDED:
        return value / scale
    return float(highspy.kHighsInf) * (1 if value > 0 else -1)


def _sum(*parts: tuple[int, Terms]) -> dict[int, int]:
    """Add sums, each times a factor."""
    total: dict[int, int] = {}
    for factor, terms in parts:
        for column, by in terms.items():
            total[column] = total.get(column, 0) + factor * by
    return total


def ones(columns: Iterable[int]) -> dict[int, int]:
    """Return the plain sum of some columns."""
    return dict.fromkeys(columns, 1)
