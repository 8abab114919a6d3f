"""Reads one offered event: what is wrong with it, whether its sender may say it, when it is from.

Nothing here is stored or sent; persons stand in clear in an `Offer` only, in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connectors.gateway.bodies import Offered
from schemas.cloud_events import parse_event
from schemas.events import EVERY_INBOUND_TOPIC, EventType, by_ce_type
from schemas.field_rules import time_flags
from schemas.identity import derived_id
from schemas.json_mapping import ParsedEvent
from schemas.json_values import json_pointer
from schemas.problem_codes import DataError, InvalidEventError, Violation
from schemas.sealing import info_of

if TYPE_CHECKING:
    from connectors.partners import Principal
    from schemas.regions import Regions

UNKNOWN_TYPE = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One event that was read without a mistake; `pointer` is its place in the body."""

    pointer: str
    event: ParsedEvent

    @property
    def event_type(self) -> EventType:
        """Return what kind of event it is."""
        return self.event.event_type

    @property
    def meta(self) -> Mapping[str, Any]:
        """Return its envelope."""
        meta: Mapping[str, Any] = self.event.record["meta"]
        return meta

    @property
    def receipt_id(self) -> UUID:
        """Return the receipt's id: whoever knows the event's identity can compute it."""
        return derived_id(self.meta["region"], self.meta["source"], self.meta["event_id"])

    @property
    def info(self) -> str:
        """Return what binds the sealed block to this event."""
        return info_of(self.meta["region"], self.meta["source"], self.meta["event_id"])

    def __repr__(self) -> str:
        """Show the kind of event only: persons stand in clear here."""
        return f"Offer({self.event_type.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading one offered event: an offer, or what is wrong with it."""

    offer: Offer | None
    denials: tuple[Violation, ...]
    faults: tuple[Violation, ...]


def read_offer(offered: Offered, principal: Principal, regions: Regions) -> Reading:
    """Return the offer, or every reason against it.

    `denials` are what this sender may not say, `faults` what nobody may; times are not looked at.
    """
    offer: Offer | None = None
    faults: list[Violation] = []
    try:
        event = parse_event(offered.document)
    except InvalidEventError as invalid:
        faults += invalid.violations
    else:
        offer = Offer(pointer=offered.pointer, event=event)
        if offer.meta["region"] not in regions:
            faults.append(Violation(pointer="/region", code="domain.region"))
    wrong = {fault.pointer for fault in faults}
    denials = [d for d in _denials(offered.document, principal) if d.pointer not in wrong]
    return Reading(
        offer=None if denials or faults else offer,
        denials=tuple(_placed(offered.pointer, denial) for denial in denials),
        faults=tuple(_placed(offered.pointer, fault) for fault in faults),
    )


def time_fault(offer: Offer, horizon: datetime) -> Violation | None:
    """Return what is wrong with the event's times, given the instant that counts as now."""
    try:
        time_flags(offer.event_type.name, offer.event.record, horizon)
    except DataError as error:
        pointer = json_pointer(error.pointer or "/meta")
        return Violation(pointer=offer.pointer + pointer, code=error.code)
    return None


def type_label(document: Any) -> str:
    """Return the event type's name for metrics, from a closed list."""
    ce_type = document.get("type") if isinstance(document, dict) else None
    event_type = by_ce_type(ce_type) if isinstance(ce_type, str) else None
    return UNKNOWN_TYPE if event_type is None else event_type.name


def _denials(document: Any, principal: Principal) -> list[Violation]:
    """Return what the sender may not say, as far as the attributes can be read at all."""
    if not isinstance(document, dict):
        return []
    source, region, ce_type = (document.get(name) for name in ("source", "region", "type"))
    denials = []
    if isinstance(source, str) and source not in principal.sources:
        denials.append(Violation(pointer="/source", code="authz.source"))
    if isinstance(region, str) and region not in principal.regions:
        denials.append(Violation(pointer="/region", code="authz.region"))
    event_type = by_ce_type(ce_type) if isinstance(ce_type, str) else None
    topic = EVERY_INBOUND_TOPIC if event_type is None else event_type.topic
    if topic != EVERY_INBOUND_TOPIC and topic not in principal.topics:
        denials.append(Violation(pointer="/type", code="authz.event"))
    return denials


def _placed(pointer: str, violation: Violation) -> Violation:
    return Violation(pointer=pointer + violation.pointer, code=violation.code)
