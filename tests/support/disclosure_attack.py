"""Somebody who wants to know what a report does not show; shares no code with its protection.

Everything printed is known, and so is how numbers add up, that what is not shown is at least one,
and that parts are at most their whole.  Two attacks: solving the sums exactly, and narrowing each
number's interval until nothing narrows any more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Equation = tuple[Mapping[str, int], int]
"""Coefficients by name, and what they come to."""

MONTHLY = {"reports": "report", "advices": "advice"} | {
    "investigations_started": "investigation_started",
    "conditions_started": "conditions_started",
}
SAME = {
    "chats_pct": "chats",
    "school_advices_pct": "school_advices",
    "chats_pct.denominator": "advices",
    "school_advices_pct.denominator": "advices",
    "children_involved_pct.denominator": "reports",
}
OF_ADVICE = ("table1", "figure3")
ONE_CODE = ("figure3", "table2", "repeat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is printed, by name (None: not shown), the sums that hold, and (part, wholes)."""

    printed: Mapping[str, int | None]
    sums: Sequence[tuple[str, Sequence[str]]]
    parts: Sequence[tuple[str, Sequence[str]]]


def told_by_sums(known: Knowledge, truth: Mapping[str, int]) -> set[str]:
    """Return the hidden names that follow exactly from the sums (Gauss, in fractions).

    What a sum is off by in truth counts as known: some of the sums only nearly hold.
    """
    hidden = [name for name, number in known.printed.items() if number is None]
    rows = []
    for total, parts in known.sums:
        row = [Fraction(0)] * len(hidden)
        for name, factor in ((total, -1), *((part, 1) for part in parts)):
            if name in truth and known.printed.get(name) is None:
                row[hidden.index(name)] += factor
        rows.append(row)
    return {hidden[where] for where in _unit_rows(rows)}


def _unit_rows(rows: list[list[Fraction]]) -> Iterator[int]:
    """Yield the columns whose value the reduced rows give alone."""
    width = len(rows[0]) if rows else 0
    at = 0
    for column in range(width):
        found = next((n for n in range(at, len(rows)) if rows[n][column]), None)
        if found is None:
            continue
        rows[at], rows[found] = rows[found], rows[at]
        pivot = rows[at][column]
        rows[at] = [value / pivot for value in rows[at]]
        for n, row in enumerate(rows):
            if n != at and row[column]:
                factor = row[column]
                rows[n] = [a - factor * b for a, b in zip(row, rows[at], strict=True)]
        at += 1
    for row in rows[:at]:
        (place, *others) = [n for n, value in enumerate(row) if value]
        if not others:
            yield place


def told_by_intervals(known: Knowledge, truth: Mapping[str, int]) -> set[str]:
    """Return the hidden names whose interval shrinks to one number."""
    low = {name: 1 if number is None else number for name, number in known.printed.items()}
    high: dict[str, float] = {
        name: math.inf if number is None else number for name, number in known.printed.items()
    }
    changed = True
    while changed:
        changed = False
        for total, parts in known.sums:
            off = truth[total] - sum(truth[part] for part in parts)
            terms = [(total, 1), *((part, -1) for part in parts)]
            for name, sign in terms:
                others = [(other, s) for other, s in terms if other != name]
                # sign·x = off − Σ others
                most = off - sum(low[o] if s > 0 else -high[o] for o, s in others)
                least = off - sum(high[o] if s > 0 else -low[o] for o, s in others)
                changed |= _narrow(
                    low, high, name, *((least, most) if sign > 0 else (-most, -least))
                )
        for part, wholes in known.parts:
            changed |= _narrow(low, high, part, -math.inf, sum(high[one] for one in wholes))
            for whole in wholes:
                rest = sum(high[one] for one in wholes if one != whole)
                changed |= _narrow(low, high, whole, low[part] - rest, math.inf)
    return {
        name for name, number in known.printed.items() if number is None and low[name] == high[name]
    }


def _narrow(
    low: dict[str, int], high: dict[str, float], name: str, least: float, most: float
) -> bool:
    changed = False
    if least > low[name]:
        low[name], changed = int(least), True
    if most < high[name]:
        high[name], changed = most, True
    assert low[name] <= high[name], f"{name}: what is printed cannot be true"
    return changed


def knowledge_of(document: Mapping[str, Any]) -> Knowledge:
    """Read a report as its reader does: its numbers, and what everybody knows of them."""
    reader = _Reader(document)
    return Knowledge(printed=reader.printed, sums=reader.sums, parts=reader.parts)


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.printed: dict[str, int | None] = {}
        self.sums: list[tuple[str, Sequence[str]]] = []
        self.parts: list[tuple[str, Sequence[str]]] = []
        self._read_counts(document)
        self._read_months(document)
        self._read_shares(document)
        for table in document["tables"]:
            self._read_table(table)
        for term in document["terms"]:
            self._read_term(term)
        for stock in document["work_stock"]:
            self._read_stock(stock)

    def _read_counts(self, document: Mapping[str, Any]) -> None:
        for count in document["counts"]:
            name = count["id"]
            self.printed[name] = count["count"]
            base, _, year = name.rpartition("_")
            base, year = (base, year) if year.isdigit() else (name, count["from"][:4])
            if base in MONTHLY:
                first, last = int(count["from"][5:]), int(count["to"][5:])
                months = [
                    f"months.{MONTHLY[base]}.{year}-{month:02d}" for month in range(first, last + 1)
                ]
                self.sums.append((name, months))
            ending = name.removeprefix(base)
            if base == "cases":
                self.parts.append((name, [f"reports{ending}"]))
            if base == "restraining_orders":
                self.parts.append((name, [f"restraining_orders_assessed{ending}"]))

    def _read_months(self, document: Mapping[str, Any]) -> None:
        hidden = set(document["hidden"])
        for series, by_year in document["months"].items():
            for year, counts in by_year.items():
                names = [f"months.{series}.{year}-{place:02d}" for place in range(1, 13)]
                for name, count in zip(names, counts, strict=True):
                    if count is not None or name in hidden:
                        self.printed[name] = count

    def _read_shares(self, document: Mapping[str, Any]) -> None:
        for share in document["shares"]:
            name = share["id"]
            base, _, year = name.rpartition("_")
            base, ending = (base, f"_{year}") if year.isdigit() else (name, "")
            self.printed[name] = share["count"]
            self.printed[f"{name}.denominator"] = share["denominator"]
            self.parts.append((name, [f"{name}.denominator"]))
            for mine, other in SAME.items():
                head, _, tail = mine.partition(".")
                if head == base:
                    here = f"{name}.{tail}" if tail else name
                    self.sums.append((here, [f"{other}{ending}"]))
            if base == "reporters_told_pct":
                self.parts.append((f"{name}.denominator", [f"reports{ending}"]))
            shown = share["count"] is not None and share["denominator"] is not None
            assert (share["share"] is not None) == shown

    def _read_table(self, table: Mapping[str, Any]) -> None:
        name = table["id"]
        self.printed[f"{name}.denominator"] = table["denominator"]
        self.printed[f"{name}.not_registered"] = table["not_registered"]
        rows = [f"{name}.{row['code']}" for row in table["rows"]]
        for row in table["rows"]:
            self.printed[f"{name}.{row['code']}"] = row["count"]
            shown = row["count"] is not None and table["denominator"] is not None
            assert (row["share"] is not None) == shown
        population = "advices" if name in OF_ADVICE else "reports"
        self.sums.append((population, [f"{name}.denominator", f"{name}.not_registered"]))
        if name in ONE_CODE:
            self.sums.append((f"{name}.denominator", rows))
        else:
            self.parts.append((f"{name}.denominator", rows))
            self.parts += [(row, [f"{name}.denominator"]) for row in rows]

    def _read_term(self, term: Mapping[str, Any]) -> None:
        name = term["service"]
        self.printed[f"{name}.total"] = term["total"]
        for place, bucket in enumerate(term["buckets"], start=1):
            self.printed[f"{name}.{place}"] = bucket["count"]
        self.sums.append((f"{name}.total", [f"{name}.{place}" for place in (1, 2, 3)]))
        for place, bucket in enumerate(term["by_law"], start=1):
            self.printed[f"{name}.by_law.{place}"] = bucket["count"]
            self.parts.append((f"{name}.by_law.{place}", [f"{name}.total"]))
            if place == 1:
                self.parts.append((f"{name}.1", [f"{name}.by_law.1"]))

    def _read_stock(self, stock: Mapping[str, Any]) -> None:
        for code, counts in stock["counts"].items():
            for day, count in zip(stock["days"], counts, strict=True):
                self.printed[f"work_stock.{stock['service']}.{day}.{code}"] = count
        for day in stock["days"]:
            wholes = [
                f"work_stock.{stock['service']}.{day}.{code}"
                for code in stock["counts"]
                if code != "OVERDUE"
            ]
            self.parts.append((f"work_stock.{stock['service']}.{day}.OVERDUE", wholes))
