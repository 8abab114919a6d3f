"""The states of cases, services, orders and registrations, what may be wrong, and the Dutch words.

The states are those of the process that Veilig Thuis follows; every list here is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CaseState(StrEnum):
    """Where a case stands; `UNKNOWN` is a case of which only later steps were heard."""

    UNKNOWN = "UNKNOWN"
    RECEIVED = "RECEIVED"
    IN_ASSESSMENT = "IN_ASSESSMENT"
    ASSESSED = "ASSESSED"
    NO_FOLLOW_UP = "NO_FOLLOW_UP"
    HANDOVER_DUE = "HANDOVER_DUE"
    SERVICE_WAITING = "SERVICE_WAITING"
    SERVICE_ACTIVE = "SERVICE_ACTIVE"
    SERVICE_DONE = "SERVICE_DONE"
    BOARD_ASKED = "BOARD_ASKED"
    HANDOVER_SENT = "HANDOVER_SENT"
    MONITORING = "MONITORING"
    MONITORING_ENDED = "MONITORING_ENDED"
    REOPENED = "REOPENED"
    CLOSED = "CLOSED"
    NOT_ADMISSIBLE = "NOT_ADMISSIBLE"
    CONVERTED_TO_ADVICE = "CONVERTED_TO_ADVICE"
    MISADDRESSED = "MISADDRESSED"
    TRANSFERRED_OUT = "TRANSFERRED_OUT"

    @property
    def is_ended(self) -> bool:
        """Say whether Veilig Thuis is no longer involved through this case."""
        return self in _ENDED


class ServiceState(StrEnum):
    """Where Voorwaarden en vervolg or an investigation stands."""

    UNKNOWN = "UNKNOWN"
    WAITING = "WAITING"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    ABORTED = "ABORTED"


class OrderState(StrEnum):
    """Where a temporary restraining order stands."""

    UNKNOWN = "UNKNOWN"
    ASSESSED = "ASSESSED"
    IMPOSED = "IMPOSED"
    EXTENDED = "EXTENDED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"

    @property
    def is_running(self) -> bool:
        """Say whether somebody may not enter the home."""
        return self in (OrderState.IMPOSED, OrderState.EXTENDED)


class MdaState(StrEnum):
    """Where an MDA++ registration stands."""

    UNKNOWN = "UNKNOWN"
    PROPOSED = "PROPOSED"
    ACCEPTED = "ACCEPTED"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
    DECLINED_BY_TEAM = "DECLINED_BY_TEAM"
    DECLINED_BY_FAMILY = "DECLINED_BY_FAMILY"


class Irregularity(StrEnum):
    """Why a step does not fit the state in which it came."""

    OPENED_AGAIN = "OPENED_AGAIN"
    OPENED_AFTER_END = "OPENED_AFTER_END"
    TRANSFERRED_IN_RUNNING = "TRANSFERRED_IN_RUNNING"
    REPORT_IN_ENDED_CASE = "REPORT_IN_ENDED_CASE"
    ASSESSMENT_WITHOUT_REPORT = "ASSESSMENT_WITHOUT_REPORT"
    ASSESSED_AGAIN = "ASSESSED_AGAIN"
    SERVICE_WITHOUT_DECISION = "SERVICE_WITHOUT_DECISION"
    SERVICE_REGISTERED_AGAIN = "SERVICE_REGISTERED_AGAIN"
    SERVICE_NOT_REGISTERED = "SERVICE_NOT_REGISTERED"
    SERVICE_NOT_PICKED_UP = "SERVICE_NOT_PICKED_UP"
    SERVICE_PICKED_UP_AGAIN = "SERVICE_PICKED_UP_AGAIN"
    SERVICE_ENDED_BEFORE = "SERVICE_ENDED_BEFORE"
    HANDOVER_WITHOUT_ASSESSMENT = "HANDOVER_WITHOUT_ASSESSMENT"
    FEEDBACK_WITHOUT_HANDOVER = "FEEDBACK_WITHOUT_HANDOVER"
    FEEDBACK_BEFORE_HANDOVER = "FEEDBACK_BEFORE_HANDOVER"
    MONITORING_WITHOUT_HANDOVER = "MONITORING_WITHOUT_HANDOVER"
    MONITORING_NOT_STARTED = "MONITORING_NOT_STARTED"
    MOMENT_OUTSIDE_MONITORING = "MOMENT_OUTSIDE_MONITORING"
    CLOSED_WHILE_ASSESSING = "CLOSED_WHILE_ASSESSING"
    CLOSED_WITH_SERVICE = "CLOSED_WITH_SERVICE"
    CLOSED_UNKNOWN_CASE = "CLOSED_UNKNOWN_CASE"
    CLOSED_AGAIN = "CLOSED_AGAIN"
    REOPENED_WHILE_OPEN = "REOPENED_WHILE_OPEN"
    STEP_AFTER_END = "STEP_AFTER_END"
    ORDER_NOT_IMPOSED = "ORDER_NOT_IMPOSED"
    ORDER_IMPOSED_AGAIN = "ORDER_IMPOSED_AGAIN"
    ORDER_ENDED_BEFORE = "ORDER_ENDED_BEFORE"
    ORDER_TOO_LONG = "ORDER_TOO_LONG"
    MDA_STEP_SKIPPED = "MDA_STEP_SKIPPED"
    MDA_STEP_BACK = "MDA_STEP_BACK"
    MDA_ENDED_BEFORE = "MDA_ENDED_BEFORE"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"


_ENDED = frozenset(
    {
        CaseState.CLOSED,
        CaseState.NOT_ADMISSIBLE,
        CaseState.CONVERTED_TO_ADVICE,
        CaseState.MISADDRESSED,
        CaseState.TRANSFERRED_OUT,
    }
)

CASE_WORDS: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.UNKNOWN: "Onbekend",
        CaseState.RECEIVED: "Ontvangen",
        CaseState.IN_ASSESSMENT: "In beoordeling",
        CaseState.ASSESSED: "Beoordeeld",
        CaseState.NO_FOLLOW_UP: "Geen vervolg",
        CaseState.HANDOVER_DUE: "Overdracht besloten",
        CaseState.SERVICE_WAITING: "Wacht op dienst",
        CaseState.SERVICE_ACTIVE: "Dienst loopt",
        CaseState.SERVICE_DONE: "Dienst afgerond",
        CaseState.BOARD_ASKED: "Verzoek bij de Raad",
        CaseState.HANDOVER_SENT: "Overgedragen",
        CaseState.MONITORING: "Monitoring",
        CaseState.MONITORING_ENDED: "Monitoring beëindigd",
        CaseState.REOPENED: "Heropend",
        CaseState.CLOSED: "Gesloten",
        CaseState.NOT_ADMISSIBLE: "Niet ontvankelijk",
        CaseState.CONVERTED_TO_ADVICE: "Omgezet in advies",
        CaseState.MISADDRESSED: "Verkeerd geadresseerd",
        CaseState.TRANSFERRED_OUT: "Overgedragen aan andere regio",
    }
)
SERVICE_WORDS: Mapping[ServiceState, str] = MappingProxyType(
    {
        ServiceState.UNKNOWN: "Onbekend",
        ServiceState.WAITING: "Wacht",
        ServiceState.ACTIVE: "Loopt",
        ServiceState.COMPLETED: "Afgerond",
        ServiceState.ABORTED: "Afgebroken",
    }
)
ORDER_WORDS: Mapping[OrderState, str] = MappingProxyType(
    {
        OrderState.UNKNOWN: "Onbekend",
        OrderState.ASSESSED: "Beoordeeld, niet opgelegd",
        OrderState.IMPOSED: "Opgelegd",
        OrderState.EXTENDED: "Verlengd",
        OrderState.EXPIRED: "Afgelopen",
        OrderState.WITHDRAWN: "Ingetrokken",
    }
)
MDA_WORDS: Mapping[MdaState, str] = MappingProxyType(
    {
        MdaState.UNKNOWN: "Onbekend",
        MdaState.PROPOSED: "Voorgesteld",
        MdaState.ACCEPTED: "Aanvaard",
        MdaState.ACTIVE: "Actief",
        MdaState.CLOSED: "Afgesloten",
        MdaState.DECLINED_BY_TEAM: "Afgewezen door het team",
        MdaState.DECLINED_BY_FAMILY: "Geweigerd door het gezin",
    }
)
IRREGULARITY_WORDS: Mapping[Irregularity, str] = MappingProxyType(
    {
        Irregularity.OPENED_AGAIN: "De zaak was al geopend.",
        Irregularity.OPENED_AFTER_END: "De zaak was al beëindigd en is niet heropend.",
        Irregularity.TRANSFERRED_IN_RUNNING: "De zaak liep hier al toen zij werd overgenomen.",
        Irregularity.REPORT_IN_ENDED_CASE: (
            "De zaak was al beëindigd; een nieuwe melding hoort in een nieuwe zaak."
        ),
        Irregularity.ASSESSMENT_WITHOUT_REPORT: (
            "Er is een beoordeling zonder dat de melding in deze zaak bekend is."
        ),
        Irregularity.ASSESSED_AGAIN: "De melding was al beoordeeld.",
        Irregularity.SERVICE_WITHOUT_DECISION: (
            "De dienst begon zonder beoordeling die daartoe besloot."
        ),
        Irregularity.SERVICE_REGISTERED_AGAIN: "De dienst was al geregistreerd.",
        Irregularity.SERVICE_NOT_REGISTERED: "De start van de dienst is niet bekend.",
        Irregularity.SERVICE_NOT_PICKED_UP: "De dienst is afgerond zonder te zijn opgepakt.",
        Irregularity.SERVICE_PICKED_UP_AGAIN: "De dienst was al opgepakt.",
        Irregularity.SERVICE_ENDED_BEFORE: "De dienst was al beëindigd.",
        Irregularity.HANDOVER_WITHOUT_ASSESSMENT: "Er is overgedragen zonder beoordeling.",
        Irregularity.FEEDBACK_WITHOUT_HANDOVER: (
            "De overdracht van deze terugkoppeling is niet bekend, of teruggenomen."
        ),
        Irregularity.FEEDBACK_BEFORE_HANDOVER: "De terugkoppeling is ouder dan de overdracht.",
        Irregularity.MONITORING_WITHOUT_HANDOVER: "De monitoring begon zonder overdracht.",
        Irregularity.MONITORING_NOT_STARTED: "De monitoring was niet begonnen.",
        Irregularity.MOMENT_OUTSIDE_MONITORING: "Het contactmoment valt buiten de monitoring.",
        Irregularity.CLOSED_WHILE_ASSESSING: "De zaak sloot voordat elke melding beoordeeld was.",
        Irregularity.CLOSED_WITH_SERVICE: "De zaak sloot terwijl een dienst nog liep of wachtte.",
        Irregularity.CLOSED_UNKNOWN_CASE: "Van de gesloten zaak is niets anders bekend.",
        Irregularity.CLOSED_AGAIN: "De zaak was al beëindigd.",
        Irregularity.REOPENED_WHILE_OPEN: "De zaak was niet gesloten toen zij heropend werd.",
        Irregularity.STEP_AFTER_END: "De zaak was al beëindigd toen dit gebeurde.",
        Irregularity.ORDER_NOT_IMPOSED: "Het huisverbod was niet opgelegd.",
        Irregularity.ORDER_IMPOSED_AGAIN: "Het huisverbod was al opgelegd.",
        Irregularity.ORDER_ENDED_BEFORE: "Het huisverbod was al geëindigd.",
        Irregularity.ORDER_TOO_LONG: "Het huisverbod duurt langer dan de wet toestaat.",
        Irregularity.MDA_STEP_SKIPPED: "Een eerdere stap van de MDA++-aanmelding is niet bekend.",
        Irregularity.MDA_STEP_BACK: "De MDA++-aanmelding was al verder.",
        Irregularity.MDA_ENDED_BEFORE: "De MDA++-aanmelding was al geëindigd.",
        Irregularity.STATUS_UNKNOWN: "De afzender noemt een stap die Radar niet kent.",
    }
)
