"""Numbers per month that make every stated sum true, or the name of the sums that cannot be.

Each statement is a sum over consecutive months.  With running totals P as unknowns a statement is
an equation P[after] - P[before] = count, and "no month is negative" is P[next] >= P[this]: a
system of difference constraints, which has whole-number solutions exactly when its graph has no
negative cycle (Cormen et al., Introduction to Algorithms, ch. 24.4).  The cycle is the
contradiction, and its edges name the figures that are at odds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.simulation.figures import FiguresError

INFINITE = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The months `months` together hold exactly `count`; `figure` is the printed figure's id.

    `is_silence`: not printed, but so because the edition is older than these months.
    """

    figure: str
    months: range
    count: int
    is_silence: bool = False


@dataclass(frozen=True, slots=True)
class _Edge:
    """P[end] <= P[start] + weight, because `figure` says so."""

    start: int
    end: int
    weight: float
    figure: str


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split a total by weights, largest remainder first; equal weights when all are zero."""
    whole = sum(weights)
    if whole <= 0:
        weights, whole = [1.0] * len(weights), float(len(weights))
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def arrange(
    statements: Sequence[Statement],
    span: range,
    target: Mapping[int, float],
) -> dict[int, int]:
    """Return a number per month of `span` that meets every statement and stays close to `target`.

    Months outside all statements get their target, rounded.
    Raises FiguresError `totals_disagree` naming the statements that cannot hold together.
    """
    cuts = sorted(
        {span.start, span.stop}
        | {edge for each in statements for edge in (each.months.start, each.months.stop)}
    )
    edges = _edges(statements, cuts)
    _refuse_contradiction(edges, cuts)
    distances = _distances(edges, len(cuts))
    arranged: dict[int, int] = {}
    running: list[int] = [0]
    for index in range(1, len(cuts)):
        months = range(cuts[index - 1], cuts[index])
        weights = [max(0.0, target.get(month, 0.0)) for month in months]
        wanted = running[-1] + round(sum(weights))
        low = max(running[j] - distances[index][j] for j in range(index))
        high = min(running[j] + distances[j][index] for j in range(index))
        running.append(int(min(max(wanted, low), high)))
        parts = apportion(running[-1] - running[-2], weights)
        arranged.update(zip(months, parts, strict=True))
    return {month: arranged[month] for month in span}


def _edges(statements: Sequence[Statement], cuts: Sequence[int]) -> list[_Edge]:
    place = {month: index for index, month in enumerate(cuts)}
    edges = []
    for each in statements:
        start, end = place[each.months.start], place[each.months.stop]
        edges.append(_Edge(start, end, each.count, each.figure))
        edges.append(_Edge(end, start, -each.count, each.figure))
    edges += [_Edge(index + 1, index, 0, "") for index in range(len(cuts) - 1)]
    return edges


def _refuse_contradiction(edges: Sequence[_Edge], cuts: Sequence[int]) -> None:
    """Bellman-Ford from a source before all nodes; a node that still falls lies on a cycle."""
    best = [0.0] * len(cuts)
    cause: list[_Edge | None] = [None] * len(cuts)
    fallen = -1
    for _ in range(len(cuts) + 1):
        fallen = -1
        for edge in edges:
            if best[edge.start] + edge.weight < best[edge.end]:
                best[edge.end] = best[edge.start] + edge.weight
                cause[edge.end] = edge
                fallen = edge.end
        if fallen < 0:
            return
    node = fallen
    for _ in cuts:
        node = _cause(cause, node).start
    named: list[str] = []
    first = node
    while True:
        edge = _cause(cause, node)
        if edge.figure and edge.figure not in named:
            named.append(edge.figure)
        node = edge.start
        if node == first:
            break
    raise FiguresError("totals_disagree", tuple(named), "these sums over months cannot all be true")


def _cause(cause: Sequence[_Edge | None], node: int) -> _Edge:
    edge = cause[node]
    if edge is None:  # a node on a cycle was lowered by an edge, by the way it was found
        raise AssertionError("negative cycle without an edge")
    return edge


def _distances(edges: Sequence[_Edge], size: int) -> list[list[float]]:
    """All-pairs shortest paths (Floyd-Warshall): how far two running totals may lie apart."""
    table = [[0.0 if i == j else INFINITE for j in range(size)] for i in range(size)]
    for edge in edges:
        table[edge.start][edge.end] = min(table[edge.start][edge.end], edge.weight)
    for via in range(size):
        through = table[via]
        for row in table:
            to_via = row[via]
            if to_via < INFINITE:
                for j in range(size):
                    row[j] = min(row[j], to_via + through[j])
    return table
