"""What each assessment decided, when the region heard of it, and the services that followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from connectors.simulation.arranger import Arranger
from connectors.simulation.assessments import HANDOVERS, OUTCOME_OF_SERIES, Assessed, State
from connectors.simulation.months import month_of
from connectors.simulation.series import Item
from connectors.simulation.services import ServiceRun, with_lives
from connectors.simulation.statements import Series

SERVICES: tuple[Series, Series] = ("conditions", "investigation")
HANDED_OVER = frozenset(OUTCOME_OF_SERIES[series] for series in HANDOVERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The assessment of one report; `ended_on` is the day the region hears that it is void.

    `before` is what the region heard earlier: void by then, or replaced by this one.
    """

    report: int
    completed_on: date
    known_on: date
    outcome: str
    ended_on: date | None = None
    before: Decision | None = None

    @property
    def versions(self) -> Iterator[Decision]:
        """All that the region heard, oldest first."""
        if self.before is not None:
            yield from self.before.versions
        yield self


def known_day(day: date, delay_days: int, known_on: Sequence[date]) -> date:
    """Return the day something is heard of: soon, and before the next edition is made."""
    edition = next((each for each in known_on if each >= day), known_on[-1])
    return min(day + timedelta(days=delay_days), max(day, edition))


def decide(
    arranger: Arranger, items: Mapping[Series, Sequence[Item]], assessed: Assessed
) -> tuple[dict[int, Decision], list[ServiceRun]]:
    """Return each assessed report's last decision, and the services that follow.

    Raises FiguresError when no services end as printed.
    """
    rng = arranger.chance("outcomes")
    known_on = arranger.known_on
    reports = {report.number: report for report in items["report"]}
    decisions: dict[int, Decision] = {}
    for number, states in sorted(assessed.history.items()):
        decision = _decision(reports[number], states, assessed.claimed, known_on, rng)
        if decision is not None:
            decisions[number] = decision
    pool = _Pool(decisions, known_on, rng)
    standing = _standing(items["report"])
    runs: list[ServiceRun] = []
    for series in SERVICES:
        own = []
        for item in items[series]:
            taken = pool.take(item)
            if taken is not None:
                decisions[taken.report] = _chosen(taken, OUTCOME_OF_SERIES[series])
            own.append(_run(series, item, taken, reports, known_on))
        runs += with_lives(arranger, series, own, standing, rng)
    return decisions, runs


def _standing(reports: Sequence[Item]) -> list[Item]:
    """Return the reports that are never taken back nor moved, in order of day."""
    moved = {report.moved_from for report in reports}
    return sorted(
        (r for r in reports if r.last is None and r.moved_from is None and r.number not in moved),
        key=lambda report: (report.on, report.number),
    )


def _decision(
    report: Item,
    states: Sequence[tuple[int, State | None]],
    claimed: Sequence[int],
    known_on: Sequence[date],
    rng: Random,
) -> Decision | None:
    """Turn what each edition knew into what the region heard, one after another."""
    decision: Decision | None = None
    for edition, state in states:
        earlier = [index for index in claimed if index < edition]
        until = known_on[edition] if edition < len(known_on) else known_on[-1]
        after = known_on[earlier[-1]] if earlier else date.min
        if state is None:
            if decision is not None:
                decision = replace(decision, ended_on=_between(after, until, rng))
            continue
        day, outcome = state
        known = known_day(day, rng.choice((0, 0, 1, 1, 2)), known_on)
        if decision is not None or day <= after:
            # The edition before did not know it so: the region heard of it after that edition.
            known = max(day, _between(after, until, rng))
        decision = Decision(
            report=report.number,
            completed_on=day,
            known_on=max(known, report.known_on),
            outcome=outcome,
            before=decision,
        )
    if decision is not None and report.ended_on is not None and decision.ended_on is None:
        decision = replace(decision, ended_on=max(report.ended_on, decision.known_on))
    return decision


def _between(after: date, until: date, rng: Random) -> date:
    """Draw a day after one edition and up to the next."""
    return after + timedelta(days=rng.randint(1, (until - after).days))


class _Pool:
    """Assessments that stand, done in each month, that no figure claims the outcome of."""

    def __init__(
        self, decisions: Mapping[int, Decision], known_on: Sequence[date], rng: Random
    ) -> None:
        self._known_on = known_on
        self._months: dict[int, list[Decision]] = defaultdict(list)
        for decision in decisions.values():
            is_free = not HANDED_OVER & {each.outcome for each in decision.versions}
            if is_free and decision.ended_on is None:
                self._months[month_of(decision.completed_on)].append(decision)
        for month in sorted(self._months):
            rng.shuffle(self._months[month])

    def take(self, item: Item) -> Decision | None:
        """Take an assessment of the item's month that its first edition can have heard of."""
        pool = self._months[item.month]
        for index in range(len(pool) - 1, -1, -1):
            if pool[index].known_on <= self._known_on[item.first]:
                return pool.pop(index)
        return None


def _chosen(decision: Decision, outcome: str) -> Decision:
    before = _chosen(decision.before, outcome) if decision.before is not None else None
    return replace(decision, outcome=outcome, before=before)


def _run(
    series: Series,
    item: Item,
    taken: Decision | None,
    reports: Mapping[int, Item],
    known_on: Sequence[date],
) -> ServiceRun:
    """Bind a service to the assessment that chose it; without one it came from elsewhere."""
    day = taken.completed_on if taken is not None else item.on
    is_late = item.first > 0 and day <= known_on[item.first - 1]
    known = item.known_on if is_late else known_day(day, 0, known_on)
    if taken is not None:
        # A service cannot be heard of before its report.
        known = min(max(known, reports[taken.report].known_on), known_on[item.first])
    return ServiceRun(
        item=replace(item, on=day, known_on=max(known, day), moved_from=None),
        service=OUTCOME_OF_SERIES[series],
        report=taken.report if taken is not None else None,
        received_on=reports[taken.report].on if taken is not None else day,
        registered_on=day,
    )
