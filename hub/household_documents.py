"""What `radar household` answers, as JSON: tokens, codes, days and Dutch sentences. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from streams.household.case_process import CaseProcess
from streams.household.journal_event import EventKey
from streams.household.open_deadlines import OpenDeadline
from streams.household.process_words import CASE_WORDS, IRREGULARITY_WORDS, MDA_WORDS, ORDER_WORDS
from streams.household.state import Finding
from streams.household.terms import instant_of
from streams.radar.household_changes import Change, Difference
from streams.radar.rows import Row
from streams.radar.time_travel import KnownHousehold, Moment

Document: TypeAlias = dict[str, Any]


def known_document(known: KnownHousehold, known_on: date | None) -> Document:
    """Return a household as it was known; `known_on` is None for now."""
    process = known.process
    return {
        **_moment(known.moment, known_on),
        "household": known.household_id,
        "asked": known.asked,
        "is_merged": known.asked != known.household_id,
        "events": len(known.rows),
        "state": process.state,
        "state_label": CASE_WORDS[process.state],
        "members": [
            {"pid": member.pid, "role": member.role, "since": member.valid_from}
            for member in known.members
        ],
        "cases": [_case(case) for case in process.cases],
        "restraining_orders": [
            {
                "order": order.order_id,
                "state": order.state,
                "state_label": ORDER_WORDS[order.state],
                "since": order.since,
                "ends_at": _instant(order.ends_at),
                "violated_on": list(order.violated_on),
            }
            for order in process.orders
        ],
        "mda_registrations": [
            {
                "registration": mda.mda_id,
                "state": mda.state,
                "state_label": MDA_WORDS[mda.state],
                "since": mda.since,
            }
            for mda in process.registrations
        ],
        "findings": [_finding(finding) for finding in known.open_findings],
        "deadlines": [_deadline(each) for each in known.deadlines],
        "irregularities": [
            {"event": _event(flagged.key), "code": flagged.code,
             "sentence": IRREGULARITY_WORDS[flagged.code]}
            for flagged in process.flagged
        ],
    }  # fmt: skip


def difference_document(found: Difference, first: date, last: date) -> Document:
    """Return what changed between the ends of two days."""
    before = found.before
    return {
        "region": found.after.moment.region,
        "household": found.after.household_id,
        "asked": found.after.asked,
        "from": {
            "known_on": first,
            "journal_position": 0 if before is None else before.moment.position,
            "was_known": before is not None,
        },
        "to": {"known_on": last, "journal_position": found.after.moment.position},
        "heard": [_row(row) for row in found.heard],
        "gone": [_row(row) for row in found.gone],
        "changes": [_change(change) for change in found.changes],
    }


def _moment(moment: Moment, known_on: date | None) -> Document:
    return {
        "region": moment.region,
        "known_on": known_on,
        "as_of": moment.as_of,
        "journal_position": moment.position,
    }


def _case(case: CaseProcess) -> Document:
    return {
        "case": case.case_id,
        "state": case.state,
        "state_label": CASE_WORDS[case.state],
        "since": case.since,
        "reports": [
            {"report": report.report_id, "received_on": report.received_on,
             "completed_on": report.completed_on, "outcome": report.outcome}
            for report in case.reports
        ],
        "services": [
            {"service": run.service_id, "kind": run.service, "state": run.state, "since": run.since}
            for run in case.services
        ],
        "handovers": [
            {"handover": one.handover_id, "to": one.to_kind, "sent_on": one.sent_on,
             "feedback_on": one.feedback_on}
            for one in case.handovers
        ],
        "monitored_from": case.monitored_from,
    }  # fmt: skip


def _finding(finding: Finding) -> Document:
    return {
        "finding": finding.finding_id,
        "rule": finding.rule_id,
        "version": finding.rule_version,
        "parameters": json.loads(finding.parameters),
        "subject": finding.subject,
        "level": finding.level.name,
        "status": finding.status.name,
        "triggered_at": _instant(instant_of(finding.triggered_ms)),
        "sentence": finding.sentence,
        "evidence": _events(finding.evidence),
    }


def _deadline(each: OpenDeadline) -> Document:
    return {
        "term": each.term.term_id,
        "what": each.term.what,
        "subject": each.subject,
        "pid": each.pid,
        "due_on": each.due_on,
        "ends_at": _instant(each.ends_at),
        "is_overdue": each.is_overdue,
        "basis": each.term.basis,
    }


def _row(row: Row) -> Document:
    return {
        "position": row.event.position,
        "known_at": _instant(row.event.known_at),
        "occurred_at": _instant(row.event.occurred_at),
        "event_type": row.event.record_name,
        "event": _event(row.event.key),
    }


def _change(change: Change) -> Document:
    return {
        "part": change.part,
        "subject": change.subject,
        "before": change.before,
        "after": change.after,
        "events": _events(change.events),
    }


def _event(key: EventKey) -> Document:
    # No source: it may give a protected reporter away; the id and the row's position identify.
    return {"event_id": key.event_id}


def _events(keys: Sequence[EventKey]) -> list[str]:
    return [key.event_id for key in keys]


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
