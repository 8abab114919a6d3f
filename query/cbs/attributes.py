"""What the facts can feed into a field: the attributes of each kind of record, by name.

The layout may name these and no others, so that a layout which asks more than the facts have is
refused when it is read, not when a delivery is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Attribute: TypeAlias = str | date | tuple[str, ...] | None
Attributes: TypeAlias = Mapping[str, Attribute]

ADVICE, REPORT, INVESTIGATION = "advice", "report", "investigation"

_REPORTED = ("report.reasons", "report.nature", "report.forms", "report.received_on")
KNOWN: Mapping[str, frozenset[str]] = {
    ADVICE: frozenset(
        {
            "delivery.organisation",
            "advice.id",
            "advice.given_on",
            "advice.reasons",
            "advice.nature",
            "advice.seeker_role",
        }
    ),
    REPORT: frozenset(
        {
            "delivery.organisation",
            "report.id",
            "report.reporter_role",
            "followup.kind",
            "followup.investigation_id",
            "followup.started_on",
            "followup.ended_on",
            *_REPORTED,
        }
    ),
    INVESTIGATION: frozenset(
        {
            "delivery.organisation",
            "investigation.id",
            "investigation.started_on",
            "investigation.ended_on",
            "investigation.results",
            "investigation.confirmed_forms",
            "investigation.handover_codes",
            "investigation.handover_kinds",
            *_REPORTED,
        }
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may become a record.

    `outside` says why it does not: one of `records.OUTSIDE`; None, and it does. `counted`: whether
    the report's own figure over the same months counts it.
    """

    attributes: Attributes
    outside: str | None
    counted: bool
