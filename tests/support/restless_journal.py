"""Journals in which figures are hard: drawn from a seed, with all that comes late or twice.

Days lie on both sides of every edge: of a period, a bucket, a legal term, a knowledge date.  What
happened is drawn first, when it became known after that; then come corrections of it, and
corrections of corrections, some of them known before what they correct.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schemas.code_lists import CODE_LISTS
from streams.engine.stage import InputRecord
from tests.support.log_rows import CASE_SYSTEM, POLICE, LogRows, event_id

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST, LAST = date(2024, 11, 1), date(2025, 9, 30)
MUNICIPALITIES = ("GM0106", "GM0114", None)
NATURES = ("CHILD_ABUSE", "EX_PARTNER_VIOLENCE", "ELDER_ABUSE", "UNKNOWN")
FORMS = ("PHYSICAL_ABUSE", "EMOTIONAL_ABUSE", "WITNESS_OF_VIOLENCE", "UNKNOWN")
SECTORS = ("JUSTICE_AND_SAFETY", "EDUCATION", "MEDICAL", "UNKNOWN")
REPEATS = ("FIRST", "REPEAT_ONE_KNOWN", "UNCLASSIFIED", "UNKNOWN")
OUTCOMES = ("HANDOVER_PROFESSIONAL", "HANDOVER_CLIENT_NETWORK", "INVESTIGATION", "NOT_ADMISSIBLE")
ASSESSED_AFTER = (0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 40)
COMPLETED_AFTER = (30, 74, 75, 76, 80, 84, 85, 90, 105, 106, 140)
MIDNIGHTS = (0, 1, 86_399_999, 43_200_000)
"""Milliseconds after 00:00 in Amsterdam: the first and the last of a day, and noon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """An event and when the region knew it."""

    known_at: datetime
    name: str
    event: str
    source: str
    fields: dict[str, Any]
    pids: Sequence[str] = ()


@dataclass(kw_only=True)
class _Teller:
    draw: random.Random
    spoken: list[_Spoken] = field(default_factory=list)

    def say(self, name: str, on: date, pids: Sequence[str] = (), **fields: Any) -> None:
        """Say something of a day: known that day, or weeks later."""
        late = self.draw.choice((0, 0, 0, 1, 3, 20, 60))
        event = f"{name}-{len(self.spoken)}"
        known_at = self.moment(on + timedelta(days=late))
        self.spoken.append(
            _Spoken(
                known_at=known_at,
                name=name,
                event=event,
                source=CASE_SYSTEM,
                fields=fields,
                pids=pids,
            )
        )

    def moment(self, day: date) -> datetime:
        midnight = datetime.combine(day, time.min, AMSTERDAM).astimezone(UTC)
        return midnight + timedelta(milliseconds=self.draw.choice(MIDNIGHTS))

    def day(self) -> date:
        """Return a day, one in three the first or the last of a month."""
        day = FIRST + timedelta(days=self.draw.randrange((LAST - FIRST).days))
        edge = self.draw.randrange(6)
        if edge == 0:
            return day.replace(day=1)
        return day.replace(day=1) - timedelta(days=1) if edge == 1 else day

    def some(self, options: Sequence[str]) -> list[str]:
        return self.draw.sample(options, self.draw.choice((0, 1, 1, 2)))


def restless_journal(seed: int, *, reports: int = 60, region: str = "drenthe") -> list[InputRecord]:
    """Return the rows of both logs, in order of position; the same seed gives the same rows."""
    teller = _Teller(draw=random.Random(seed))
    for number in range(reports):
        _report(teller, number)
    for _ in range(reports):
        _advice(teller)
    for number in range(reports // 3):
        _order(teller, number)
        _mda(teller, number)
    for day in (date(2024, 12, 2), date(2025, 4, 1)):
        extra = [(day + timedelta(days=n)).isoformat() for n in (20, 59)]
        teller.say("RulesActivated", day, rules={}, calendar=extra)
    _correct(teller)
    log = LogRows(region=region)
    return [
        log.event(
            one.name,
            event=one.event,
            known_at=one.known_at,
            source=one.source,
            pids=one.pids,
            **one.fields,
        )
        for one in sorted(teller.spoken, key=lambda one: one.known_at)
    ]


def _report(teller: _Teller, number: int) -> None:
    draw, received_on = teller.draw, teller.day()
    case_id, report_id = f"Z-{number // 2}", f"M-{number}"
    for _ in range(draw.choice((1, 1, 1, 2))):
        # Registered twice: the last by journal position counts, whatever it says otherwise.
        teller.say(
            "ReportRegistered",
            received_on,
            case_id=case_id,
            report_id=report_id,
            received_on=received_on,
            reporter_sector=draw.choice(SECTORS),
            municipality=draw.choice(MUNICIPALITIES),
            nature=teller.some(NATURES),
            forms=teller.some(FORMS),
            children_involved=draw.choice((True, False, None)),
            repeat_kind=draw.choice(REPEATS),
            acute=False,
        )
        received_on += timedelta(days=draw.choice((0, 0, 31)))
    for _ in range(draw.choice((0, 1, 1, 1, 2))):
        completed_on = received_on + timedelta(days=draw.choice(ASSESSED_AFTER))
        teller.say(
            "SafetyAssessmentCompleted",
            completed_on,
            case_id=case_id,
            report_id=report_id,
            completed_on=completed_on,
            outcome=draw.choice(OUTCOMES),
        )
    if draw.randrange(3):
        _service(teller, number, received_on)
    _monitoring(teller, case_id, received_on)
    for party in draw.sample(("REPORTER", "SUBJECT", "PARENT_OF_SUBJECT"), draw.randrange(4)):
        _informed(teller, case_id, report_id, party, received_on)


def _service(teller: _Teller, number: int, received_on: date) -> None:
    draw = teller.draw
    service = draw.choice(("INVESTIGATION", "CONDITIONS_AND_FOLLOW_UP"))
    steps = [("REGISTERED", 7)] * draw.choice((0, 1, 1, 2)) + [("PICKED_UP", 20)]
    done = draw.choice(("COMPLETED", "COMPLETED", "ABORTED", None))
    if done is not None:
        steps += [(done, draw.choice(COMPLETED_AFTER))] * draw.choice((1, 1, 2))
    for status, after in steps:
        status_on = received_on + timedelta(days=after + draw.choice((0, 0, 1)))
        teller.say(
            "ServiceStatusChanged",
            status_on,
            case_id=f"Z-{number // 2}",
            # Some of a report that is never registered, and some of none: no term is known.
            report_id=f"M-{number}" if number % 7 else None,
            service_id=f"D-{number}",
            service=service,
            status=status,
            status_on=status_on,
        )


def _monitoring(teller: _Teller, case_id: str, since: date) -> None:
    draw, day = teller.draw, since
    for status in ("OPENED", "MONITORING_STARTED", "MONITORING_ENDED", "CLOSED", "REOPENED"):
        day += timedelta(days=draw.choice((0, 1, 20, 60)))
        if draw.randrange(3):
            teller.say("CaseStatusChanged", day, case_id=case_id, status=status, status_on=day)
    for moment_no in range(1, draw.randrange(1, 4)):
        status = draw.choice(("PLANNED", "HELD", "MISSED"))
        held_on = day if status == "HELD" else None
        teller.say(
            "MonitoringMomentRecorded",
            day,
            case_id=case_id,
            moment_no=moment_no,
            planned_on=day,
            status=status,
            held_on=held_on,
        )


def _informed(teller: _Teller, case_id: str, report_id: str, party: str, received_on: date) -> None:
    draw = teller.draw
    pids = () if party == "REPORTER" else (f"{report_id}-{party}",)
    for _ in range(draw.choice((1, 1, 2))):
        told = draw.choice((3, 5, 7, 8, 27, 28, 29, 42, 43, None))
        put_off = draw.choice((None, 35, 42, 43)) if party != "REPORTER" or told is None else None
        put_off = 35 if told is None and put_off is None else put_off
        on = received_on + timedelta(days=told or 10)
        teller.say(
            "PartyInformed",
            on,
            pids=pids,
            case_id=case_id,
            report_id=report_id,
            party=party,
            person=None,
            content="DATA_RECORDED",
            informed_on=None if told is None else on,
            postponed_until=None if put_off is None else received_on + timedelta(days=put_off),
        )


def _advice(teller: _Teller) -> None:
    draw, given_on = teller.draw, teller.day()
    roles = [code for code in CODE_LISTS["ip2015_role"].codes if code != "UNKNOWN"][:5]
    teller.say(
        "AdviceGiven",
        given_on,
        given_on=given_on,
        channel=draw.choice(("CHAT", "PHONE", "UNKNOWN")),
        seeker_sector=draw.choice(SECTORS),
        seeker_role=draw.choice((*roles, None)),
        from_school=draw.choice((True, False)),
        municipality=draw.choice(MUNICIPALITIES),
        nature=teller.some(NATURES),
        anonymous=False,
    )


def _order(teller: _Teller, number: int) -> None:
    draw, day = teller.draw, teller.day()
    municipality = draw.choice(("GM0106", "GM0114"))
    for status in draw.sample(("IMPOSED", "IMPOSED", "ASSESSED_NOT_IMPOSED", "EXTENDED"), 2):
        # Late in the evening it is already tomorrow, or still yesterday, in UTC.
        status_at = teller.moment(day)
        teller.say(
            "RestrainingOrderChanged",
            day,
            order_id=f"H-{number}",
            status=status,
            status_at=status_at,
            removed_person={"ref": 0, "role": "SUSPECTED_PERPETRATOR", "age_class": "ADULT"},
            address={"ref": 0, "municipality": municipality, "kind": "REGISTERED"},
            because_of_child_abuse=False,
        )


def _mda(teller: _Teller, number: int) -> None:
    draw, municipality = teller.draw, teller.draw.choice(MUNICIPALITIES)
    for status in draw.sample(("PROPOSED", "ACTIVE", "ACTIVE", "CLOSED"), 3):
        status_on = teller.day()
        teller.say(
            "MdaRegistrationChanged",
            status_on,
            mda_id=f"A-{number}",
            status=status,
            status_on=status_on,
            municipality=municipality,
        )


def _correct(teller: _Teller) -> None:
    """Correct a sixth of everything, corrections too; some by who may not, some of nothing."""
    draw = teller.draw
    for number in range(len(teller.spoken) // 6):
        target = draw.choice([one for one in teller.spoken if one.name != "RulesActivated"])
        is_advice = target.name in ("AdviceGiven", "AdviceCorrected")
        kind = draw.choice(("RETRACTED", "RETRACTED", "REPLACED", "DUPLICATE_OF"))
        same = [one for one in teller.spoken if one.name == target.name and one is not target]
        replacement = draw.choice(same) if same and kind != "RETRACTED" else None
        if kind == "REPLACED" and replacement is not None and draw.randrange(4) == 0:
            replacement = None
        named = event_id("never said") if replacement is None else event_id(replacement.event)
        known_at = target.known_at + timedelta(days=draw.choice((-3, 0, 1, 30, 90)), seconds=1)
        teller.spoken.append(
            _Spoken(
                known_at=known_at,
                name="AdviceCorrected" if is_advice else "EventCorrected",
                event=f"correction-{number}",
                source=POLICE if draw.randrange(12) == 0 else CASE_SYSTEM,
                fields={
                    "corrected_event_id": event_id(target.event),
                    "kind": kind,
                    "replacement_event_id": None if kind == "RETRACTED" else named,
                    "reason_code": "ENTERED_BY_MISTAKE",
                },
            )
        )
