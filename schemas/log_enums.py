"""The closed lists of the hub's own log records: journal, advice log, finding log."""

from __future__ import annotations

from enum import StrEnum


class FindingEventKind(StrEnum):
    """What happened to a finding."""

    UNKNOWN = "UNKNOWN"
    RAISED = "RAISED"
    RENEWED = "RENEWED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DISMISSED = "DISMISSED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


class FindingLevel(StrEnum):
    """How grave a finding is, rising."""

    UNKNOWN = "UNKNOWN"
    INFO = "INFO"
    ATTENTION = "ATTENTION"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class LinkReason(StrEnum):
    """Why an event belongs to a household."""

    UNKNOWN = "UNKNOWN"
    FOUNDED = "FOUNDED"
    REFERENCE = "REFERENCE"
    PERSON = "PERSON"
    PENDING_RESOLVED = "PENDING_RESOLVED"
    DECISION = "DECISION"
    CORRECTION = "CORRECTION"
    HUB = "HUB"


class Certainty(StrEnum):
    """How sure the hub is of who somebody is."""

    UNKNOWN = "UNKNOWN"
    CERTAIN = "CERTAIN"
    TO_CHECK = "TO_CHECK"


class JournalDecisionKind(StrEnum):
    """What admission decided."""

    UNKNOWN = "UNKNOWN"
    MERGED = "MERGED"
    SPLIT = "SPLIT"
    MOVED = "MOVED"
    LINK_CONFIRMED = "LINK_CONFIRMED"
    LINK_REFUSED = "LINK_REFUSED"
    SENT_TO_REVIEW = "SENT_TO_REVIEW"
    UNDONE = "UNDONE"
    TARGET_VOIDED = "TARGET_VOIDED"
    TARGET_REVIVED = "TARGET_REVIVED"
