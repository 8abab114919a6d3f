"""The records as typed, frozen dataclasses; a test holds them equal to the `.avsc` files.

For code that builds or reads single events. Hot paths use the plain dicts that the codec gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from schemas.records.advice import AdviceCorrected, AdviceGiven
from schemas.records.analyst import AnalystDecided
from schemas.records.case_system import (
    CaseStatusChanged,
    CaseTransferred,
    ContactRecorded,
    HandoverSent,
    MonitoringMomentRecorded,
    PartyInformed,
    ReportRegistered,
    SafetyAssessmentCompleted,
    ServiceStatusChanged,
)
from schemas.records.envelope import (
    AddressMention,
    AdviceMeta,
    EventMeta,
    EvidenceRef,
    PersonMention,
    Relation,
)
from schemas.records.hub import (
    ClockSwitched,
    ClockTicked,
    DiscardRequested,
    EventMove,
    HouseholdsRearranged,
    PersonSeenElsewhere,
    RedriveRequested,
    RegionOpened,
    RulesActivated,
    SubjectErased,
)
from schemas.records.logs import (
    AdviceRow,
    FindingEvent,
    HouseholdLink,
    JournalAddress,
    JournalDecision,
    JournalPerson,
    JournalReference,
    JournalRow,
)
from schemas.records.partners import (
    AddressChanged,
    ChildProtectionNotified,
    EventCorrected,
    FamiliarityCheckAnswered,
    LocalTeamFeedbackGiven,
    MdaRegistrationChanged,
    RestrainingOrderChanged,
)
from schemas.records.shape import from_fields, to_fields
from schemas.records.signals import PoliceReportSubmitted, ReportSubmitted

__all__ = [
    "RECORD_CLASSES",
    "AddressChanged",
    "AddressMention",
    "AdviceCorrected",
    "AdviceGiven",
    "AdviceMeta",
    "AdviceRow",
    "AnalystDecided",
    "CaseStatusChanged",
    "CaseTransferred",
    "ChildProtectionNotified",
    "ClockSwitched",
    "ClockTicked",
    "ContactRecorded",
    "DiscardRequested",
    "EventCorrected",
    "EventMeta",
    "EventMove",
    "EvidenceRef",
    "FamiliarityCheckAnswered",
    "FindingEvent",
    "HandoverSent",
    "HouseholdLink",
    "HouseholdsRearranged",
    "JournalAddress",
    "JournalDecision",
    "JournalPerson",
    "JournalReference",
    "JournalRow",
    "LocalTeamFeedbackGiven",
    "MdaRegistrationChanged",
    "MonitoringMomentRecorded",
    "PartyInformed",
    "PersonMention",
    "PersonSeenElsewhere",
    "PoliceReportSubmitted",
    "RedriveRequested",
    "RegionOpened",
    "Relation",
    "ReportRegistered",
    "ReportSubmitted",
    "RestrainingOrderChanged",
    "RulesActivated",
    "SafetyAssessmentCompleted",
    "ServiceStatusChanged",
    "SubjectErased",
    "from_record",
    "to_record",
]

_CLASSES: tuple[type[Any], ...] = (
    PoliceReportSubmitted,
    ReportSubmitted,
    ReportRegistered,
    SafetyAssessmentCompleted,
    ServiceStatusChanged,
    HandoverSent,
    MonitoringMomentRecorded,
    PartyInformed,
    CaseStatusChanged,
    ContactRecorded,
    CaseTransferred,
    FamiliarityCheckAnswered,
    ChildProtectionNotified,
    LocalTeamFeedbackGiven,
    MdaRegistrationChanged,
    RestrainingOrderChanged,
    AddressChanged,
    EventCorrected,
    AnalystDecided,
    RegionOpened,
    ClockTicked,
    ClockSwitched,
    RulesActivated,
    SubjectErased,
    RedriveRequested,
    DiscardRequested,
    PersonSeenElsewhere,
    HouseholdsRearranged,
    AdviceGiven,
    AdviceCorrected,
    JournalRow,
    AdviceRow,
    FindingEvent,
)
RECORD_CLASSES: Mapping[str, type[Any]] = MappingProxyType(
    {record_class.__name__: record_class for record_class in _CLASSES}
)


def to_record(event: object) -> dict[str, Any]:
    """Return the record as the codec takes it: plain dicts, lists and symbols."""
    return to_fields(event)


def from_record(record_name: str, record: Mapping[str, Any]) -> Any:
    """Return the dataclass of a decoded record.

    Raises KeyError for an unknown record or a missing field, ValueError for an unknown symbol.
    """
    return from_fields(RECORD_CLASSES[record_name], record)
