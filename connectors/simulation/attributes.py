"""Which record carries which codes, so that every table, count and share of every edition holds.

Values are drawn first and then repaired: as few records as needed gain, lose or swap a code.  A
record that an earlier edition already counted with other codes becomes a correction between the
two knowledge dates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random

from connectors.simulation.claims import Claims
from connectors.simulation.populations import Block
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
    blocks: Sequence[Sequence[Block]],
    draw: Callable[[Item], Codes],
    rates: Mapping[str, float],
    blank_rank: Mapping[int, float],
    rng: Random,
) -> Versions:
    """Return the codes of every item over time, meeting each edition's blocks exactly.

    `draw` gives an item's codes before repair, `rates` what to draw from when a code must be
    replaced; items of low `blank_rank` are the first to carry nothing.
    """
    versions: Versions = {}
    for edition, claim in enumerate(claims):
        alive = [i for i in items if i.first <= edition and (i.last is None or i.last >= edition)]
        for item in alive:
            versions.setdefault(item.number, [(edition, draw(item))])
        values = {item.number: list(versions[item.number][-1][1]) for item in alive}
        for block in blocks[edition]:
            members = [item.number for item in alive if item.month in block.months]
            rng.shuffle(members)
            # What an earlier edition has already counted changes last: each is a correction.
            members.sort(key=lambda number: versions[number][0][0] < edition)
            _Repair(members, values, block, rates, rng).run(attribute.name, blank_rank)
        if claim is not None:
            _keep(versions, values, alive, claims, edition)
    return versions


def _keep(
    versions: Versions,
    values: Mapping[int, list[str]],
    alive: Sequence[Item],
    claims: Sequence[Claims | None],
    edition: int,
) -> None:
    """Add what changed to the versions: a correction, unless nobody has printed it otherwise."""
    for item in alive:
        codes = tuple(values[item.number])
        history = versions[item.number]
        if codes == history[-1][1]:
            continue
        was_counted = any(
            earlier is not None and earlier.speaks_of(item.month)
            for earlier in claims[history[-1][0] : edition]
        )
        if was_counted:
            history.append((edition, codes))
        else:
            history[-1] = (history[-1][0], codes)


class _Repair:
    """One block's members on their way to the quota."""

    def __init__(
        self,
        members: Sequence[int],
        values: dict[int, list[str]],
        block: Block,
        rates: Mapping[str, float],
        rng: Random,
    ) -> None:
        self.members = members
        self.values = values
        self.registered = block.registered
        self.quota = block.quota
        self.is_multiple = block.is_multiple
        self.codes = list(rates)
        self.code_rates = list(rates.values())
        self.rng = rng
        self.held: Counter[str] = Counter(code for n in members for code in values[n])

    def run(self, name: str, blank_rank: Mapping[int, float]) -> None:
        """Repair; what `populations.py` found can always be reached."""
        self._single_values()
        self._fill_or_blank(blank_rank)
        for code in self.quota:
            self._lose(code)
        for code, wanted in self.quota.items():
            self._gain(code, wanted)
        carrying = sum(bool(self.values[number]) for number in self.members)
        is_met = all(self.held[code] == wanted for code, wanted in self.quota.items())
        if carrying != self.registered or not is_met:
            raise AssertionError(f"{name}: the block's quota cannot be spread over its records")

    def _single_values(self) -> None:
        if not self.is_multiple:
            for number in self.members:
                for code in self.values[number][1:]:
                    self._remove(number, code)

    def _fill_or_blank(self, blank_rank: Mapping[int, float]) -> None:
        ranked = sorted(self.members, key=lambda number: blank_rank.get(number, 1.0))
        carrying = [number for number in ranked if self.values[number]]
        for number in carrying[: max(0, len(carrying) - self.registered)]:
            for code in list(self.values[number]):
                self._remove(number, code)
        blank = [number for number in reversed(ranked) if not self.values[number]]
        for number in blank[: max(0, self.registered - len(carrying))]:
            self._add(number, self.rng.choices(self.codes, self.code_rates)[0])

    def _lose(self, code: str) -> None:
        """Take `code` from members until its quota is met; nobody ends with nothing."""
        holders = [number for number in self.members if code in self.values[number]]
        holders.sort(key=lambda number: len(self.values[number]) < 2)
        for number in holders:
            if self.held[code] <= self.quota[code]:
                return
            if len(self.values[number]) < 2:
                self._add(number, self._wanting(number) or self._freed(code))
            self._remove(number, code)

    def _wanting(self, number: int) -> str | None:
        """Return a code that may still grow and that the member lacks."""
        wanting = [c for c, n in self.quota.items() if self.held[c] < n]
        return next((code for code in wanting if code not in self.values[number]), None)

    def _freed(self, unwanted: str) -> str:
        """Take a code from a member that has several, so that another may have it."""
        for number in self.members:
            spare = [code for code in self.values[number] if code != unwanted]
            if len(self.values[number]) > 1 and spare:
                self._remove(number, spare[0])
                return spare[0]
        raise AssertionError("fewer codes than records that carry one")

    def _gain(self, code: str, wanted: int) -> None:
        """Give `code` to members until its quota is met."""
        lacking = [n for n in self.members if self.values[n] and code not in self.values[n]]
        for number in lacking[: max(0, wanted - self.held[code])]:
            self._add(number, code)

    def _add(self, number: int, code: str) -> None:
        self.values[number].append(code)
        self.held[code] += 1

    def _remove(self, number: int, code: str) -> None:
        self.values[number].remove(code)
        self.held[code] -= 1
