"""What the senders of a soak say: made-up families, each with a child that every event names.

Because every event of a family names that child, all of them belong to one household whatever
their order; and no two families share anybody.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from schemas.examples import examples_of

REGIONS = ("noord", "oost", "zuid", "west")
PERSONS_PER_FAMILY = 3
EVENTS_PER_FAMILY = 6
FAMILIES_MIN = 60
LATE_SHARE = 0.02
# So many ids are also used by other sources: an id is its source's own, and nobody else's.
COMMON_ID_SHARE = 0.02
LATE_DAYS = (31, 400)
PREFIX = "nl.veiligthuis.radar."
ROLES = ("CHILD", "VICTIM", "SUSPECTED_PERPETRATOR")
BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@dataclass(slots=True, kw_only=True)
class Speaker:
    """One sender's mouth: a source, and a chance of its own drawn from the run's seed."""

    source: str
    draw: random.Random
    said: int = 0
    families: set[int] = field(default_factory=set)
    common_ids: Counter[str] = field(default_factory=Counter)

    def family(self) -> int:
        """Return a family to speak of; the number of families grows with what was said."""
        self.said += 1
        found = self.draw.randrange(max(FAMILIES_MIN, self.said // EVENTS_PER_FAMILY * 2))
        self.families.add(found)
        return found

    def report(self, record: str, family: int) -> dict[str, Any]:
        """Return a report about a family as a CloudEvent; now and then about long ago."""
        at = self._moment()
        day = at.date().isoformat()
        data: dict[str, Any] = {
            "occurredAt": stamp(at),
            "reportedOn": day,
            "incidentOn": day,
            "persons": self._persons(family),
        }
        if record == "police-report-submitted":
            data |= {"agendaRequested": False, "subjectsInformed": True}
        else:
            data |= {
                "channel": "GATEWAY_API",
                "reporterSector": "EDUCATION",
                "reporterRole": "15",
                "reporterKnownToSubjects": True,
            }
        return self.event(record, region_of(family), data, at)

    def registration(self, family: int) -> dict[str, Any]:
        """Return the registration of a report, which makes the family's case known."""
        at = self._moment()
        data = dict(_registered())
        data |= {
            "occurredAt": stamp(at),
            "receivedOn": at.date().isoformat(),
            "caseId": case_of(family),
            "reportId": f"M-{self.draw.getrandbits(48)}",
            "persons": self._persons(family),
        }
        return self.event("report-registered", region_of(family), data, at)

    def case_status(self, case: str, region: str) -> dict[str, Any]:
        """Return an event that says nothing but the number of a case."""
        now = datetime.now(UTC)
        data = {"caseId": case, "status": "OPENED", "statusOn": now.date().isoformat()}
        return self.event("case-status-changed", region, data, now)

    def event(self, record: str, region: str, data: dict[str, Any], at: datetime) -> dict[str, Any]:
        """Return a CloudEvent that nobody has sent before."""
        return {
            "specversion": "1.0",
            "id": self._id(region),
            "source": self.source,
            "type": f"{PREFIX}{record}.v1",
            "time": stamp(max(at, datetime.now(UTC) - timedelta(minutes=1))),
            "region": region,
            "data": data,
        }

    def _id(self, region: str) -> str:
        """Return an id that this source has not used; now and then one that others use as well."""
        draw = self.draw
        if draw.random() < COMMON_ID_SHARE:
            self.common_ids[region] += 1
            draw = random.Random(f"common id {self.common_ids[region]} of {region}")
        return str(UUID(int=draw.getrandbits(128), version=4))

    def _moment(self) -> datetime:
        days = self.draw.randint(*LATE_DAYS) if self.draw.random() < LATE_SHARE else 0
        return datetime.now(UTC) - timedelta(days=days, minutes=self.draw.randint(1, 30))

    def _persons(self, family: int) -> list[dict[str, Any]]:
        """Return the family's child and some of the others."""
        others = [n for n in range(1, PERSONS_PER_FAMILY) if self.draw.random() < 0.5]
        return [
            {"ref": ref, "role": ROLES[number], "bsn": bsns()[family * PERSONS_PER_FAMILY + number]}
            for ref, number in enumerate([0, *others])
        ]


def region_of(family: int) -> str:
    """Return the region where a family lives."""
    return REGIONS[family % len(REGIONS)]


def case_of(family: int) -> str:
    """Return the number of a family's one case."""
    return f"Z-SOAK-{family}"


def stamp(at: datetime) -> str:
    """Return a moment as senders write it."""
    return at.isoformat(timespec="milliseconds")


def otherwise(document: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the same id with another content."""
    return document | {"data": document["data"] | {"sourceRef": f"anders-{number}"}}


@cache
def bsns() -> tuple[str, ...]:
    """Return every number of the test range 999… that passes the 11-test."""
    return tuple(_bsns())


def _bsns() -> Iterator[str]:
    for candidate in range(999_000_000, 1_000_000_000):
        digits = map(int, str(candidate))
        if sum(w * d for w, d in zip(BSN_WEIGHTS, digits, strict=True)) % 11 == 0:
            yield str(candidate)


@cache
def _registered() -> dict[str, Any]:
    example = next(iter(examples_of("ReportRegistered").values()))["data"]
    gone = ("sourceRef", "signalSource", "signalSourceRef", "persons")
    return {name: value for name, value in example.items() if name not in gone}
