"""What else happens around a region's cases: orders, MDA++, checks, moves, contacts, monitoring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from connectors.simulation.cases import ReportCase
from connectors.simulation.events import Scribe, SimulatedEvent
from connectors.simulation.months import ONE_DAY, local_instant
from connectors.simulation.people import Household, Person, Population
from connectors.simulation.plan import Plan
from connectors.simulation.senders import (
    ADVICE_DESK,
    CASE_SYSTEM,
    CORV,
    MDA_OFFICE,
    MUNICIPALITY,
    OIN_OF_BOARD,
    OIN_OF_TEAM,
    POPULATION_REGISTER,
)
from connectors.simulation.series import Item
from connectors.simulation.statements import (
    CHANNEL_OF_ADVICE,
    CHILDREN_OF_REPORT,
    NATURE_OF_ADVICE,
    SCHOOL_OF_ADVICE,
    YES,
)

SEEKER_SECTORS = (
    "NON_PROFESSIONAL", "NON_PROFESSIONAL", "SOCIAL_AND_PSYCHOLOGICAL", "MEDICAL", "CHILDCARE",
    "OTHER_PROFESSIONAL",
)  # fmt: skip
BAN_DAYS, BAN_DAYS_EXTENDED = 10, 28
FIRST_TRY_DAYS_MAX, TRIES_MAX = 12, 2
OTHER_REGION_OIN = "00000099000000009001"


class SideStories:
    """Writes what is not a report's own story."""

    def __init__(self, plan: Plan, scribe: Scribe, population: Population) -> None:
        """Take the plan, the scribe and the maker of households."""
        self._plan = plan
        self._scribe = scribe
        self._population = population
        self._known_on = [edition.known_on for edition in plan.figures.editions]

    def _draws(self, share: float) -> bool:
        return self._scribe.rng.random() < share

    def _after(self, day: date, first: int, last: int) -> date | None:
        """Return a day so many days later, or None when the log is over by then."""
        later = day + timedelta(days=self._scribe.rng.randint(first, last))
        return later if later <= self._plan.last_day else None

    def _case_event(
        self, record_name: str, day: date, fields: dict[str, Any], *, rank: int = 70,
        source: str = CASE_SYSTEM, people: Sequence[Person] = (), home: Household | None = None,
    ) -> None:  # fmt: skip
        self._scribe.write(
            record_name, source, known_on=day, occurred_on=day, rank=rank, fields=fields,
            people=people, home=home,
        )  # fmt: skip

    # -- advice ------------------------------------------------------------------------------

    def advise(self, item: Item, municipality: str) -> None:
        """Write an advice and what was corrected in it; it names nobody."""
        given = self._advice(item, municipality, item.first, item.known_on)
        for edition in self._plan.markings.changes("advice", item):
            before, until = self._known_on[edition - 1], self._known_on[edition]
            day = before + timedelta(
                days=self._scribe.rng.randint(1, min(60, (until - before).days))
            )
            later = self._advice(item, municipality, edition, day)
            self._scribe.correct(given, known_on=day, reason_code="INPUT_ERROR", replacement=later)
            given = later
        if item.ended_on is not None:
            self._scribe.correct(given, known_on=item.ended_on, reason_code="DUPLICATE")

    def _advice(
        self, item: Item, municipality: str, edition: int, known_on: date
    ) -> SimulatedEvent:
        marks = self._plan.markings
        from_school = marks.codes(SCHOOL_OF_ADVICE, item, edition) == (YES,)
        sector = "EDUCATION" if from_school else self._scribe.rng.choice(SEEKER_SECTORS)
        channel = marks.codes(CHANNEL_OF_ADVICE, item, edition)
        return self._scribe.write(
            "AdviceGiven",
            ADVICE_DESK,
            known_on=known_on,
            occurred_on=item.on,
            rank=20,
            fields={
                "given_on": item.on,
                "channel": channel[0] if channel else "UNKNOWN",
                "seeker_sector": sector,
                "seeker_role": None,
                "from_school": from_school,
                "municipality": municipality,
                "nature": list(marks.codes(NATURE_OF_ADVICE, item, edition)),
                "anonymous": self._draws(0.2),
                "reasons": [],
            },
        )

    # -- restraining orders and MDA++ ----------------------------------------------------------

    def restrain(self, item: Item, home: Household) -> None:
        """Write a restraining order and how it ended."""
        order_id = f"H{item.on.year}-{item.number + 1:05d}"
        imposed = self._order(
            item, home, order_id=order_id, status="IMPOSED", day=item.on, known_on=item.known_on,
            lasts_days=BAN_DAYS,
        )  # fmt: skip
        if item.ended_on is not None:
            self._scribe.correct(imposed, known_on=item.ended_on, reason_code="INPUT_ERROR")
            return
        chance = self._scribe.rng.random()
        status, days = (
            ("VIOLATED", 4) if chance < 0.08
            else ("EXTENDED", BAN_DAYS - 1) if chance < 0.25
            else ("WITHDRAWN", 6) if chance < 0.30
            else ("EXPIRED", BAN_DAYS)
        )  # fmt: skip
        day = item.on + timedelta(days=days)
        if max(day, item.known_on + ONE_DAY) <= self._plan.last_day:
            known = max(day, item.known_on + ONE_DAY)
            self._order(
                item, home, order_id=order_id, status=status, day=day, known_on=known,
                lasts_days=BAN_DAYS_EXTENDED,
            )  # fmt: skip

    def _order(
        self, item: Item, home: Household, *, order_id: str, status: str, day: date,
        known_on: date, lasts_days: int,
    ) -> SimulatedEvent:  # fmt: skip
        ends = local_instant(item.on + timedelta(days=lasts_days), 10)
        has_end = status in ("IMPOSED", "EXTENDED")
        people = home.members
        return self._scribe.write(
            "RestrainingOrderChanged",
            MUNICIPALITY,
            known_on=known_on,
            occurred_on=day,
            rank=30,
            people=people,
            home=home,
            fields={
                "order_id": order_id,
                "status": status,
                "status_at": local_instant(day, 10),
                "ends_at": ends if has_end else None,
                "removed_person": people[0].mention(0, day),
                "protected_persons": [
                    person.mention(ref, day) for ref, person in enumerate(people) if ref
                ],
                "address": home.address_mention(0),
                "because_of_child_abuse": self._draws(0.1),
            },
        )

    def register_mda(self, item: Item, home: Household) -> None:
        """Write an MDA++ registration: proposed, active, and now and then closed."""
        mda_id = f"MDA-{item.number + 1:05d}"
        proposed = item.on - timedelta(days=30)
        if proposed >= self._plan.first_day:
            self._mda(mda_id, home, "PROPOSED", proposed, proposed)
        active = self._mda(mda_id, home, "ACTIVE", item.on, item.known_on)
        if item.ended_on is not None:
            self._scribe.correct(active, known_on=item.ended_on, reason_code="INPUT_ERROR")
            return
        closed = self._after(max(item.on, item.known_on), 150, 300)
        if closed is not None:
            self._mda(mda_id, home, "CLOSED", closed, closed)

    def _mda(
        self, mda_id: str, home: Household, status: str, day: date, known_on: date
    ) -> SimulatedEvent:
        return self._scribe.write(
            "MdaRegistrationChanged",
            MDA_OFFICE,
            known_on=known_on,
            occurred_on=day,
            rank=35,
            people=home.adults,
            fields={
                "mda_id": mda_id,
                "persons": [each.mention(ref, day) for ref, each in enumerate(home.adults)],
                "status": status,
                "status_on": day,
                "organisations": [OIN_OF_TEAM, OIN_OF_BOARD],
                "life_domains": ["07", "08", "10"],
                "municipality": home.municipality,
            },
        )

    # -- around a case ---------------------------------------------------------------------------

    def surround(self, case: ReportCase) -> None:
        """Write the odd events around a case, so that every kind of event occurs."""
        rates = self._plan.assumptions
        known = case.item.known_on
        if case.item.last is not None:
            return
        if case.opens_case and self._draws(rates.case_opened_share):
            self._status(case, "OPENED", known)
        if self._draws(rates.contact_share):
            self._contact(case)
        odd: tuple[tuple[float, tuple[int, int], Callable[[ReportCase, date], None]], ...] = (
            (rates.check_share, (1, 5), self._check),
            (rates.move_share, (5, 120), self._move),
            (rates.board_share, (10, 60), self._notify_board),
            (rates.transfer_share, (10, 40), self._transfer_out),
        )
        for share, within, write in odd:
            if self._draws(share) and (day := self._after(known, *within)):
                write(case, day)
        decision = self._plan.decisions.get(case.item.number)
        if decision is not None and decision.ended_on is None:
            if self._draws(rates.inform_share):
                self._inform(case, decision.known_on)
            if decision.outcome.startswith("HANDOVER") and self._draws(rates.monitoring_share):
                self._monitor(case, decision.known_on)

    def _status(self, case: ReportCase, status: str, day: date) -> None:
        self._case_event(
            "CaseStatusChanged",
            day,
            {"case_id": case.case_id, "status": status, "status_on": day, "reason_code": None},
            rank=30,
        )

    def _contact(self, case: ReportCase) -> None:
        """Write how the family was tried, before the assessment, until somebody was reached."""
        heard = case.item.known_on
        decision = self._plan.decisions.get(case.item.number)
        until = self._plan.last_day if decision is None else decision.completed_on
        day = heard + timedelta(
            days=self._scribe.rng.randint(0, max(0, min(FIRST_TRY_DAYS_MAX, (until - heard).days)))
        )
        for _ in range(TRIES_MAX):
            if day > until:
                return
            is_reached = self._draws(self._plan.assumptions.contact_reached_share)
            self._case_event(
                "ContactRecorded",
                day,
                {
                    "case_id": case.case_id,
                    "contacted_on": day,
                    "party": "SUBJECT" if self._draws(0.6) else "PARENT_OF_SUBJECT",
                    "reached": is_reached,
                },
            )
            if is_reached:
                return
            day += timedelta(days=self._scribe.rng.randint(1, 5))

    def _check(self, case: ReportCase, day: date) -> None:
        victim = case.household.adults[1]
        is_known = self._draws(0.3)
        self._case_event(
            "FamiliarityCheckAnswered",
            day,
            {
                "case_id": case.case_id,
                "source_kind": self._scribe.rng.choice(("OTHER_VT", "CHILD_PROTECTION_BOARD")),
                "person": victim.mention(0, day),
                "known": is_known,
                "earlier_reports": self._scribe.rng.randint(1, 3) if is_known else None,
                "last_contact_on": day - timedelta(days=400) if is_known else None,
                "answering_oin": OTHER_REGION_OIN,
                "answered_on": day,
            },
            source=CORV,
            people=(victim,),
        )

    def _move(self, case: ReportCase, day: date) -> None:
        victim = case.household.adults[1]
        self._case_event(
            "AddressChanged",
            day,
            {
                "person": victim.mention(0, day),
                "from_address": case.household.address_mention(0),
                "to_address": None,
                "effective_on": day,
                "left_region": self._draws(0.4),
            },
            source=POPULATION_REGISTER,
            people=(victim,),
            home=case.household,
        )
        asked = self._after(day, 1, 10)
        if asked is not None and self._draws(self._plan.assumptions.check_after_move_share):
            self._check(case, asked)

    def _notify_board(self, case: ReportCase, day: date) -> None:
        children = case.household.children
        named = self._plan.markings.codes(CHILDREN_OF_REPORT, case.item, case.item.first) == (YES,)
        if not children or not named:
            return
        self._case_event(
            "ChildProtectionNotified",
            day,
            {
                "child": children[0].mention(0, day),
                "status": "REQUEST_RECEIVED",
                "measure": None,
                "status_on": day,
            },
            source=CORV,
            people=children[:1],
        )

    def _transfer_out(self, case: ReportCase, day: date) -> None:
        self._case_event(
            "CaseTransferred",
            day,
            {
                "case_id": case.case_id,
                "direction": "OUT",
                "counterpart_oin": OTHER_REGION_OIN,
                "transferred_on": day,
                "persons": [],
                "running_service": None,
            },
        )

    def take_over(self, case_id: str, day: date) -> None:
        """Write a case that comes from another region, with a household of its own."""
        home = self._population.household(day, is_elderly=False)
        self._case_event(
            "CaseTransferred",
            day,
            {
                "case_id": case_id,
                "direction": "IN",
                "counterpart_oin": OTHER_REGION_OIN,
                "transferred_on": day,
                "persons": [each.mention(ref, day) for ref, each in enumerate(home.adults)],
                "running_service": None,
            },
            rank=15,
            people=home.adults,
        )

    def _inform(self, case: ReportCase, day: date) -> None:
        is_reporter = self._draws(0.6)
        victim = case.household.adults[1]
        self._case_event(
            "PartyInformed",
            day,
            {
                "case_id": case.case_id,
                "party": "REPORTER" if is_reporter else "SUBJECT",
                "person": None if is_reporter else victim.mention(0, day),
                "informed_on": day,
                "postponed_until": None,
                "content": "ASSESSMENT_RESULT" if is_reporter else "DATA_RECORDED",
                "report_id": case.report_id,
            },
            people=() if is_reporter else (victim,),
        )

    def _monitor(self, case: ReportCase, day: date) -> None:
        """Write a monitoring period: two contacts in a year after the handover."""
        started = self._after(day, 5, 10)
        if started is None:
            return
        self._status(case, "MONITORING_STARTED", started)
        for number, days in enumerate((90, 330), start=1):
            moment = started + timedelta(days=days)
            has_come = moment <= self._plan.last_day
            status = "PLANNED" if not has_come else "MISSED" if self._draws(0.15) else "HELD"
            is_held = status == "HELD"
            self._case_event(
                "MonitoringMomentRecorded",
                moment if has_come else started,
                {
                    "case_id": case.case_id,
                    "moment_no": number,
                    "planned_on": moment,
                    "status": status,
                    "held_on": moment if is_held else None,
                    "safe_enough": self._draws(0.85) if is_held else None,
                },
            )
        ended = started + timedelta(days=365)
        if ended <= self._plan.last_day:
            self._status(case, "MONITORING_ENDED", ended)
            self._status(case, "CLOSED", ended)
