"""What the radar remembers of an event: the few fields that rules read, and nothing else.

One class per kind of event.  Days are Amsterdam's, numbers are the sender's own, people are
tokens.  How a fact is read from a journal row stands in `reading.py`, its stored form in
`fact_form.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from streams.household.journal_event import EventKey
from streams.household.severity import NO_MARKS, Marks
from streams.household.terms import day_of


class Seen(StrEnum):
    """What an event says of a person, as far as rules ask; the letters are what is stored."""

    PERPETRATOR = "P"
    CHILD = "C"
    # Under two years old, or not yet born.
    INFANT = "I"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person in a signal: token, and in which of the qualities that rules ask for."""

    pid: str
    seen_as: tuple[Seen, ...] = ()


class Written(NamedTuple):
    """JSON with a `%d` for the number of each of its texts, in that order."""

    template: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event as rules see it.

    `at_ms` is when it counts: the time t of `definitions.md` for a signal, noon of its own day
    for what has a day only.  `written` is a place for its stored form, see `fact_form.py`.
    """

    key: EventKey
    at_ms: int
    # A fact never changes, but the state that holds it is written with every event of the
    # household: worked out once, its form costs a tenth.
    written: Written | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def day(self) -> date:
        """Return the day in Amsterdam on which it counts."""
        return day_of(self.at_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Fact):
    """Somebody reported: `PoliceReportSubmitted` or `ReportSubmitted`.

    `reference` is a digest of (source, the sender's own number).
    """

    sector: str
    is_police: bool = False
    reference: str | None = None
    marks: Marks = NO_MARKS
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Fact):
    """`ReportRegistered`: Veilig Thuis took a report into a case, at noon of its receipt.

    `reference` is a digest of (source, number) of the signal it came from.
    """

    sector: str
    report_id: str
    case_id: str
    reference: str | None = None
    children_involved: bool = False
    marks: Marks = NO_MARKS
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Fact):
    """`SafetyAssessmentCompleted`, at noon of the day on which it was completed."""

    report_id: str
    marks: Marks = NO_MARKS
    life_domains: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStep(Fact):
    """`ServiceStatusChanged`: a service of a report was registered, picked up or ended."""

    service_id: str
    status: str
    report_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(Fact):
    """`HandoverSent`, at noon of the day on which it was sent."""

    handover_id: str
    to_kind: str
    feedback_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback(Fact):
    """`LocalTeamFeedbackGiven`: what became of a handover."""

    handover_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep(Fact):
    """`CaseStatusChanged`: a case opened or closed, or its monitoring began or ended.

    `said_ms` is the sender's instant, which orders steps of one day.
    """

    case_id: str
    status: str
    said_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Fact):
    """`CaseTransferred`, to or from another Veilig Thuis."""

    case_id: str
    is_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Fact):
    """`ContactRecorded`; `with_family`: a person concerned or a parent was reached."""

    case_id: str
    with_family: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringMoment(Fact):
    """`MonitoringMomentRecorded`, at noon of the planned day.

    Of several versions of one moment the last in the journal stands, hence `position`.
    """

    case_id: str
    moment_no: int
    status: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep(Fact):
    """`RestrainingOrderChanged`, at the instant of its status; `removed` is who had to leave."""

    order_id: str
    status: str
    removed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MdaStep(Fact):
    """`MdaRegistrationChanged`: where a registration for MDA++ stands; `said_ms` orders a day."""

    mda_id: str
    status: str
    said_ms: int
    life_domains: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Fact):
    """`AddressChanged`: someone of the household moved."""

    left_region: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Fact):
    """`FamiliarityCheckAnswered`; `known_elsewhere`: known to another Veilig Thuis or the board."""

    known_elsewhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting(Fact):
    """`PersonSeenElsewhere`: somebody of this household as seen in another one of the region.

    `by_order`: as the one whom a restraining order sent away; otherwise as suspected perpetrator.
    """

    pid: str
    by_order: bool


class CorrectionKind(StrEnum):
    """What a correction does to its target."""

    RETRACTED = "RETRACTED"
    REPLACED = "REPLACED"
    DUPLICATE_OF = "DUPLICATE_OF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What one sender said about an earlier event of its own."""

    key: EventKey
    target: EventKey
    kind: CorrectionKind
    replacement: EventKey | None
    position: int
