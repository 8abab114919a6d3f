"""The closed lists of the contract, symbol for symbol as in the `.avsc` files.

UNKNOWN comes first in each: it is the Avro default, so that an older reader survives a symbol that
it does not know. Dutch labels: `code_lists.toml`. The lists of our own logs: `log_enums.py`.
"""

from __future__ import annotations

from enum import StrEnum


class PersonRole(StrEnum):
    """Part that a person plays in this event."""

    UNKNOWN = "UNKNOWN"
    SUSPECTED_PERPETRATOR = "SUSPECTED_PERPETRATOR"
    VICTIM = "VICTIM"
    CHILD = "CHILD"
    OTHER_HOUSEHOLD_MEMBER = "OTHER_HOUSEHOLD_MEMBER"
    EX_PARTNER = "EX_PARTNER"
    WITNESS = "WITNESS"


class AgeClass(StrEnum):
    """Age on the event's own day."""

    UNKNOWN = "UNKNOWN"
    UNBORN = "UNBORN"
    UNDER_2 = "UNDER_2"
    AGE_2_11 = "AGE_2_11"
    AGE_12_17 = "AGE_12_17"
    ADULT = "ADULT"
    ADULT_65_PLUS = "ADULT_65_PLUS"


class RelationKind(StrEnum):
    """What the other person is to this one."""

    UNKNOWN = "UNKNOWN"
    PARENT = "PARENT"
    CHILD = "CHILD"
    PARTNER = "PARTNER"
    EX_PARTNER = "EX_PARTNER"
    SIBLING = "SIBLING"
    GUARDIAN = "GUARDIAN"
    UNBORN_CHILD = "UNBORN_CHILD"
    OTHER = "OTHER"


class AddressKind(StrEnum):
    """Kind of address."""

    UNKNOWN = "UNKNOWN"
    REGISTERED = "REGISTERED"
    ACTUAL = "ACTUAL"
    INSTITUTION = "INSTITUTION"
    SHELTER = "SHELTER"


class CorrectionKind(StrEnum):
    """What a correction does to its target."""

    UNKNOWN = "UNKNOWN"
    RETRACTED = "RETRACTED"
    REPLACED = "REPLACED"
    DUPLICATE_OF = "DUPLICATE_OF"


class Channel(StrEnum):
    """How a report or question came in."""

    UNKNOWN = "UNKNOWN"
    CORV = "CORV"
    PHONE = "PHONE"
    CHAT = "CHAT"
    WEBFORM = "WEBFORM"
    EMAIL = "EMAIL"
    IN_PERSON = "IN_PERSON"
    GATEWAY_API = "GATEWAY_API"


class ReporterSector(StrEnum):
    """Professional group of the reporter or advice seeker."""

    UNKNOWN = "UNKNOWN"
    JUSTICE_AND_SAFETY = "JUSTICE_AND_SAFETY"
    MEDICAL = "MEDICAL"
    NON_PROFESSIONAL = "NON_PROFESSIONAL"
    SOCIAL_AND_PSYCHOLOGICAL = "SOCIAL_AND_PSYCHOLOGICAL"
    EDUCATION = "EDUCATION"
    OTHER_PROFESSIONAL = "OTHER_PROFESSIONAL"
    CHILDCARE = "CHILDCARE"
    PARAMEDICAL = "PARAMEDICAL"


class ViolenceNature(StrEnum):
    """Nature of the violence, as the publications count it."""

    UNKNOWN = "UNKNOWN"
    CHILD_ABUSE = "CHILD_ABUSE"
    EX_PARTNER_VIOLENCE = "EX_PARTNER_VIOLENCE"
    OTHER_PROBLEMS = "OTHER_PROBLEMS"
    OTHER_DOMESTIC_VIOLENCE = "OTHER_DOMESTIC_VIOLENCE"
    ELDER_ABUSE = "ELDER_ABUSE"
    PARENT_ABUSE = "PARENT_ABUSE"


class DecisionKind(StrEnum):
    """What an analyst decided."""

    UNKNOWN = "UNKNOWN"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    DISMISS = "DISMISS"
    MERGE = "MERGE"
    SPLIT = "SPLIT"
    CONFIRM_LINK = "CONFIRM_LINK"
    REFUSE_LINK = "REFUSE_LINK"


class CaseStatus(StrEnum):
    """State of a case."""

    UNKNOWN = "UNKNOWN"
    OPENED = "OPENED"
    MONITORING_STARTED = "MONITORING_STARTED"
    MONITORING_ENDED = "MONITORING_ENDED"
    CLOSED = "CLOSED"
    REOPENED = "REOPENED"


class Direction(StrEnum):
    """Direction of a transfer, seen from this region."""

    UNKNOWN = "UNKNOWN"
    IN = "IN"
    OUT = "OUT"


class ProtectionStatus(StrEnum):
    """How far the Child Protection Board is."""

    UNKNOWN = "UNKNOWN"
    REQUEST_RECEIVED = "REQUEST_RECEIVED"
    INVESTIGATION_STARTED = "INVESTIGATION_STARTED"
    INVESTIGATION_REFUSED = "INVESTIGATION_REFUSED"
    INVESTIGATION_CLOSED = "INVESTIGATION_CLOSED"
    MEASURE_ORDERED = "MEASURE_ORDERED"
    MEASURE_ENDED = "MEASURE_ENDED"


class ClockMode(StrEnum):
    """SYSTEM: the hub's clock. REPLAY: the last day that began in the journal."""

    UNKNOWN = "UNKNOWN"
    SYSTEM = "SYSTEM"
    REPLAY = "REPLAY"


class Party(StrEnum):
    """Whom was told, or contacted."""

    UNKNOWN = "UNKNOWN"
    REPORTER = "REPORTER"
    SUBJECT = "SUBJECT"
    PARENT_OF_SUBJECT = "PARENT_OF_SUBJECT"


class CheckSource(StrEnum):
    """Who answered the check: A, B, C or the police."""

    UNKNOWN = "UNKNOWN"
    OWN_REPORTS = "OWN_REPORTS"
    OTHER_VT = "OTHER_VT"
    CHILD_PROTECTION_BOARD = "CHILD_PROTECTION_BOARD"
    POLICE = "POLICE"


class HandoverTo(StrEnum):
    """Kind of receiver of a handover."""

    UNKNOWN = "UNKNOWN"
    LOCAL_TEAM = "LOCAL_TEAM"
    INVOLVED_PROFESSIONAL = "INVOLVED_PROFESSIONAL"
    CLIENT_NETWORK = "CLIENT_NETWORK"
    CHILD_PROTECTION_BOARD = "CHILD_PROTECTION_BOARD"
    CERTIFIED_INSTITUTION = "CERTIFIED_INSTITUTION"
    MDA = "MDA"
    OTHER_VT = "OTHER_VT"
    OTHER = "OTHER"


class HandoverStatus(StrEnum):
    """What the local team did with a handover."""

    UNKNOWN = "UNKNOWN"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    CONTACT_MADE = "CONTACT_MADE"
    NO_CONTACT = "NO_CONTACT"
    HELP_STARTED = "HELP_STARTED"
    HELP_ENDED = "HELP_ENDED"
    RETURNED_UNSAFE = "RETURNED_UNSAFE"


class MdaStatus(StrEnum):
    """State of an MDA++ registration."""

    UNKNOWN = "UNKNOWN"
    PROPOSED = "PROPOSED"
    ACCEPTED = "ACCEPTED"
    DECLINED_BY_TEAM = "DECLINED_BY_TEAM"
    DECLINED_BY_FAMILY = "DECLINED_BY_FAMILY"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class MonitoringStatus(StrEnum):
    """State of a monitoring moment."""

    UNKNOWN = "UNKNOWN"
    PLANNED = "PLANNED"
    HELD = "HELD"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


class InformContent(StrEnum):
    """What a party was told."""

    UNKNOWN = "UNKNOWN"
    ASSESSMENT_RESULT = "ASSESSMENT_RESULT"
    DATA_RECORDED = "DATA_RECORDED"
    SERVICE_RESULT = "SERVICE_RESULT"


class RedFlag(StrEnum):
    """A circumstance that points to grave or growing danger."""

    UNKNOWN = "UNKNOWN"
    STRANGULATION = "STRANGULATION"
    STALKING = "STALKING"
    COERCIVE_CONTROL = "COERCIVE_CONTROL"
    DEATH_THREAT = "DEATH_THREAT"
    WEAPON_PRESENT = "WEAPON_PRESENT"
    WEAPON_USED = "WEAPON_USED"
    SEXUAL_VIOLENCE = "SEXUAL_VIOLENCE"
    VIOLENCE_IN_PREGNANCY = "VIOLENCE_IN_PREGNANCY"
    RECENT_SEPARATION = "RECENT_SEPARATION"
    SUICIDE_THREAT_PERPETRATOR = "SUICIDE_THREAT_PERPETRATOR"
    EXTREME_JEALOUSY = "EXTREME_JEALOUSY"
    ESCALATING_SEVERITY = "ESCALATING_SEVERITY"
    ESCALATING_FREQUENCY = "ESCALATING_FREQUENCY"
    CHILD_WITNESS = "CHILD_WITNESS"
    CHILD_INJURED = "CHILD_INJURED"
    VICTIM_FEARS_FUTURE_VIOLENCE = "VICTIM_FEARS_FUTURE_VIOLENCE"
    BAN_VIOLATED = "BAN_VIOLATED"
    HONOUR_RELATED = "HONOUR_RELATED"
    ANIMAL_CRUELTY = "ANIMAL_CRUELTY"
    SUBSTANCE_ABUSE = "SUBSTANCE_ABUSE"


class SashLevel(StrEnum):
    """Outcome of the police's screening for stalking."""

    UNKNOWN = "UNKNOWN"
    LOW = "LOW"
    MODERATE = "MODERATE"
    HIGH = "HIGH"


class ViolenceForm(StrEnum):
    """Form of the violence, as the publications count it."""

    UNKNOWN = "UNKNOWN"
    EMOTIONAL_ABUSE = "EMOTIONAL_ABUSE"
    PHYSICAL_ABUSE = "PHYSICAL_ABUSE"
    WITNESS_OF_VIOLENCE = "WITNESS_OF_VIOLENCE"
    EMOTIONAL_NEGLECT = "EMOTIONAL_NEGLECT"
    OTHER_PROBLEMS = "OTHER_PROBLEMS"
    PHYSICAL_ABUSE_OTHER = "PHYSICAL_ABUSE_OTHER"
    PHYSICAL_NEGLECT = "PHYSICAL_NEGLECT"
    SEXUAL_ABUSE = "SEXUAL_ABUSE"
    STALKING = "STALKING"
    OTHER_CHILD_ABUSE = "OTHER_CHILD_ABUSE"
    FINANCIAL_EXPLOITATION = "FINANCIAL_EXPLOITATION"
    OTHER_EX_PARTNER_VIOLENCE = "OTHER_EX_PARTNER_VIOLENCE"
    OTHER_DOMESTIC_VIOLENCE_FORM = "OTHER_DOMESTIC_VIOLENCE_FORM"
    OTHER_PARENT_ABUSE = "OTHER_PARENT_ABUSE"
    SHAKEN_BABY = "SHAKEN_BABY"
    PEDIATRIC_CONDITION_FALSIFICATION = "PEDIATRIC_CONDITION_FALSIFICATION"
    OTHER_ELDER_ABUSE = "OTHER_ELDER_ABUSE"


class RepeatKind(StrEnum):
    """Earlier involvement of Veilig Thuis (CBS 85361NED)."""

    UNKNOWN = "UNKNOWN"
    FIRST = "FIRST"
    REPEAT_SEVERAL_KNOWN = "REPEAT_SEVERAL_KNOWN"
    REPEAT_ONE_KNOWN = "REPEAT_ONE_KNOWN"
    DURING_ASSESSMENT = "DURING_ASSESSMENT"
    AFTER_ASSESSMENT = "AFTER_ASSESSMENT"
    DURING_MONITORING = "DURING_MONITORING"
    UNCLASSIFIED = "UNCLASSIFIED"


class OrderStatus(StrEnum):
    """State of a temporary restraining order."""

    UNKNOWN = "UNKNOWN"
    ASSESSED_NOT_IMPOSED = "ASSESSED_NOT_IMPOSED"
    IMPOSED = "IMPOSED"
    EXTENDED = "EXTENDED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    VIOLATED = "VIOLATED"


class AssessmentOutcome(StrEnum):
    """Decision after the safety assessment."""

    UNKNOWN = "UNKNOWN"
    NO_FOLLOW_UP = "NO_FOLLOW_UP"
    HANDOVER_PROFESSIONAL = "HANDOVER_PROFESSIONAL"
    HANDOVER_CLIENT_NETWORK = "HANDOVER_CLIENT_NETWORK"
    CONDITIONS_AND_FOLLOW_UP = "CONDITIONS_AND_FOLLOW_UP"
    INVESTIGATION = "INVESTIGATION"
    REQUEST_TO_CHILD_PROTECTION_BOARD = "REQUEST_TO_CHILD_PROTECTION_BOARD"
    CONVERTED_TO_ADVICE = "CONVERTED_TO_ADVICE"
    TRANSFERRED_TO_OTHER_VT = "TRANSFERRED_TO_OTHER_VT"
    NOT_ADMISSIBLE = "NOT_ADMISSIBLE"
    MISADDRESSED = "MISADDRESSED"
    REGIONAL_CUSTOM = "REGIONAL_CUSTOM"


class Service(StrEnum):
    """What Veilig Thuis itself does after the assessment."""

    UNKNOWN = "UNKNOWN"
    CONDITIONS_AND_FOLLOW_UP = "CONDITIONS_AND_FOLLOW_UP"
    INVESTIGATION = "INVESTIGATION"


class ServiceStatus(StrEnum):
    """State of a service; REGISTERED counts as started."""

    UNKNOWN = "UNKNOWN"
    REGISTERED = "REGISTERED"
    PICKED_UP = "PICKED_UP"
    COMPLETED = "COMPLETED"
    ABORTED = "ABORTED"


class ErasureGround(StrEnum):
    """Why a subject was erased."""

    UNKNOWN = "UNKNOWN"
    RETENTION_END = "RETENTION_END"
    REQUEST_GRANTED = "REQUEST_GRANTED"
    REPORT_REFUTED = "REPORT_REFUTED"


class RearrangementKind(StrEnum):
    """Why events came to belong to another household."""

    UNKNOWN = "UNKNOWN"
    MERGED = "MERGED"
    SPLIT = "SPLIT"
    MERGE_UNDONE = "MERGE_UNDONE"
    SPLIT_UNDONE = "SPLIT_UNDONE"
    CORRECTED = "CORRECTED"
