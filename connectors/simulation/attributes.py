"""Which record carries which codes, so that every table, count and share of every edition holds.

Values are drawn first and then repaired: as few records as needed gain, lose or swap a code.  A
record that an earlier edition already counted with other codes becomes a correction between the
two knowledge dates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random

from connectors.simulation.arrangement import arrange
from connectors.simulation.claims import REGISTERED, Claims
from connectors.simulation.figures import FiguresError
from connectors.simulation.series import Item
from connectors.simulation.statements import Attribute

Codes = tuple[str, ...]
Versions = dict[int, list[tuple[int, Codes]]]
"""Per item number: the codes it carries from which edition's window on."""


def assign(
    attribute: Attribute,
    *,
    items: Sequence[Item],
    claims: Sequence[Claims | None],
    draw: Callable[[Item], Codes],
    rates: Mapping[str, float],
    blank_rank: Mapping[int, float],
    rng: Random,
) -> Versions:
    """Return the codes of every item over time, meeting each edition's claims exactly.

    `draw` gives an item's codes before repair, `rates` what to draw from when a code must be
    replaced; items of low `blank_rank` are the first to carry nothing.  Raises
    FiguresError when the claims cannot hold together.
    """
    versions: Versions = {}
    for edition, claim in enumerate(claims):
        alive = [i for i in items if i.first <= edition and (i.last is None or i.last >= edition)]
        for item in alive:
            versions.setdefault(item.number, [(edition, draw(item))])
        if claim is None:
            continue
        values = {item.number: list(versions[item.number][-1][1]) for item in alive}
        for months, quota in _blocks(claim, alive, values):
            members = [item.number for item in alive if item.month in months]
            rng.shuffle(members)
            # What an earlier edition has already counted changes last: each is a correction.
            members.sort(key=lambda number: versions[number][0][0] < edition)
            repair = _Repair(
                members=members,
                values=values,
                quota=quota,
                is_multiple=claim.is_multiple,
                rates=rates,
                rng=rng,
            )
            repair.run(attribute.name, blank_rank)
        for item in alive:
            codes = tuple(values[item.number])
            history = versions[item.number]
            if codes != history[-1][1]:
                was_counted = any(
                    earlier is not None and earlier.speaks_of(item.month)
                    for earlier in claims[history[-1][0] : edition]
                )
                if not was_counted:
                    # Nobody has printed it otherwise: it was so from the start.
                    history[-1] = (history[-1][0], codes)
                else:
                    history.append((edition, codes))
    return versions


def _blocks(
    claims: Claims, alive: Sequence[Item], values: Mapping[int, list[str]]
) -> list[tuple[range, dict[str, int]]]:
    """Return stretches of months that no claim cuts, with the count of each claimed code."""
    stated = [each for statements in claims.statements.values() for each in statements]
    cuts = sorted({edge for each in stated for edge in (each.months.start, each.months.stop)})
    span = range(cuts[0], cuts[-1])
    room: Counter[int] = Counter(item.month for item in alive)
    now: dict[str, Counter[int]] = {code: Counter() for code in claims.statements}
    for item in alive:
        for code in {*values[item.number], *([REGISTERED] if values[item.number] else [])}:
            if code in now:
                now[code][item.month] += 1
    numbers = {
        code: arrange(statements, span, {m: float(now[code][m]) for m in span}, room)
        for code, statements in claims.statements.items()
    }
    blocks = []
    for start, stop in pairwise(cuts):
        months = range(start, stop)
        quota = {
            code: sum(per_month[m] for m in months)
            for code, per_month in numbers.items()
            if any(set(each.months) >= set(months) for each in claims.statements[code])
        }
        if quota:
            blocks.append((months, quota))
    return blocks


class _Repair:
    """One block's members on their way to the quota."""

    def __init__(
        self,
        *,
        members: list[int],
        values: dict[int, list[str]],
        quota: Mapping[str, int],
        is_multiple: bool,
        rates: Mapping[str, float],
        rng: Random,
    ) -> None:
        self.members = members
        self.values = values
        self.registered = quota.get(REGISTERED)
        self.quota = {code: count for code, count in quota.items() if code != REGISTERED}
        self.is_multiple = is_multiple
        self.free = [code for code in rates if code not in self.quota]
        self.free_rates = [rates[code] for code in self.free]
        self.codes = list(rates)
        self.code_rates = list(rates.values())
        self.rng = rng
        self.held: Counter[str] = Counter(code for n in members for code in values[n])

    def run(self, name: str, blank_rank: Mapping[int, float]) -> None:
        """Repair; raises FiguresError `attribute_unreachable` when the quota leave no way."""
        self._single_values()
        self._fill_or_blank(blank_rank)
        for code in self.quota:
            self._lose(code, name)
        for code, wanted in self.quota.items():
            self._gain(code, wanted, name)

    def _single_values(self) -> None:
        if not self.is_multiple:
            for number in self.members:
                for code in self.values[number][1:]:
                    self._remove(number, code)

    def _fill_or_blank(self, blank_rank: Mapping[int, float]) -> None:
        if self.registered is None:
            return
        ranked = sorted(self.members, key=lambda number: blank_rank.get(number, 1.0))
        carrying = [number for number in ranked if self.values[number]]
        for number in carrying[: max(0, len(carrying) - self.registered)]:
            for code in list(self.values[number]):
                self._remove(number, code)
        blank = [number for number in reversed(ranked) if not self.values[number]]
        for number in blank[: max(0, self.registered - len(carrying))]:
            self._add(number, self.rng.choices(self.codes, self.code_rates)[0])

    def _lose(self, code: str, name: str) -> None:
        """Take `code` from members until its quota is met; nobody ends with nothing."""
        holders = [number for number in self.members if code in self.values[number]]
        holders.sort(key=lambda number: len(self.values[number]) < 2)
        for number in holders:
            if self.held[code] <= self.quota[code]:
                return
            if len(self.values[number]) < 2:
                other = self._wanting(number) or self._freed(code)
                if other is None and self.registered is None:
                    other = ""
                if other is None:
                    raise FiguresError(
                        "attribute_unreachable", (name,), f"too few rows to spread {code} over"
                    )
                if other:
                    self._add(number, other)
            self._remove(number, code)

    def _wanting(self, number: int) -> str | None:
        """Return a code that may still grow and that the member lacks."""
        wanting = [c for c, n in self.quota.items() if self.held[c] < n]
        wanting += self.rng.choices(self.free, self.free_rates) if self.free else []
        return next((code for code in wanting if code not in self.values[number]), None)

    def _freed(self, unwanted: str) -> str | None:
        """Take a code from a member that has several, so that another may have it."""
        for number in self.members:
            spare = [code for code in self.values[number] if code != unwanted]
            if len(self.values[number]) > 1 and spare:
                self._remove(number, spare[0])
                return spare[0]
        return None

    def _gain(self, code: str, wanted: int, name: str) -> None:
        """Give `code` to members until its quota is met."""
        if self.held[code] >= wanted:
            return
        lacking = [n for n in self.members if self.values[n] and code not in self.values[n]]
        if not self.is_multiple:
            lacking = [n for n in lacking if self._is_replaceable(self.values[n][0])]
        if self.registered is None:
            lacking += [n for n in self.members if not self.values[n]]
        for number in lacking:
            if self.held[code] >= wanted:
                return
            if not self.is_multiple and self.values[number]:
                if not self._is_replaceable(self.values[number][0]):
                    continue
                self._remove(number, self.values[number][0])
            self._add(number, code)
        if self.held[code] < wanted:
            raise FiguresError(
                "attribute_unreachable", (name,), f"too few records can carry {code}"
            )

    def _is_replaceable(self, code: str) -> bool:
        return code not in self.quota or self.held[code] > self.quota[code]

    def _add(self, number: int, code: str) -> None:
        self.values[number].append(code)
        self.held[code] += 1

    def _remove(self, number: int, code: str) -> None:
        self.values[number].remove(code)
        self.held[code] -= 1
