"""A random world of records as partners would have told it, for figures to be printed from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.support.figures_oracle import Record, Sent

PLACES = {
    "nature": [
        "CHILD_ABUSE", "OTHER_PROBLEMS", "EX_PARTNER_VIOLENCE", "OTHER_DOMESTIC_VIOLENCE",
        "ELDER_ABUSE", "PARENT_ABUSE",
    ],
    "reporter_sector": [
        "JUSTICE_AND_SAFETY", "MEDICAL", "NON_PROFESSIONAL", "SOCIAL_AND_PSYCHOLOGICAL",
        "EDUCATION", "OTHER_PROFESSIONAL", "CHILDCARE", "PARAMEDICAL",
    ],
    "form": [
        "EMOTIONAL_ABUSE", "PHYSICAL_ABUSE", "WITNESS_OF_VIOLENCE", "EMOTIONAL_NEGLECT",
        "OTHER_PROBLEMS", "PHYSICAL_ABUSE_OTHER", "PHYSICAL_NEGLECT", "SEXUAL_ABUSE", "STALKING",
        "OTHER_CHILD_ABUSE", "FINANCIAL_EXPLOITATION", "OTHER_EX_PARTNER_VIOLENCE",
        "OTHER_DOMESTIC_VIOLENCE_FORM", "OTHER_PARENT_ABUSE", "SHAKEN_BABY",
        "PEDIATRIC_CONDITION_FALSIFICATION", "OTHER_ELDER_ABUSE",
    ],
}  # fmt: skip
"""The codes of each attribute that a publication prints."""

LEAD_MONTHS = 18
"""What is open when the first period begins came in at most this long before it."""

NO_END = date.max


class World:
    """Records with the day each is heard of, each drawn by rates of this world alone."""

    def __init__(self, rng: Random, span: range, per_month: float) -> None:
        self.rng = rng
        self.span = span
        self.per_month = per_month
        self._told: list[Sent] = []
        self._count = 0
        self.rates = {
            name: {
                code: rng.choice((0.0, 0.02, 0.1, 0.3, 0.6)) / (1 + place / 4)
                for place, code in enumerate(codes)
            }
            for name, codes in PLACES.items()
        }
        self.blank = {name: rng.choice((0.0, 0.01, 0.07, 0.3)) for name in PLACES}
        self.late = rng.choice((0.0, 0.01, 0.1))
        self.taken_back = rng.choice((0.0, 0.01, 0.1))
        self.corrected = rng.choice((0.0, 0.02, 0.15))
        self.assessed = rng.choice((0.0, 0.6, 0.93, 1.0))
        self.speed = (rng.random() * 0.7, rng.random() * 0.3, rng.uniform(5, 90))
        self.service_days = rng.uniform(20, 160)

    def sent(self) -> list[Sent]:
        """Draw everything; what was told, by day."""
        months = range(self.span.start - LEAD_MONTHS, self.span.stop)
        for month in months:
            in_span = 1.0 if month in self.span else 0.6
            for _ in range(self._some(self.per_month * in_span)):
                self._report(self._day(month))
            for _ in range(self._some(self.per_month * 1.5 * in_span)):
                self._advice(self._day(month))
            for _ in range(self._some(self.per_month * 0.03)):
                self._order(self._day(month))
            for _ in range(self._some(self.per_month * 0.01)):
                self._mda(self._day(month))
        return sorted(self._told, key=lambda each: each[0])

    def _some(self, mean: float) -> int:
        whole = int(self.rng.gauss(mean, mean**0.5)) if mean > 8 else 0
        if mean <= 8:
            whole = sum(self.rng.random() < mean / 16 for _ in range(16))
        return max(0, whole)

    def _day(self, month: int) -> date:
        first = date(month // 12, month % 12 + 1, 1)
        days = (date((month + 1) // 12, (month + 1) % 12 + 1, 1) - first).days
        return first + timedelta(days=self.rng.randrange(days))

    def _heard(self, on: date) -> date:
        late = self.rng.random() < self.late
        return on + timedelta(days=self.rng.randint(20, 250) if late else self.rng.randint(0, 4))

    def _codes(self, attribute: str) -> list[str]:
        if self.rng.random() < self.blank[attribute]:
            return []
        drawn = [code for code, rate in self.rates[attribute].items() if self.rng.random() < rate]
        return drawn or [self.rng.choice(PLACES[attribute][:2])]

    def _sector(self) -> str:
        if self.rng.random() < self.blank["reporter_sector"]:
            return "UNKNOWN"
        rates = self.rates["reporter_sector"]
        return self.rng.choices(list(rates), [rate + 0.001 for rate in rates.values()])[0]

    def _tell(self, known: date, name: str, **fields: Any) -> Record:
        self._count += 1
        record: Record = {"meta": {"event_id": str(self._count)}, **fields}
        self._told.append((known, name, record))
        return record

    def _void(self, known: date, target: Record, by: Record | None = None) -> None:
        self._tell(
            known,
            "EventCorrected",
            corrected_event_id=target["meta"]["event_id"],
            replacement_event_id=by["meta"]["event_id"] if by else None,
        )

    def _life(self, known: date, name: str, draw: Any) -> date:
        """Tell a record, correct it now and then, take it back now and then; return its end."""
        record, day = self._tell(known, name, **draw()), known
        if self.rng.random() < self.corrected:
            day += timedelta(days=self.rng.randint(1, 200))
            newer = self._tell(day, name, **draw())
            self._void(day, record, newer)
            record = newer
        if self.rng.random() < self.taken_back:
            end = day + timedelta(days=self.rng.randint(1, 300))
            self._void(end, record)
            return end
        return NO_END

    def _report(self, on: date) -> None:
        known, report_id = self._heard(on), f"R{self._count}"

        def draw() -> Record:
            return {
                "report_id": report_id,
                "received_on": on,
                "reporter_sector": self._sector(),
                "nature": self._codes("nature"),
                "forms": self._codes("form"),
                "children_involved": self.rng.choice((True, True, True, False, None)),
            }

        end = self._life(known, "ReportRegistered", draw)
        if self.rng.random() < self.assessed:
            self._assess(report_id, on, known, end)

    def _assess(self, report_id: str, on: date, known: date, end: date) -> None:
        chance = self.rng.random()
        if chance < self.speed[0]:
            days = self.rng.randint(1, 7)
        elif chance < sum(self.speed[:2]):
            days = self.rng.randint(8, 15)
        else:
            days = 16 + int(self.rng.expovariate(1 / self.speed[2]))
        done = max(on + timedelta(days=days), known)
        outcomes = ("HANDOVER_PROFESSIONAL", "HANDOVER_CLIENT_NETWORK", "NO_FOLLOW_UP")
        outcome = self.rng.choices(outcomes, (0.4, 0.2, 0.4))[0]
        heard = done + timedelta(days=self.rng.randint(0, 3))
        record = self._tell(
            heard, "SafetyAssessmentCompleted",
            report_id=report_id, completed_on=done, outcome=outcome,
        )  # fmt: skip
        if end != NO_END:
            self._void(max(end, heard), record)
        elif self.rng.random() < 0.14:
            kind = self.rng.choice(("CONDITIONS_AND_FOLLOW_UP", "INVESTIGATION"))
            self._service(report_id, kind, done, heard)

    def _service(self, report_id: str, kind: str, start: date, heard: date) -> None:
        about: Any = {
            "report_id": report_id, "service": kind, "service_id": f"D{self._count}"
        }  # fmt: skip
        begun = self._tell(
            heard, "ServiceStatusChanged", status="REGISTERED", status_on=start, **about
        )
        if self.rng.random() < self.taken_back:
            self._void(heard + timedelta(days=self.rng.randint(1, 300)), begun)
            return
        days = 1 + int(self.rng.expovariate(1 / self.service_days))
        ended, chance = max(start + timedelta(days=days), heard), self.rng.random()
        if chance < 0.9:
            status = "COMPLETED" if chance < 0.8 else "ABORTED"
            self._tell(ended, "ServiceStatusChanged", status=status, status_on=ended, **about)

    def _advice(self, on: date) -> None:
        def draw() -> Record:
            return {
                "given_on": on,
                "nature": self._codes("nature"),
                "channel": self.rng.choice(("CHAT", "PHONE", "PHONE", "PHONE")),
                "from_school": self.rng.random() < 0.1,
            }

        self._life(self._heard(on), "AdviceGiven", draw)

    def _order(self, on: date) -> None:
        order_id = f"O{self._count}"

        def draw() -> Record:
            at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
            return {"order_id": order_id, "status": "IMPOSED", "status_at": at}

        self._life(self._heard(on), "RestrainingOrderChanged", draw)

    def _mda(self, on: date) -> None:
        mda_id = f"A{self._count}"

        def draw() -> Record:
            return {"mda_id": mda_id, "status": "ACTIVE", "status_on": on}

        self._life(self._heard(on), "MdaRegistrationChanged", draw)
