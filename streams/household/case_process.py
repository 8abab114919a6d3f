"""The state machine of one case: reports, assessment, services, handover, monitoring, closing.

A step that the state does not allow is taken all the same and named with a code: what partners
said is never lost, and a contradiction is for people to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from streams.household.case_facts import (
    CaseBook,
    Handover,
    Moment,
    Report,
    ServiceRun,
    Told,
)
from streams.household.case_objections import objection
from streams.household.journal_event import EventKey
from streams.household.process_steps import Move, Step
from streams.household.process_words import CaseState, Irregularity, ServiceState


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProcess:
    """One case as its steps left it; `since` is None while nothing put it into a state."""

    case_id: str
    state: CaseState
    since: date | None
    reports: tuple[Report, ...]
    services: tuple[ServiceRun, ...]
    handovers: tuple[Handover, ...]
    moments: tuple[Moment, ...]
    told: tuple[Told, ...]
    monitored_from: date | None
    irregularities: tuple[tuple[EventKey, Irregularity], ...]


# Choosing among the steps of one day stays cheap, however many a hostile sender puts on it.
CHOICES_MAX = 32
_OUTCOMES: Mapping[str, CaseState] = MappingProxyType(
    {
        "NO_FOLLOW_UP": CaseState.NO_FOLLOW_UP,
        "HANDOVER_PROFESSIONAL": CaseState.HANDOVER_DUE,
        "HANDOVER_CLIENT_NETWORK": CaseState.HANDOVER_DUE,
        "CONDITIONS_AND_FOLLOW_UP": CaseState.SERVICE_WAITING,
        "INVESTIGATION": CaseState.SERVICE_WAITING,
        "REQUEST_TO_CHILD_PROTECTION_BOARD": CaseState.BOARD_ASKED,
        "CONVERTED_TO_ADVICE": CaseState.CONVERTED_TO_ADVICE,
        "TRANSFERRED_TO_OTHER_VT": CaseState.TRANSFERRED_OUT,
        "NOT_ADMISSIBLE": CaseState.NOT_ADMISSIBLE,
        "MISADDRESSED": CaseState.MISADDRESSED,
    }
)
# These outcomes of a further report leave what was already decided in the case as it was.
_WEAK = frozenset(
    {
        CaseState.NO_FOLLOW_UP,
        CaseState.CONVERTED_TO_ADVICE,
        CaseState.NOT_ADMISSIBLE,
        CaseState.MISADDRESSED,
    }
)


def case_process(case_id: str, steps: Iterable[Step]) -> CaseProcess:
    """Return the case after its steps, which must be in their order."""
    case = CaseBook()
    flagged: list[tuple[EventKey, Irregularity]] = []
    waiting: list[Step] = []
    for step in steps:
        if waiting and waiting[0].day != step.day:
            _take_day(case, waiting, flagged)
            waiting = []
        waiting.append(step)
    _take_day(case, waiting, flagged)
    return CaseProcess(
        case_id=case_id,
        state=case.state,
        since=case.since,
        reports=tuple(case.reports.values()),
        services=tuple(case.services.values()),
        handovers=tuple(case.handovers.values()),
        moments=tuple(case.moments[number] for number in sorted(case.moments)),
        told=tuple(case.told),
        monitored_from=case.monitored_from,
        irregularities=tuple(flagged),
    )


def _take_day(
    case: CaseBook, steps: list[Step], flagged: list[tuple[EventKey, Irregularity]]
) -> None:
    """Take the steps of one day, each time the first that the state allows, else the first."""
    remaining = list(steps)
    while remaining:
        place, wrong = 0, objection(case, remaining[0])
        for number, step in enumerate(remaining[1:CHOICES_MAX], start=1):
            if wrong is None:
                break
            if objection(case, step) is None:
                place, wrong = number, None
        step = remaining.pop(place)
        if wrong is not None:
            flagged.append((step.key, wrong))
        _TAKEN_BY[step.move](case, step)


def _take_opening(case: CaseBook, step: Step) -> None:
    case.is_opened |= step.move is Move.OPENED
    if case.state is CaseState.UNKNOWN:
        case.stand(CaseState.RECEIVED, step.day)


def _take_monitoring(case: CaseBook, step: Step) -> None:
    is_start = step.move is Move.MONITORING_STARTED
    # In a case that has ended nobody waits for contact moments.
    case.monitored_from = step.day if is_start and not case.state.is_ended else None
    case.advance(CaseState.MONITORING if is_start else CaseState.MONITORING_ENDED, step.day)


def _take_end(case: CaseBook, step: Step) -> None:
    is_closed = step.move is Move.CLOSED
    _end(case, CaseState.CLOSED if is_closed else CaseState.TRANSFERRED_OUT, step.day)


def _take_reopening(case: CaseBook, step: Step) -> None:
    case.stand(CaseState.REOPENED, step.day)


def _end(case: CaseBook, state: CaseState, day: date) -> None:
    case.behind = case.monitored_from = None
    case.stand(state, day)


def _take_report(case: CaseBook, step: Step) -> None:
    report_id = step.text("report_id")
    # A witness is not told: what is recorded is about others.
    concerned = [person for person in step.event.persons if person.role != "WITNESS"]
    pids = tuple(sorted({person.pid for person in concerned}))
    children = frozenset(person.pid for person in concerned if person.role == "CHILD")
    known = case.reports.get(report_id)
    report = known or Report(report_id=report_id, received_on=step.day)
    report = replace(report, received_on=step.day)
    if pids:
        report = replace(report, pids=pids, children=children)
    case.reports[report_id] = report
    if known is not None:
        return
    if case.state.is_ended:
        case.behind = None
    elif case.state not in (CaseState.UNKNOWN, CaseState.RECEIVED, CaseState.IN_ASSESSMENT):
        case.behind = case.state
    case.stand(CaseState.IN_ASSESSMENT, step.day)


def _take_assessment(case: CaseBook, step: Step) -> None:
    report_id, outcome = step.text("report_id"), step.text("outcome")
    # Without its report the assessment's own day is the best that is known of its receipt.
    known = case.reports.get(report_id) or Report(report_id=report_id, received_on=step.day)
    case.reports[report_id] = replace(known, completed_on=step.day, outcome=outcome)
    state = _OUTCOMES.get(outcome, CaseState.ASSESSED)
    if state in _WEAK and case.behind is not None:
        state = case.behind
    if case.state.is_ended:
        return
    if state.is_ended and not case.has_open_report:
        _end(case, state, step.day)
    elif case.has_open_report:
        case.behind = case.behind if state.is_ended else state
    else:
        case.behind = None
        case.stand(state, step.day)


def _take_service(case: CaseBook, step: Step) -> None:
    service_id, report_id = step.text("service_id"), step.text("report_id") or None
    is_start = step.move is Move.SERVICE_REGISTERED
    state = {
        Move.SERVICE_REGISTERED: ServiceState.WAITING,
        Move.SERVICE_PICKED_UP: ServiceState.ACTIVE,
        Move.SERVICE_COMPLETED: ServiceState.COMPLETED,
    }.get(step.move, ServiceState.ABORTED)
    run = case.services.get(service_id)
    if run is None:
        run = ServiceRun(
            service_id=service_id,
            service=step.text("service"),
            state=state,
            report_id=report_id,
            registered_on=step.day if is_start else None,
            since=step.day,
        )
    elif is_start or not run.is_open:
        # Said before, or of a service that is over: it does not begin or end a second time.
        return
    else:
        run = replace(run, state=state, since=step.day, report_id=run.report_id or report_id)
    case.services[service_id] = run
    states = {each.state for each in case.services.values()}
    if ServiceState.ACTIVE in states:
        case.advance(CaseState.SERVICE_ACTIVE, step.day)
    elif ServiceState.WAITING in states:
        case.advance(CaseState.SERVICE_WAITING, step.day)
    else:
        case.advance(CaseState.SERVICE_DONE, step.day)


def _take_handover(case: CaseBook, step: Step) -> None:
    handover_id = step.text("handover_id")
    case.handovers[handover_id] = Handover(
        handover_id=handover_id,
        to_kind=step.text("to_kind"),
        sent_on=step.day,
        feedback_due_on=step.on("feedback_due_on"),
        feedback_on=case.feedback.get(handover_id),
    )
    if not case.has_open_service:
        case.advance(CaseState.HANDOVER_SENT, step.day)


def _take_feedback(case: CaseBook, step: Step) -> None:
    # Any answer ends the wait (R16), also one that is dated before the handover itself.
    handover_id = step.text("handover_id")
    first = case.feedback.setdefault(handover_id, step.day)
    if handover_id in case.handovers:
        case.handovers[handover_id] = replace(case.handovers[handover_id], feedback_on=first)


def _take_moment(case: CaseBook, step: Step) -> None:
    number, planned_on = step.event.payload.get("moment_no"), step.on("planned_on")
    if isinstance(number, int) and planned_on is not None:
        case.moments[number] = Moment(
            number=number, planned_on=planned_on, status=step.text("status")
        )


def _take_told(case: CaseBook, step: Step) -> None:
    persons = step.event.persons
    case.told.append(
        Told(
            party=step.text("party"),
            report_id=step.text("report_id") or None,
            pid=persons[0].pid if persons else None,
            informed_on=step.on("informed_on"),
            postponed_until=step.on("postponed_until"),
        )
    )


def _take_nothing(case: CaseBook, step: Step) -> None:
    """Leave the case as it is: nobody knows what a step of an unknown kind means."""


_TAKEN_BY: Mapping[Move, Callable[[CaseBook, Step], None]] = MappingProxyType(
    {
        Move.OPENED: _take_opening,
        Move.TRANSFERRED_IN: _take_opening,
        Move.REPORT: _take_report,
        Move.ASSESSED: _take_assessment,
        Move.SERVICE_REGISTERED: _take_service,
        Move.SERVICE_PICKED_UP: _take_service,
        Move.SERVICE_COMPLETED: _take_service,
        Move.SERVICE_ABORTED: _take_service,
        Move.HANDOVER: _take_handover,
        Move.FEEDBACK: _take_feedback,
        Move.MONITORING_STARTED: _take_monitoring,
        Move.MONITORING_ENDED: _take_monitoring,
        Move.MOMENT: _take_moment,
        Move.INFORMED: _take_told,
        Move.TRANSFERRED_OUT: _take_end,
        Move.CLOSED: _take_end,
        Move.REOPENED: _take_reopening,
        Move.UNKNOWN: _take_nothing,
    }
)
