"""What an analyst decides on the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.enums import DecisionKind
from schemas.records.envelope import EventMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalystDecided:
    """A person's decision."""

    meta: EventMeta
    kind: DecisionKind
    finding_id: str | None = None
    household_ids: tuple[str, ...] = ()
    person_pids: tuple[str, ...] = ()
    valid_from: date | None = None
    reason_code: str
    decided_by: str
