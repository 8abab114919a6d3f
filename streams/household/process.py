"""Where a household stands in the process: its cases, restraining orders and MDA++ registrations.

A function of the set of events: each counts on its own day, whenever it arrived, so any order and
any repetition of the same events gives the same answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streams.household.case_process import CaseProcess, case_process
from streams.household.journal_event import EventKey, JournalEvent
from streams.household.process_steps import Move, Step, steps_of
from streams.household.process_words import CaseState, Irregularity
from streams.household.side_processes import (
    MdaProcess,
    OrderProcess,
    mda_process,
    order_process,
)

# The state of a household is that of the case that asks most of Veilig Thuis now.
_MOST_URGENT_FIRST = (
    CaseState.IN_ASSESSMENT,
    CaseState.RECEIVED,
    CaseState.REOPENED,
    CaseState.SERVICE_WAITING,
    CaseState.SERVICE_ACTIVE,
    CaseState.HANDOVER_DUE,
    CaseState.BOARD_ASKED,
    CaseState.SERVICE_DONE,
    CaseState.ASSESSED,
    CaseState.MONITORING,
    CaseState.HANDOVER_SENT,
    CaseState.MONITORING_ENDED,
    CaseState.NO_FOLLOW_UP,
    CaseState.UNKNOWN,
    CaseState.TRANSFERRED_OUT,
    CaseState.CLOSED,
    CaseState.CONVERTED_TO_ADVICE,
    CaseState.NOT_ADMISSIBLE,
    CaseState.MISADDRESSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """An event that did not fit the process when it happened, and why."""

    key: EventKey
    code: Irregularity


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdProcess:
    """The household as its events left it; each part in the order of its number."""

    state: CaseState
    cases: tuple[CaseProcess, ...]
    orders: tuple[OrderProcess, ...]
    registrations: tuple[MdaProcess, ...]
    flagged: tuple[Flagged, ...]


def process_of(events: Iterable[JournalEvent]) -> HouseholdProcess:
    """Return where the household stands after these events, in whatever order they are given.

    `events` are journal rows of one household with their payloads; kinds that move nothing are
    passed over.
    """
    steps = steps_of(events)
    by_case, by_order, by_mda, astray = _sorted_out(steps)
    cases = tuple(case_process(case_id, by_case[case_id]) for case_id in sorted(by_case))
    orders = tuple(order_process(order_id, by_order[order_id]) for order_id in sorted(by_order))
    registrations = tuple(mda_process(mda_id, by_mda[mda_id]) for mda_id in sorted(by_mda))
    found = [(step.key, Irregularity.FEEDBACK_WITHOUT_HANDOVER) for step in astray]
    for case in cases:
        found += case.irregularities
    for order in orders:
        found += order.irregularities
    for registration in registrations:
        found += registration.irregularities
    return HouseholdProcess(
        state=_state(cases, has_signal=any(step.move is Move.SIGNAL for step in steps)),
        cases=cases,
        orders=orders,
        registrations=registrations,
        flagged=tuple(Flagged(key=key, code=code) for key, code in sorted(found)),
    )


_ByNumber = dict[str, list[Step]]


def _sorted_out(steps: Sequence[Step]) -> tuple[_ByNumber, _ByNumber, _ByNumber, list[Step]]:
    """Return the steps by case, by order and by registration, and feedback that belongs nowhere."""
    by_case: _ByNumber = defaultdict(list)
    by_order: _ByNumber = defaultdict(list)
    by_mda: _ByNumber = defaultdict(list)
    astray = []
    # The last handover with a number gives its case, as the last statement counts elsewhere.
    case_of = {
        step.text("handover_id"): step.text("case_id")
        for step in steps
        if step.move is Move.HANDOVER
    }
    for step in steps:
        match step.move:
            case Move.SIGNAL:
                continue
            case Move.ORDER:
                by_order[step.text("order_id")].append(step)
            case Move.MDA:
                by_mda[step.text("mda_id")].append(step)
            case Move.FEEDBACK if step.text("handover_id") not in case_of:
                astray.append(step)
            case Move.FEEDBACK:
                by_case[case_of[step.text("handover_id")]].append(step)
            case _:
                by_case[step.text("case_id")].append(step)
    return by_case, by_order, by_mda, astray


def _state(cases: Sequence[CaseProcess], *, has_signal: bool) -> CaseState:
    if not cases:
        return CaseState.RECEIVED if has_signal else CaseState.UNKNOWN
    return min((case.state for case in cases), key=_MOST_URGENT_FIRST.index)
