"""Which steps the state of a case allows; anything else has a code of its own."""

from __future__ import annotations

from streams.household.case_facts import CaseBook
from streams.household.process_steps import Move, Step
from streams.household.process_words import CaseState, Irregularity, ServiceState

_CUSTOM = ("REGIONAL_CUSTOM", "UNKNOWN")
_SERVICE_OUTCOMES = frozenset({"CONDITIONS_AND_FOLLOW_UP", "INVESTIGATION", *_CUSTOM})
_MONITORING_MAY_START = frozenset(
    {CaseState.HANDOVER_SENT, CaseState.SERVICE_DONE, CaseState.MONITORING_ENDED}
)


def objection(case: CaseBook, step: Step) -> Irregularity | None:
    """Return why the state does not allow the step, or None when it does."""
    match step.move:
        case Move.UNKNOWN:
            return Irregularity.STATUS_UNKNOWN
        case Move.OPENED | Move.TRANSFERRED_IN | Move.REPORT | Move.REOPENED:
            return _objection_to_beginning(case, step.move)
        case Move.CLOSED:
            return _objection_to_closing(case)
        case Move.FEEDBACK:
            is_sent = step.text("handover_id") in case.handovers
            return None if is_sent else Irregularity.FEEDBACK_BEFORE_HANDOVER
        case Move.INFORMED:
            # People are told at any time, also after the end.
            return None
        case _ if case.state.is_ended:
            return Irregularity.STEP_AFTER_END
        case _:
            return _objection_while_running(case, step)


def _objection_to_beginning(case: CaseBook, move: Move) -> Irregularity | None:
    is_ended = case.state.is_ended
    match move:
        case Move.OPENED if case.is_opened:
            return Irregularity.OPENED_AGAIN
        case Move.OPENED:
            return Irregularity.OPENED_AFTER_END if is_ended else None
        case Move.REPORT:
            return Irregularity.REPORT_IN_ENDED_CASE if is_ended else None
        case Move.REOPENED:
            return None if is_ended else Irregularity.REOPENED_WHILE_OPEN
        case _:
            is_new = case.state in (CaseState.UNKNOWN, CaseState.RECEIVED)
            return None if is_new else Irregularity.TRANSFERRED_IN_RUNNING


def _objection_to_closing(case: CaseBook) -> Irregularity | None:
    if case.state is CaseState.UNKNOWN:
        return Irregularity.CLOSED_UNKNOWN_CASE
    if case.state in (CaseState.CLOSED, CaseState.TRANSFERRED_OUT):
        return Irregularity.CLOSED_AGAIN
    if case.has_open_report:
        return Irregularity.CLOSED_WHILE_ASSESSING
    return Irregularity.CLOSED_WITH_SERVICE if case.has_open_service else None


def _objection_while_running(case: CaseBook, step: Step) -> Irregularity | None:
    match step.move:
        case Move.ASSESSED:
            report = case.reports.get(step.text("report_id"))
            if report is None:
                return Irregularity.ASSESSMENT_WITHOUT_REPORT
            # Unsafe at a contact moment of the monitoring leads to a new assessment.
            is_repeated = report.outcome is not None and case.state is not CaseState.MONITORING
            return Irregularity.ASSESSED_AGAIN if is_repeated else None
        case Move.HANDOVER:
            is_assessed = any(report.outcome for report in case.reports.values())
            return None if is_assessed else Irregularity.HANDOVER_WITHOUT_ASSESSMENT
        case Move.MONITORING_STARTED:
            stands = case.behind if case.state is CaseState.IN_ASSESSMENT else case.state
            may_start = stands in _MONITORING_MAY_START
            return None if may_start else Irregularity.MONITORING_WITHOUT_HANDOVER
        case Move.MONITORING_ENDED:
            is_open = case.monitored_from is not None
            return None if is_open else Irregularity.MONITORING_NOT_STARTED
        case Move.MOMENT:
            is_open = case.monitored_from is not None
            return None if is_open else Irregularity.MOMENT_OUTSIDE_MONITORING
        case Move.TRANSFERRED_OUT:
            return None
        case _:
            return _objection_to_service(case, step)


def _objection_to_service(case: CaseBook, step: Step) -> Irregularity | None:
    run = case.services.get(step.text("service_id"))
    if step.move is Move.SERVICE_REGISTERED:
        if run is not None:
            return Irregularity.SERVICE_REGISTERED_AGAIN
        outcomes = {report.outcome for report in case.reports.values()}
        is_decided = bool(outcomes & _SERVICE_OUTCOMES)
        return None if is_decided else Irregularity.SERVICE_WITHOUT_DECISION
    if run is None:
        return Irregularity.SERVICE_NOT_REGISTERED
    if not run.is_open:
        return Irregularity.SERVICE_ENDED_BEFORE
    if step.move is Move.SERVICE_PICKED_UP and run.state is ServiceState.ACTIVE:
        return Irregularity.SERVICE_PICKED_UP_AGAIN
    if step.move is Move.SERVICE_COMPLETED and run.state is ServiceState.WAITING:
        return Irregularity.SERVICE_NOT_PICKED_UP
    return None
