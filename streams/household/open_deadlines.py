"""Which legal clocks run in a household on a day, when they end, and which are overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from streams.household.case_facts import Handover, Report, ServiceRun, Told
from streams.household.case_process import CaseProcess
from streams.household.deadlines import (
    ASSESSMENT,
    CONDITIONS_DONE,
    FEEDBACK,
    INVESTIGATION_DONE,
    MONITORING,
    ORDER,
    ORDER_EXTENDED,
    REPORT_MEASURE,
    REPORTER_TOLD,
    SUBJECT_TOLD,
    SUBJECT_TOLD_LATER,
    Term,
)
from streams.household.process import HouseholdProcess
from streams.household.process_words import CaseState, OrderState
from streams.household.side_processes import OrderProcess
from streams.household.terms import Calendar, amsterdam_day

MONITORING_MOMENTS = 2
_AWAITS_FEEDBACK = frozenset({"LOCAL_TEAM", "INVOLVED_PROFESSIONAL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeadline:
    """A clock that runs: `subject` is the number of what it is about.

    `owner` is the number of its case or restraining order, `pid` the person concerned, `ends_at`
    the instant (UTC) of a clock that ends at one.
    """

    term: Term
    subject: str
    owner: str
    due_on: date
    is_overdue: bool
    pid: str | None = None
    ends_at: datetime | None = None


def open_deadlines(
    process: HouseholdProcess, as_of: date, calendar: Calendar
) -> tuple[OpenDeadline, ...]:
    """Return the clocks that run on a day, the earliest end first.

    A clock that was met, or a restraining order that is over, does not run.  Overdue is what
    ended before `as_of`: the last day itself is still in time.
    """
    running = [
        *(
            replace(each, owner=case.case_id)
            for case in process.cases
            for each in _of_case(case, as_of, calendar)
        ),
        *(each for order in process.orders for each in _of_order(order, as_of)),
    ]
    return tuple(
        sorted(
            running, key=lambda each: (each.due_on, each.term.term_id, each.subject, each.pid or "")
        )
    )


def _of_case(case: CaseProcess, as_of: date, calendar: Calendar) -> Iterator[OpenDeadline]:
    reports = {report.report_id: report for report in case.reports}
    for report in case.reports:
        yield from _of_report(report, case, as_of, calendar)
    for run in case.services:
        if run.is_open:
            first = case.reports[0] if case.reports else None
            yield from _of_service(run, reports.get(run.report_id or "", first), as_of, calendar)
    for handover in case.handovers:
        if handover.feedback_on is None and handover.to_kind in _AWAITS_FEEDBACK:
            yield _of_handover(handover, as_of, calendar)
    yield from _of_monitoring(case, as_of, calendar)


def _of_report(
    report: Report, case: CaseProcess, as_of: date, calendar: Calendar
) -> Iterator[OpenDeadline]:
    received_on = report.received_on
    is_elsewhere = case.state is CaseState.TRANSFERRED_OUT
    if report.outcome is None and not is_elsewhere:
        yield _running(
            ASSESSMENT, report.report_id, ASSESSMENT.ends_on(received_on, calendar), as_of
        )
    told = [one for one in case.told if one.report_id in (None, report.report_id)]
    if not any(one.party == "REPORTER" and one.informed_on is not None for one in told):
        due_on = REPORTER_TOLD.ends_on(received_on, calendar)
        yield _running(REPORTER_TOLD, report.report_id, due_on, as_of)
    for pid in report.pids or (None,):
        about = [one for one in told if _is_about(one, pid, report)]
        if all(one.informed_on is None for one in about):
            due_on = _subject_due(received_on, about, calendar)
            yield _running(SUBJECT_TOLD, report.report_id, due_on, as_of, pid=pid)


def _is_about(told: Told, pid: str | None, report: Report) -> bool:
    """Say whether this telling was for a person; a child is told through a parent.

    A report that names nobody (its signal did) has one clock, which any telling stops.
    """
    if told.party == "PARENT_OF_SUBJECT":
        return pid is None or pid == told.pid or pid in report.children
    return told.party == "SUBJECT" and (pid is None or pid == told.pid)


def _subject_due(received_on: date, told: Iterable[Told], calendar: Calendar) -> date:
    """Return the end of D3 after its postponements; each may add two weeks and no more."""
    due_on = SUBJECT_TOLD.ends_on(received_on, calendar)
    for until in sorted(one.postponed_until for one in told if one.postponed_until is not None):
        if until <= SUBJECT_TOLD_LATER.ends_on(due_on, calendar):
            due_on = max(due_on, until)
    return due_on


def _of_service(
    run: ServiceRun, report: Report | None, as_of: date, calendar: Calendar
) -> Iterator[OpenDeadline]:
    if run.service == "INVESTIGATION" and run.registered_on is not None:
        due_on = INVESTIGATION_DONE.ends_on(run.registered_on, calendar)
        yield _running(INVESTIGATION_DONE, run.service_id, due_on, as_of)
    if report is None:
        return
    if run.service == "CONDITIONS_AND_FOLLOW_UP":
        # Counted from when the assessment was due: assessing late wins nobody any time.
        assessed_by = ASSESSMENT.ends_on(report.received_on, calendar)
        due_on = CONDITIONS_DONE.ends_on(assessed_by, calendar)
        yield _running(CONDITIONS_DONE, run.service_id, due_on, as_of)
    measured_on = REPORT_MEASURE.ends_on(report.received_on, calendar)
    yield _running(REPORT_MEASURE, run.service_id, measured_on, as_of)


def _of_handover(handover: Handover, as_of: date, calendar: Calendar) -> OpenDeadline:
    due_on = handover.feedback_due_on or FEEDBACK.ends_on(handover.sent_on, calendar)
    return _running(FEEDBACK, handover.handover_id, due_on, as_of)


def _of_monitoring(case: CaseProcess, as_of: date, calendar: Calendar) -> Iterator[OpenDeadline]:
    if case.monitored_from is None:
        return
    for moment in case.moments:
        if moment.status == "PLANNED":
            subject = f"{case.case_id}#{moment.number}"
            yield _running(MONITORING, subject, moment.planned_on, as_of)
    if sum(moment.status == "HELD" for moment in case.moments) < MONITORING_MOMENTS:
        due_on = MONITORING.ends_on(case.monitored_from, calendar)
        yield _running(MONITORING, case.case_id, due_on, as_of)


def _of_order(order: OrderProcess, as_of: date) -> Iterator[OpenDeadline]:
    if not order.state.is_running or order.ends_at is None:
        return
    due_on = amsterdam_day(order.ends_at)
    if due_on >= as_of:
        term = ORDER_EXTENDED if order.state is OrderState.EXTENDED else ORDER
        yield OpenDeadline(
            term=term,
            subject=order.order_id,
            owner=order.order_id,
            due_on=due_on,
            is_overdue=False,
            ends_at=order.ends_at,
        )


def _running(
    term: Term, subject: str, due_on: date, as_of: date, *, pid: str | None = None
) -> OpenDeadline:
    return OpenDeadline(
        term=term, subject=subject, owner="", due_on=due_on, is_overdue=due_on < as_of, pid=pid
    )
