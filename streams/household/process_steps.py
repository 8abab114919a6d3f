"""Steps of the process: journal events of a household, in the order in which they happened.

A step counts on its own day: the field that the event's schema names, in Amsterdam.  Senders know
the day better than the hour, so steps of one day are taken in the order of the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from streams.household.facts import Correction
from streams.household.fold import void_among
from streams.household.journal_event import EventKey, JournalEvent
from streams.household.reading import fact_of
from streams.household.terms import amsterdam_day, milliseconds


class Move(StrEnum):
    """What a step does, in the order in which steps of one day are tried."""

    SIGNAL = "SIGNAL"
    REOPENED = "REOPENED"
    OPENED = "OPENED"
    TRANSFERRED_IN = "TRANSFERRED_IN"
    REPORT = "REPORT"
    ASSESSED = "ASSESSED"
    SERVICE_REGISTERED = "SERVICE_REGISTERED"
    SERVICE_PICKED_UP = "SERVICE_PICKED_UP"
    SERVICE_COMPLETED = "SERVICE_COMPLETED"
    SERVICE_ABORTED = "SERVICE_ABORTED"
    HANDOVER = "HANDOVER"
    FEEDBACK = "FEEDBACK"
    MONITORING_STARTED = "MONITORING_STARTED"
    MOMENT = "MOMENT"
    MONITORING_ENDED = "MONITORING_ENDED"
    INFORMED = "INFORMED"
    ORDER = "ORDER"
    MDA = "MDA"
    TRANSFERRED_OUT = "TRANSFERRED_OUT"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


_RANK = {move: number for number, move in enumerate(Move)}
_SIMPLE: Mapping[str, tuple[Move, str]] = MappingProxyType(
    {
        "PoliceReportSubmitted": (Move.SIGNAL, "incident_on"),
        "ReportSubmitted": (Move.SIGNAL, "incident_on"),
        "ReportRegistered": (Move.REPORT, "received_on"),
        "SafetyAssessmentCompleted": (Move.ASSESSED, "completed_on"),
        "HandoverSent": (Move.HANDOVER, "sent_on"),
        "LocalTeamFeedbackGiven": (Move.FEEDBACK, "status_on"),
        "PartyInformed": (Move.INFORMED, "informed_on"),
        "RestrainingOrderChanged": (Move.ORDER, "status_at"),
        "MdaRegistrationChanged": (Move.MDA, "status_on"),
        # A planned moment names a day to come: it counts from when it was said or held.
        "MonitoringMomentRecorded": (Move.MOMENT, "held_on"),
    }
)
_BY_STATUS: Mapping[str, tuple[str, str, Mapping[str, Move]]] = MappingProxyType(
    {
        "ServiceStatusChanged": (
            "status",
            "status_on",
            {
                "REGISTERED": Move.SERVICE_REGISTERED,
                "PICKED_UP": Move.SERVICE_PICKED_UP,
                "COMPLETED": Move.SERVICE_COMPLETED,
                "ABORTED": Move.SERVICE_ABORTED,
            },
        ),
        "CaseStatusChanged": (
            "status",
            "status_on",
            {
                "OPENED": Move.OPENED,
                "MONITORING_STARTED": Move.MONITORING_STARTED,
                "MONITORING_ENDED": Move.MONITORING_ENDED,
                "CLOSED": Move.CLOSED,
                "REOPENED": Move.REOPENED,
            },
        ),
        "CaseTransferred": (
            "direction",
            "transferred_on",
            {"IN": Move.TRANSFERRED_IN, "OUT": Move.TRANSFERRED_OUT},
        ),
    }
)
PROCESS_RECORDS = frozenset({*_SIMPLE, *_BY_STATUS, "EventCorrected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event that moves something, on its own day."""

    event: JournalEvent
    move: Move
    day: date

    @property
    def key(self) -> EventKey:
        """Return the event's identity."""
        return self.event.key

    @property
    def order(self) -> tuple[date, int, int, EventKey]:
        """Return what steps are sorted by: nothing in it depends on when they arrived."""
        return self.day, _RANK[self.move], milliseconds(self.event.occurred_at), self.key

    def text(self, name: str) -> str:
        """Return a field that the contract requires; an empty text when it is left out."""
        value = self.event.payload.get(name)
        return value if isinstance(value, str) else ""

    def on(self, name: str) -> date | None:
        """Return a day, or None when the event does not give it."""
        value = self.event.payload.get(name)
        return value if isinstance(value, date) and not isinstance(value, datetime) else None

    def at(self, name: str) -> datetime | None:
        """Return an instant, or None when the event does not give it."""
        value = self.event.payload.get(name)
        return value if isinstance(value, datetime) else None


def steps_of(events: Iterable[JournalEvent]) -> list[Step]:
    """Return the steps that stand, in order; each event once, however often it is given.

    What a correction in force has taken out is left out: nothing is said about it any more.
    """
    once = {event.key: event for event in events}
    corrections = [c for event in once.values() if (c := correction_of(event)) is not None]
    void = void_among(corrections, once.__contains__)
    steps = (step_of(event) for key, event in once.items() if key not in void)
    return sorted((step for step in steps if step is not None), key=lambda step: step.order)


def correction_of(event: JournalEvent) -> Correction | None:
    """Return what an event says about an earlier one of the same sender, or None."""
    found = fact_of(event) if event.record_name == "EventCorrected" else None
    return found if isinstance(found, Correction) else None


def step_of(event: JournalEvent) -> Step | None:
    """Return what an event does to the process, or None when it does nothing to it."""
    name = event.record_name
    if name in _SIMPLE:
        move, field = _SIMPLE[name]
    elif name in _BY_STATUS:
        status, field, moves = _BY_STATUS[name]
        move = moves.get(str(event.payload.get(status)), Move.UNKNOWN)
    else:
        return None
    return Step(event=event, move=move, day=_day(event, field))


def _day(event: JournalEvent, field: str) -> date:
    value = event.payload.get(field)
    if isinstance(value, datetime):
        return amsterdam_day(value)
    return value if isinstance(value, date) else amsterdam_day(event.occurred_at)
