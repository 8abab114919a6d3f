"""Parked households for operators: who waits, and asking for them to be taken up again.

Asking is the hub's own event, as for dead letters: admission journals it, and the stage that reads
that row applies what waits, or counts one attempt more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from hub.dead_letters import (
    ANSWER_SECONDS_MAX,
    POLL_SECONDS,
    Connection,
    Publish,
    publish_request,
    wait_for_admission,
)
from schemas.field_rules import ITEMS_MAX
from streams.admission.repairs import REDRIVE_REQUESTED
from streams.engine.errors import TransientError
from streams.engine.named_queries import load_queries
from streams.engine.wire import HUB_SOURCE

QUERIES = load_queries("hub", "parked.sql")
HOUSEHOLDS_MAX = 10_000
"""One command handles no more; a stage of a region stops long before it has parked so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedHousehold:
    """A household whose rows of one log wait in one stage, from `position` on."""

    id: UUID
    stage: str
    region: str
    log: str
    household_id: str
    position: int
    code: str
    place: str
    attempts: int
    parked_at: datetime
    tried_at: datetime

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        times = {"parked_at": self.parked_at.isoformat(), "tried_at": self.tried_at.isoformat()}
        return {**asdict(self), "id": str(self.id), **times}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to look for; None is any."""

    ids: Sequence[UUID] | None = None
    stage: str | None = None
    region: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """The request that parked households be taken up again."""

    reason: str
    actor: str
    record_name: str = REDRIVE_REQUESTED


def find(connection: Connection, wanted: Wanted) -> Sequence[ParkedHousehold]:
    """Return who waits, per region and stage in the order in which they were parked."""
    ids = None if wanted.ids is None else list(wanted.ids)
    asked = {**asdict(wanted), "ids": ids, "households_max": HOUSEHOLDS_MAX}
    with connection.cursor(row_factory=class_row(ParkedHousehold)) as cursor:
        return cursor.execute(QUERIES["parked"], asked).fetchall()


def ask(
    connection: Connection, publish: Publish, parked: Sequence[ParkedHousehold], redrive: Redrive
) -> frozenset[UUID]:
    """Ask for these households, wait for their stages, return the ids of who waits no longer.

    Asking again does no harm: who was taken up already stays so.  Raises TransientError when
    admission or a stage does not answer; it carries the request out once it runs.
    """
    by_region: dict[str, list[UUID]] = {}
    for each in parked:
        by_region.setdefault(each.region, []).append(each.id)
    asked = []
    for region, ids in by_region.items():
        for first in range(0, len(ids), ITEMS_MAX):
            part = ids[first : first + ITEMS_MAX]
            texts = [str(one) for one in part]
            asked.append((region, publish_request(publish, region, texts, redrive), part))
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    for region, event_id, part in asked:
        wait_for_admission(connection, region, event_id, deadline)
        _wait_for_stages(connection, event_id, part, deadline)
    done = {"ids": [each.id for each in parked]}
    return frozenset(one for (one,) in connection.execute(QUERIES["redriven"], done).fetchall())


def _wait_for_stages(
    connection: Connection, event_id: str, ids: Sequence[UUID], deadline: float
) -> None:
    said = {"source": HUB_SOURCE, "event_id": event_id, "ids": list(ids)}
    while behind := connection.execute(QUERIES["stages_behind"], said).fetchall():
        if time.monotonic() > deadline:
            names = ", ".join(name for (name,) in behind)
            raise TransientError(
                f"{names} has not carried it out in {ANSWER_SECONDS_MAX:.0f} s; "
                "it will once it runs, see: radar doctor"
            )
        time.sleep(POLL_SECONDS)
