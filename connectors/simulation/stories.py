"""The partner events around one report: signal, registration, assessment, services, handover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.simulation.assumptions import RED_FLAG_RATES
from connectors.simulation.cases import ReportCase
from connectors.simulation.events import Scribe, SimulatedEvent
from connectors.simulation.months import working_day_after
from connectors.simulation.outcomes import Decision, known_day
from connectors.simulation.people import Person
from connectors.simulation.plan import Plan
from connectors.simulation.senders import CASE_SYSTEM, LOCAL_TEAM, OIN_OF_TEAM, POLICE, REPORTERS
from connectors.simulation.series import Item
from connectors.simulation.services import ServiceRun
from connectors.simulation.statements import (
    CHILDREN_OF_REPORT,
    FORM_OF_REPORT,
    NATURE_OF_REPORT,
    SECTOR_OF_REPORT,
    YES,
)

CORRECTION_DAYS_MAX = 60
VIOLENT_NATURES = frozenset({"EX_PARTNER_VIOLENCE", "OTHER_DOMESTIC_VIOLENCE"})
HANDOVERS = {
    "HANDOVER_PROFESSIONAL": ("LOCAL_TEAM", "LOCAL_TEAM", "INVOLVED_PROFESSIONAL"),
    "HANDOVER_CLIENT_NETWORK": ("CLIENT_NETWORK",),
}
STEPS = ("REGISTERED", "PICKED_UP", "COMPLETED", "ABORTED")
FEEDBACK = (
    "ACCEPTED", "CONTACT_MADE", "HELP_STARTED", "HELP_STARTED", "HELP_STARTED", "HELP_ENDED",
    "NO_CONTACT", "REFUSED", "RETURNED_UNSAFE",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What is written on a report as one edition knew it."""

    sector: str
    nature: list[str]
    forms: list[str]
    children: bool | None

    @classmethod
    def of(cls, plan: Plan, item: Item, edition: int) -> Codes:
        """Read the plan's markings."""
        marks = plan.markings
        sector = marks.codes(SECTOR_OF_REPORT, item, edition)
        children = marks.codes(CHILDREN_OF_REPORT, item, edition)
        return cls(
            sector=sector[0] if sector else "UNKNOWN",
            nature=list(marks.codes(NATURE_OF_REPORT, item, edition)),
            forms=list(marks.codes(FORM_OF_REPORT, item, edition)),
            children=children == (YES,) if children else None,
        )


class ReportStories:
    """Writes the stories of reports, one after another."""

    def __init__(self, plan: Plan, scribe: Scribe, moved_to: dict[int, Item]) -> None:
        """Take the plan, the scribe, and per retracted item the one it moved to."""
        self._plan = plan
        self._scribe = scribe
        self._moved_to = moved_to
        self._known_on = [edition.known_on for edition in plan.figures.editions]
        self._signals = 0

    def tell(self, case: ReportCase) -> None:
        """Write a report's signal, registration, corrections and assessment."""
        item = case.item
        codes = Codes.of(self._plan, item, item.first)
        flags = self._flags(codes)
        people = people_of(case, codes)
        signal = None
        # A registration on the same day could overtake its signal: they have their own topics.
        if item.known_on > item.on and self._draws(self._plan.assumptions.partner_signal_share):
            signal = self._signal(case, codes, flags, people)
        about: Any = {"signal": signal, "flags": flags, "people": people}
        registered: SimulatedEvent | None = None
        moved = self._moved_to.get(item.number)
        for each in (item, moved) if moved is not None else (item,):
            changes = self._plan.markings.changes("report", each)
            days = [each.known_on, *(self._between(edition) for edition in changes)]
            for known, edition in zip(days, [each.first, *changes], strict=True):
                newer = Codes.of(self._plan, each, edition)
                later = self._register(case, newer, received_on=each.on, known_on=known, **about)
                if registered is not None:
                    self._scribe.correct(
                        registered, known_on=known, reason_code="INPUT_ERROR", replacement=later
                    )
                registered = later
        if moved is None and registered is not None and item.ended_on is not None:
            self._scribe.correct(registered, known_on=item.ended_on, reason_code="DUPLICATE")
        decision = self._plan.decisions.get(item.number)
        if decision is not None:
            self._assess(case, decision)

    def _draws(self, share: float) -> bool:
        return self._scribe.rng.random() < share

    def _between(self, edition: int) -> date:
        """Return a day after the edition before and up to this one."""
        before, until = self._known_on[edition - 1], self._known_on[edition]
        room = min(CORRECTION_DAYS_MAX, (until - before).days)
        return before + timedelta(days=self._scribe.rng.randint(1, room))

    def _flags(self, codes: Codes) -> list[str]:
        if not VIOLENT_NATURES & set(codes.nature):
            return []
        return [flag for flag, rate in RED_FLAG_RATES.items() if self._draws(rate)]

    def _signal(
        self, case: ReportCase, codes: Codes, flags: list[str], people: Sequence[Person]
    ) -> SimulatedEvent:
        """Write the partner's own event: the police's, or another reporter's."""
        item, home = case.item, case.household
        self._signals += 1
        is_police = codes.sector == "JUSTICE_AND_SAFETY"
        fields: dict[str, Any] = {
            "reported_on": item.on,
            "incident_on": item.on,
            "persons": [person.mention(ref, item.on) for ref, person in enumerate(people)],
            "nature": codes.nature,
            "forms": codes.forms,
            "red_flags": flags,
            "narrative_ref": None,
        }
        if is_police:
            fields |= {
                "incident_address": home.address_mention(0),
                "sash_level": self._sash(codes),
                "arrested": self._draws(0.15),
                "charges_filed": self._draws(0.2),
                "ban_considered": self._draws(0.05),
                "agenda_requested": self._draws(0.1),
                "subjects_informed": self._draws(0.8),
            }
        else:
            fields |= {
                "channel": "GATEWAY_API" if self._draws(0.4) else "PHONE",
                "reporter_sector": codes.sector,
                "reporter_role": None,
                "reporter_known_to_subjects": self._draws(0.7),
                "address": home.address_mention(0),
                "reporter_keeps_helping": self._draws(0.5),
            }
        return self._scribe.write(
            "PoliceReportSubmitted" if is_police else "ReportSubmitted",
            POLICE if is_police else REPORTERS[codes.sector],
            known_on=item.on,
            occurred_on=item.on,
            rank=10,
            fields=fields,
            people=people,
            home=home,
            source_ref=f"{'P' if is_police else 'S'}{item.on.year}-{self._signals:06d}",
        )

    def _sash(self, codes: Codes) -> str | None:
        if not VIOLENT_NATURES & set(codes.nature) or not self._draws(
            self._plan.assumptions.sash_share
        ):
            return None
        if self._draws(self._plan.assumptions.sash_high_share):
            return "HIGH"
        return "MODERATE" if self._draws(0.15) else "LOW"

    def _register(
        self,
        case: ReportCase,
        codes: Codes,
        *,
        received_on: date,
        known_on: date,
        signal: SimulatedEvent | None,
        flags: list[str],
        people: Sequence[Person],
    ) -> SimulatedEvent:
        """Write the report as the case system counts it; with a signal it names nobody again."""
        named = () if signal is not None else people
        meta = signal.record["meta"] if signal is not None else {}
        return self._scribe.write(
            "ReportRegistered",
            CASE_SYSTEM,
            known_on=known_on,
            occurred_on=received_on,
            rank=20,
            people=named,
            fields={
                "case_id": case.case_id,
                "report_id": case.report_id,
                "signal_source": meta.get("source"),
                "signal_source_ref": meta.get("source_ref"),
                "persons": [each.mention(ref, received_on) for ref, each in enumerate(named)],
                "received_on": received_on,
                "reporter_sector": codes.sector,
                "reporter_role": None,
                "municipality": case.household.municipality,
                "nature": codes.nature,
                "forms": codes.forms,
                "children_involved": codes.children,
                "repeat_kind": case.repeat_kind,
                "acute": bool(flags) and self._draws(0.3),
                "red_flags": [] if signal is not None else flags,
                "reasons": [],
            },
        )

    def _assess(self, case: ReportCase, decision: Decision) -> None:
        """Write every version of an assessment, and take back what turned out to be untrue."""
        structural = self._draws(0.35)
        before: SimulatedEvent | None = None
        voided: Decision | None = None
        for version in decision.versions:
            assessed = self._assessment(case, version, is_structural=structural)
            if before is not None and voided is not None and voided.ended_on is not None:
                self._scribe.correct(before, known_on=voided.ended_on, reason_code="INPUT_ERROR")
            elif before is not None:
                self._scribe.correct(
                    before,
                    known_on=version.known_on,
                    reason_code="INPUT_ERROR",
                    replacement=assessed,
                )
            before, voided = assessed, version
        if before is not None and decision.ended_on is not None:
            self._scribe.correct(before, known_on=decision.ended_on, reason_code="INPUT_ERROR")
        elif decision.outcome in HANDOVERS and self._draws(
            self._plan.assumptions.handover_event_share
        ):
            self._hand_over(case, decision)

    def _assessment(
        self, case: ReportCase, decision: Decision, *, is_structural: bool
    ) -> SimulatedEvent:
        return self._scribe.write(
            "SafetyAssessmentCompleted",
            CASE_SYSTEM,
            known_on=decision.known_on,
            occurred_on=decision.completed_on,
            rank=40,
            fields={
                "case_id": case.case_id,
                "report_id": case.report_id,
                "completed_on": decision.completed_on,
                "outcome": decision.outcome,
                "acute_unsafe": self._draws(0.1),
                "structurally_unsafe": is_structural,
                "multi_problem": self._draws(0.2),
                "sources_used": ["A", "B"] if is_structural else ["A"],
                "red_flags": [],
                "life_domains": ["07"] if is_structural else [],
                "organisations": [OIN_OF_TEAM] if is_structural else [],
            },
        )

    def _hand_over(self, case: ReportCase, decision: Decision) -> None:
        rng, until = self._scribe.rng, self._plan.last_day
        sent_on = decision.known_on + timedelta(days=rng.randint(0, 4))
        if sent_on > until:
            return
        handover_id = f"O{case.report_id[1:]}"
        to_kind = rng.choice(HANDOVERS[decision.outcome])
        awaits = to_kind != "CLIENT_NETWORK"
        self._scribe.write(
            "HandoverSent",
            CASE_SYSTEM,
            known_on=sent_on,
            occurred_on=sent_on,
            rank=60,
            fields={
                "handover_id": handover_id,
                "case_id": case.case_id,
                "to_kind": to_kind,
                "to_oin": OIN_OF_TEAM if to_kind == "LOCAL_TEAM" else None,
                "sent_on": sent_on,
                "safety_conditions": self._draws(0.4),
                "feedback_due_on": working_day_after(sent_on, 10) if awaits else None,
                "codes": ["01"] if to_kind == "LOCAL_TEAM" else [],
            },
        )
        status_on = sent_on + timedelta(days=rng.randint(1, 40))
        if awaits and status_on <= until and self._draws(self._plan.assumptions.feedback_share):
            status = rng.choice(FEEDBACK)
            self._scribe.write(
                "LocalTeamFeedbackGiven",
                LOCAL_TEAM,
                known_on=status_on,
                occurred_on=status_on,
                rank=80,
                fields={
                    "handover_id": handover_id,
                    "status": status,
                    "status_on": status_on,
                    "safety_concern": status in ("RETURNED_UNSAFE", "NO_CONTACT"),
                },
            )

    def serve(self, run: ServiceRun, case_id: str, report_id: str | None) -> None:
        """Write a service's start, pick-up and end, and what was heard of its end in between."""
        about = {
            "case_id": case_id,
            "service_id": f"D{run.service[0]}-{run.item.number + 1:06d}",
            "service": run.service,
            "report_id": report_id,
        }
        item = run.item
        self._step(about, ("REGISTERED", run.registered_on), item.known_on, item.ended_on)
        if run.picked_up_on is not None:
            known = max(run.picked_up_on, item.known_on)
            self._step(about, ("PICKED_UP", run.picked_up_on), known, item.ended_on)
        for ending in run.endings:
            status = "ABORTED" if ending.is_aborted else "COMPLETED"
            known = known_day(ending.known_on, self._scribe.rng.choice((0, 0, 1)), self._known_on)
            void_on = min((d for d in (ending.void_on, item.ended_on) if d), default=None)
            self._step(about, (status, ending.on), max(known, item.known_on), void_on)

    def _step(
        self,
        about: Mapping[str, Any],
        step: tuple[str, date],
        known_on: date,
        void_on: date | None,
    ) -> None:
        """Write one step of a service; a start that is taken back takes back what followed it."""
        status, day = step
        is_confirmed = status == "COMPLETED" and about["service"] == "INVESTIGATION"
        event = self._scribe.write(
            "ServiceStatusChanged",
            CASE_SYSTEM,
            known_on=known_on,
            occurred_on=day,
            rank=50 + STEPS.index(status),
            fields={
                **about,
                "status": status,
                "status_on": day,
                "result": None,
                "result_codes": ["01"] if is_confirmed else [],
            },
        )
        if void_on is not None:
            self._scribe.correct(event, known_on=max(void_on, known_on), reason_code="INPUT_ERROR")


def people_of(case: ReportCase, codes: Codes) -> tuple[Person, ...]:
    """Return who stands in the report: the adults, and the children when they are involved."""
    household = case.household
    return (*household.adults, *(household.children if codes.children else ()))
