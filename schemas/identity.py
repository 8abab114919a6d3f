"""Names of things: who an event, a household, a person or a region is.

Every identifier that Radar computes is a UUIDv5 under one namespace, so that a rebuild, a second
worker and a partner who does the sum at home all find the same one (architecture.md §4).
"""

from __future__ import annotations

from typing import NewType
from uuid import NAMESPACE_DNS, UUID, uuid5

RegionCode = NewType("RegionCode", str)
EventId = NewType("EventId", str)
SourceUrn = NewType("SourceUrn", str)
Pid = NewType("Pid", str)
HouseholdId = NewType("HouseholdId", str)
PartnerId = NewType("PartnerId", str)

NAMESPACE = uuid5(NAMESPACE_DNS, "radar.veiligthuis.nl")


def derived_id(*parts: str) -> UUID:
    """Return the UUIDv5 of the parts joined by '|'; equal parts always give the equal id.

    Raises ValueError when a part itself holds '|', because two lists of parts could then meet.
    """
    if any("|" in part for part in parts):
        raise ValueError("a part of a derived id may not contain '|'")
    return uuid5(NAMESPACE, "|".join(parts))
