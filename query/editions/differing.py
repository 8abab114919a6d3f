"""Why two editions differ: per figure, the units that one counts and the other does not, and why.

The difference of a figure is told unit by unit from the facts, and must be exactly the difference
of what was published: else the telling stops, for then one of the two is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projections.statistics import Question, statistic_of
from projections.statistics.changes import (
    Change,
    Happening,
    Stretch,
    changes_of,
    happenings,
)
from projections.statistics.members import MEMBERSHIPS, ByMeasure, Units, members_of
from query.editions.store import NewEdition
from query.problems import BadQuestion
from query.reading import ReadConnection
from query.report.cells import Cell, cells
from streams.engine.errors import StopError

TERM_ENDED = "term_ended"
"""No row changed, but a term ended between the editions: figures of terms begin to count it."""

_WITH_TERMS = frozenset({"S33-reporters", "S33-subjects"})


class Unexplained(StopError):
    """The facts do not give what was published: nothing may be said about why it differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One unit that a figure counts in one edition only: `effect` is +1 or -1.

    `rows` are what changed about it in between, in order; none when only a term ended.
    """

    effect: int
    rows: Sequence[Happening]

    @property
    def why(self) -> tuple[str, str, str]:
        """Return how, which event and whose: of the last row, after which it was so."""
        if not self.rows:
            return TERM_ENDED, "", ""
        last = self.rows[-1]
        return last.how.value, last.about, last.sender

    def document(self) -> dict[str, Any]:
        """Return it for a machine; no unit and no sender is named."""
        return {
            "effect": self.effect,
            "why": self.why[0],
            "events": [
                {
                    "event_id": row.event_id,
                    "event": row.about,
                    "sender": row.sender,
                    "how": row.how.value,
                    "position": row.position,
                    "known_at": row.known_at.isoformat(),
                }
                for row in self.rows
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure in both editions; its moves add up to `after` minus `before`."""

    id: str
    statistic: str
    title: str
    before: int
    after: int
    moves: Sequence[Move]

    @property
    def difference(self) -> int:
        """Return by how much the later edition counts more."""
        return self.after - self.before

    def document(self) -> dict[str, Any]:
        """Return it for a machine."""
        return {
            "id": self.id,
            "statistic": self.statistic,
            "title": self.title,
            "before": self.before,
            "after": self.after,
            "difference": self.difference,
            "moves": [move.document() for move in self.moves],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """Two editions of one period, the earlier known first; figures of which nothing moved are out.

    `only_after` counts the figures that only the later one has: months that were not over.
    """

    earlier: NewEdition
    later: NewEdition
    figures: Sequence[Difference]
    compared: int
    only_after: int


def differing(connection: ReadConnection, one: NewEdition, other: NewEdition) -> Differing:
    """Explain the difference of two editions; the earlier knowledge date comes first.

    Neither needs to have been published.
    Raises BadQuestion when they are not of the same period and place, and Unexplained when facts
    and editions do not agree.
    """
    earlier, later = sorted((one, other), key=lambda each: (each.known_on, each.journal_position))
    _check_comparable(earlier, later)
    before, after = (
        {cell.id: cell for cell in cells(each.figures_report)} for each in (earlier, later)
    )
    by_statistic: dict[str, list[tuple[Cell, Cell]]] = defaultdict(list)
    for name, cell in after.items():
        if name in before:
            by_statistic[cell.statistic].append((before[name], cell))
    telling = _Telling(connection=connection, earlier=earlier, later=later)
    figures = {
        difference.id: difference
        for statistic, pairs in by_statistic.items()
        for difference in telling.statistic(statistic, pairs)
    }
    return Differing(
        earlier=earlier,
        later=later,
        figures=[figures[name] for name in after if name in figures],
        compared=sum(len(pairs) for pairs in by_statistic.values()),
        only_after=len(after.keys() - before.keys()),
    )


def _check_comparable(earlier: NewEdition, later: NewEdition) -> None:
    if (earlier.first_day, earlier.last_day) != (later.first_day, later.last_day):
        raise BadQuestion(
            "Deze uitgaven gaan over verschillende perioden",
            "Vergelijk twee uitgaven met dezelfde --from en --to. Geef zo nodig de ene periode "
            "opnieuw uit met een andere --known-on.",
        )
    if earlier.municipality != later.municipality:
        raise BadQuestion(
            "Deze uitgaven gaan over verschillende gebieden",
            "Vergelijk twee uitgaven met dezelfde --municipality.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    connection: ReadConnection
    earlier: NewEdition
    later: NewEdition

    def statistic(self, statistic: str, pairs: Sequence[tuple[Cell, Cell]]) -> Iterator[Difference]:
        """Yield the figures of one statistic of which something moved."""
        periods = list(dict.fromkeys(cell.period for _, cell in pairs))
        before = dict(zip(periods, self._members(statistic, periods, self.earlier), strict=True))
        after = dict(zip(periods, self._members(statistic, periods, self.later), strict=True))
        moved = [
            (cell, *self._moved(pair, before[cell.period], after[cell.period]))
            for pair in pairs
            for cell in (pair[1],)
        ]
        causes = self._causes(statistic, {u for _, gone, come in moved for u in (*gone, *come)})
        for (first, second), (_, gone, come) in zip(pairs, moved, strict=True):
            if gone or come:
                yield Difference(
                    id=second.id,
                    statistic=statistic,
                    title=statistic_of(statistic).title,
                    before=_count(first),
                    after=_count(second),
                    moves=[
                        Move(effect=effect, rows=causes.of(unit, second))
                        for effect, units in ((-1, gone), (1, come))
                        for unit in sorted(units)
                    ],
                )

    def _members(
        self, statistic: str, periods: Sequence[Any], edition: NewEdition
    ) -> Sequence[ByMeasure]:
        question = Question(
            region=edition.region, known_on=edition.known_on, municipality=edition.municipality
        )
        return members_of(self.connection, statistic, question, periods)

    def _moved(
        self, pair: tuple[Cell, Cell], before: ByMeasure, after: ByMeasure
    ) -> tuple[Units, Units]:
        first, second = (
            units.get(cell.measure, frozenset())
            for cell, units in zip(pair, (before, after), strict=True)
        )
        for cell, units, edition in (
            (pair[0], first, self.earlier),
            (pair[1], second, self.later),
        ):
            if len(units) != cell.number:
                raise Unexplained(
                    f"{cell.id}: edition {edition.name} says {cell.number}, the facts now say "
                    f"{len(units)}; see: radar edition show {edition.name} --check"
                )
        return first - second, second - first

    def _causes(self, statistic: str, units: set[str]) -> _Causes:
        kind = MEMBERSHIPS[statistic].kind
        stretch = Stretch(
            region=self.later.region,
            journal=(self.earlier.journal_position, self.later.journal_position),
            advice=(self.earlier.advice_position, self.later.advice_position),
        )
        changes = changes_of(self.connection, kind, units, stretch) if units else {}
        every = [change for each in changes.values() for change in each]
        rows = happenings(self.connection, kind, every, stretch.region) if every else {}
        return _Causes(changes=changes, rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Causes:
    changes: Mapping[str, Sequence[Change]]
    rows: Mapping[int, Happening]

    def of(self, unit: str, cell: Cell) -> Sequence[Happening]:
        """Return the rows that moved a unit in or out of a figure, in order of position."""
        positions = {
            change.position
            for change in self.changes.get(unit, ())
            if change.day is None or change.day <= cell.period.last
        }
        if not positions and cell.statistic not in _WITH_TERMS:
            raise Unexplained(f"{cell.id}: no row of the journal says why it changed")
        return [self.rows[position] for position in sorted(positions)]


def _count(cell: Cell) -> int:
    if not isinstance(cell.number, int):
        raise Unexplained(f"{cell.id}: an edition keeps every number")
    return cell.number
