"""R13: left the region with an open case that nobody handed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from streams.household.cases import Period, open_periods
from streams.household.facts import Fact, Move, Transfer
from streams.household.picture import Picture
from streams.household.rules.rule import ClockRule, Span
from streams.household.rules.windows import working_day_after
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedAway(ClockRule):
    """Who moves takes the danger along; the file must follow."""

    rule_id: ClassVar[str] = "R13"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Verhuisd tijdens zaak"
    ground: ClassVar[str] = "Handelingsprotocol: overdracht aan de Veilig Thuis van de woonplaats"
    meaning: ClassVar[str] = (
        "Iemand verhuist naar buiten de regio terwijl de zaak openstaat, en na "
        "`transfer_working_days` werkdagen is de open zaak niet overgedragen."
    )
    rests_on: ClassVar[frozenset[type[Fact]]] = frozenset({Move})

    transfer_working_days: int = 10

    def spans(self, picture: Picture, calendar: Calendar, since: date) -> Iterator[Span]:
        """Yield HIGH for each open case from the day after that until transfer or closing."""
        moves = [move for move in picture.all_of(Move) if move.left_region]
        if not moves:
            return
        transferred: dict[str, date] = {}
        for transfer in picture.all_of(Transfer):
            if transfer.is_out:
                transferred.setdefault(transfer.case_id, transfer.day)
        cases = open_periods(picture)
        for move in moves:
            for case_id, periods in sorted(cases.items()):
                if any(period.holds_on(move.day) for period in periods):
                    yield from self._waiting(
                        move, case_id, periods, transferred.get(case_id), calendar
                    )

    def _waiting(
        self,
        move: Move,
        case_id: str,
        periods: list[Period],
        transferred_on: date | None,
        calendar: Calendar,
    ) -> Iterator[Span]:
        due = working_day_after(calendar, move.day, self.transfer_working_days)
        for period in periods:
            ends = [day for day in (period.until, transferred_on) if day is not None]
            span = Span(
                first=max(period.first, due + timedelta(days=1)),
                until=min(ends, default=None),
                about=move.key,
                severity=0,
                subject=case_id,
                level=Level.HIGH,
                evidence=frozenset({move.key, period.key}),
                sentence=partial(_sentence, move.day, due),
            )
            if not span.is_empty:
                yield span


def _sentence(moved_on: date, due: date) -> str:
    return (
        f"Op {dutch_day(moved_on)} verhuisd naar buiten de regio terwijl de zaak openstaat; "
        f"na {dutch_day(due)} niet overgedragen"
    )
