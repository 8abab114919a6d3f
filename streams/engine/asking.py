"""Questions of several regions to the tables: one statement for each kind, in one trip.

A unit has records of many regions, and most of what a small unit costs is the number of its
statements.  So what regions ask is put together, and each gets its own answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.engine.database import Connection

Row = tuple[Any, ...]
Take = Callable[[Sequence[Row]], object]


@dataclass(slots=True)
class _Question:
    fixed: Mapping[str, object]
    columns: dict[str, list[object]] = field(default_factory=lambda: defaultdict(list))
    takers: list[tuple[str, Take]] = field(default_factory=list)


class Questions:
    """What is asked before `answer`; a region asks the same query at most once in that time.

    A query reads its keys from `unnest(%(regions)s::text[], ...)` and says the region first.
    With `binary` answers come in PostgreSQL's own form, which for long bytes is far cheaper.
    """

    def __init__(self, connection: Connection, *, binary: bool = False) -> None:
        self._connection = connection
        self._binary = binary
        self._asked: dict[str, _Question] = {}

    def ask(
        self,
        query: str,
        region: str,
        take: Take,
        columns: Mapping[str, Sequence[object]],
        **fixed: object,
    ) -> None:
        """Ask for the rows of these keys, one column of equal length for each of their parts.

        `take` gets the region's rows without the region, in the query's order; it is called even
        when there are none, but not when nothing was asked. `fixed` is the same for all regions.
        """
        count = len(next(iter(columns.values())))
        if count == 0:
            return
        question = self._asked.setdefault(query, _Question(fixed))
        question.columns["regions"] += [region] * count
        for name, values in columns.items():
            question.columns[name] += values
        question.takers.append((region, take))

    def answer(self) -> None:
        """Send what was asked in one trip and hand out the answers, in the order of asking."""
        asked, self._asked = self._asked, {}
        if not asked:
            return
        if len(asked) == 1:
            cursors = [self._execute(*one) for one in asked.items()]
        else:
            with self._connection.pipeline():
                cursors = [self._execute(*one) for one in asked.items()]
        for question, cursor in zip(asked.values(), cursors, strict=True):
            found: dict[str, list[Row]] = defaultdict(list)
            for region, *row in cursor:
                found[region].append(tuple(row))
            for region, take in question.takers:
                take(found[region])

    def _execute(self, query: str, question: _Question) -> Any:
        told = {**question.fixed, **question.columns}
        return self._connection.execute(query, told, binary=self._binary)
