"""What a case consists of: reports, services, handovers, contact moments and who was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from streams.household.process_words import CaseState, ServiceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of the case, and its assessment when there is one.

    `pids` are the persons it concerns, as far as it names them; `children` those who are children.
    """

    report_id: str
    received_on: date
    pids: tuple[str, ...] = ()
    children: frozenset[str] = frozenset()
    completed_on: date | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRun:
    """A service of the case; `registered_on` is None when its start was never heard."""

    service_id: str
    service: str
    state: ServiceState
    report_id: str | None
    registered_on: date | None
    since: date

    @property
    def is_open(self) -> bool:
        """Say whether it still waits or runs."""
        return self.state in (ServiceState.WAITING, ServiceState.ACTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A handover, and the first day on which its receiver said anything."""

    handover_id: str
    to_kind: str
    sent_on: date
    feedback_due_on: date | None
    feedback_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A contact moment of the monitoring, as last stated."""

    number: int
    planned_on: date
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who was told, or whose telling was put off; `pid` is None for a reporter."""

    party: str
    report_id: str | None
    pid: str | None
    informed_on: date | None
    postponed_until: date | None


@dataclass(slots=True)
class CaseBook:
    """A case while its steps are taken; `behind` is where it stood before a further report."""

    state: CaseState = CaseState.UNKNOWN
    behind: CaseState | None = None
    since: date | None = None
    is_opened: bool = False
    reports: dict[str, Report] = field(default_factory=dict)
    services: dict[str, ServiceRun] = field(default_factory=dict)
    handovers: dict[str, Handover] = field(default_factory=dict)
    moments: dict[int, Moment] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    feedback: dict[str, date] = field(default_factory=dict)
    monitored_from: date | None = None

    @property
    def has_open_report(self) -> bool:
        """Say whether a report still waits for its assessment."""
        return any(report.outcome is None for report in self.reports.values())

    @property
    def has_open_service(self) -> bool:
        """Say whether a service waits or runs."""
        return any(service.is_open for service in self.services.values())

    def stand(self, state: CaseState, day: date) -> None:
        """Come into a state on a day, unless it stands there already."""
        if state is not self.state:
            self.state, self.since = state, day

    def advance(self, state: CaseState, day: date) -> None:
        """Come into a state; while a report waits, or the case has ended, only behind it."""
        if self.state.is_ended:
            return
        if self.has_open_report:
            self.behind = state
            self.stand(CaseState.IN_ASSESSMENT, day)
        else:
            self.stand(state, day)
