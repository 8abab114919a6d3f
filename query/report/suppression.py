"""Which numbers are kept back so that no small one can be computed from the others. Pure.

Small numbers are kept back first; then, as long as somebody who knows every shown number and how
they add up could still tell one of them, the smallest number that helps to tell it goes too. A
number is safe when another number in its place would leave everything shown as it is: such another
world is looked for and found, or the number counts as told. That can keep back one too many, never
one too few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from streams.engine.errors import StopError

STEPS_MAX = 5_000
"""Steps after which the search for another world gives up; then more is kept back."""

World = Mapping[str, int]
Deltas = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A number that is the sum of others, or, with one part, the same number at another place."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """A number that is never more than others together."""

    least: str
    most: tuple[str, ...]


Relation = Sum | AtMost


class Unprotected(StopError):
    """No choice of numbers protects the small ones: nothing may be shown."""


def suppressed(
    values: World, relations: Sequence[Relation], *, below: int, harmless: frozenset[str]
) -> frozenset[str]:
    """Return the names of the numbers that are not shown.

    Zero is shown: it is about nobody.  `harmless` numbers may be small, such as how often a
    thing was not registered.  Raises Unprotected when all that may be hidden does not help.
    """
    hidden = {name for name, value in values.items() if 0 < value < below and name not in harmless}
    worlds = _Worlds(values, relations, hidden)
    waiting = [name for name in values if name in hidden]
    while waiting:
        if worlds.another(waiting[0]):
            # More hidden numbers never take a world away: this one is safe for good.
            waiting.pop(0)
            continue
        extra = worlds.cheapest_beside(waiting[0])
        if extra is None:
            raise Unprotected("these numbers cannot be protected: publish a larger area or period")
        hidden.add(extra)
        waiting.append(extra)
    return frozenset(hidden)


class _Worlds:
    """Looks for other worlds with the same shown numbers; `hidden` grows under it."""

    def __init__(self, values: World, relations: Sequence[Relation], hidden: set[str]) -> None:
        self._values = values
        self._hidden = hidden
        self._of: dict[str, list[Relation]] = defaultdict(list)
        self._order = {name: place for place, name in enumerate(values)}
        self._totals = {one.total for one in relations if isinstance(one, Sum)}
        self._steps = 0
        for relation in relations:
            for name in _names(relation):
                self._of[name].append(relation)

    def another(self, name: str) -> bool:
        """Say whether some world has another number here."""
        return any(self._found(name, step) for step in (1, -1))

    def cheapest_beside(self, name: str) -> str | None:
        """Return the shown number to keep back next: near, no total, small; None without any."""
        reached, edge = {name}, [name]
        while edge:
            near = {
                other
                for one in edge
                for relation in self._of[one]
                for other in _names(relation)
                if other not in reached
            }
            shown = [one for one in near if one not in self._hidden and self._values[one] > 0]
            if shown:
                return min(shown, key=self._cost)
            reached |= near
            edge = sorted(near & self._hidden)
        return None

    def _cost(self, name: str) -> tuple[bool, int, int]:
        return name in self._totals, self._values[name], self._order[name]

    def _found(self, name: str, step: int) -> bool:
        self._steps = 0
        return self._may(name, step) and self._repaired({name: step})

    def _repaired(self, deltas: Deltas) -> bool:
        """Say whether the relations can be made to hold again by moving further numbers by one."""
        self._steps += 1
        if self._steps > STEPS_MAX:
            return False
        broken = self._broken(deltas)
        if broken is None:
            return True
        return any(
            self._repaired({**deltas, name: step})
            for name, step in self._repairs(*broken)
            if name not in deltas and self._may(name, step)
        )

    def _broken(self, deltas: Deltas) -> tuple[Relation, int] | None:
        """Return a relation that does not hold, and whether it has too much (1) or too little."""
        for name in deltas:
            for relation in self._of[name]:
                match relation:
                    case Sum():
                        over = deltas.get(relation.total, 0)
                        over -= sum(deltas.get(part, 0) for part in relation.parts)
                        if over:
                            return relation, 1 if over > 0 else -1
                    case AtMost():
                        most = sum(self._new(one, deltas) for one in relation.most)
                        if self._new(relation.least, deltas) > most:
                            return relation, 1
        return None

    def _repairs(self, relation: Relation, over: int) -> Iterator[tuple[str, int]]:
        match relation:
            case Sum():
                yield from ((part, over) for part in relation.parts)
                yield relation.total, -over
            case AtMost():
                yield from ((one, 1) for one in relation.most)
                yield relation.least, -1

    def _may(self, name: str, step: int) -> bool:
        # A reader knows that zeros are shown: what is hidden is at least one.
        return name in self._hidden and self._values[name] + step >= 1

    def _new(self, name: str, deltas: Deltas) -> int:
        return self._values[name] + deltas.get(name, 0)


def _names(relation: Relation) -> tuple[str, ...]:
    match relation:
        case Sum():
            return (relation.total, *relation.parts)
        case AtMost():
            return (relation.least, *relation.most)
