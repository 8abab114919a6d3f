"""Dead letters for operators: find them, look into one, ask for them to be tried again or dropped.

Asking is an event of the hub, as it will be from a page: admission carries it out in the
transaction that journals it.  Reading needs the database only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import psycopg
import structlog
from psycopg.rows import class_row, dict_row

from schemas.codec import EVENT_BYTES_MAX
from schemas.field_rules import ITEMS_MAX
from streams.admission.advice import AdviceStage
from streams.admission.repairs import DISCARD_REQUESTED, REDRIVE_REQUESTED
from streams.admission.stage import AdmissionStage
from streams.engine import dead_letters
from streams.engine.errors import StopError, TransientError
from streams.engine.ledger import Outcome
from streams.engine.named_queries import load_queries
from streams.engine.wire import HUB_SOURCE

logger = structlog.get_logger()

QUERIES = load_queries("hub", "dead_letters.sql")
LETTERS_MAX = 10_000
"""One command handles no more: they pass through memory, and 50 requests of 200 are asked."""
ANSWER_SECONDS_MAX = 30.0
POLL_SECONDS = 0.05
STATUSES = ("open", "redriven", "discarded")
STEP_OF = {REDRIVE_REQUESTED: "redriven", DISCARD_REQUESTED: "discarded"}

Publish = Callable[[str, Mapping[str, Any]], None]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One dead letter as it may be shown: its bytes stay under lock."""

    id: UUID
    region: str
    stage: str
    topic: str
    offset: int
    code: str
    status: str
    attempts: int
    first_seen: datetime
    last_seen: datetime | None
    size_bytes: int | None
    sha256: str
    headers: Mapping[str, str]
    has_bytes: bool
    source: str | None
    event_id: str | None

    @property
    def obstacle(self) -> str | None:
        """Return why it cannot be tried again, or None when it can."""
        if self.status != "open":
            return f"it is {self.status}"
        if self.stage == AdviceStage.name:
            return "of a refused advice only a hash is kept; it can be discarded, never redriven"
        if self.stage != AdmissionStage.name:
            return "it did not come from an inbound topic"
        if not self.has_bytes:
            return "a tombstone: there are no bytes to put back"
        if (self.size_bytes or 0) > EVENT_BYTES_MAX:
            return "it is larger than an event may be and would be refused again"
        return None

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        times = {"first_seen": self.first_seen, "last_seen": self.last_seen}
        told = {name: at.isoformat() if at else None for name, at in times.items()}
        return {**asdict(self), "id": str(self.id), **told, "redrivable": self.obstacle is None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which letters; None is any."""

    ids: Sequence[UUID] | None = None
    code: str | None = None
    topic: str | None = None
    region: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What is asked of which letters; they are carried out in this order."""

    record_name: str
    letters: Sequence[Letter]
    reason: str
    actor: str


def find(connection: Connection, wanted: Wanted) -> Sequence[Letter]:
    """Return the letters per region, oldest first, and no more than LETTERS_MAX."""
    ids = None if wanted.ids is None else list(wanted.ids)
    said = {**asdict(wanted), "ids": ids, "letters_max": LETTERS_MAX}
    with connection.cursor(row_factory=class_row(Letter)) as cursor:
        return cursor.execute(QUERIES["letters"], said).fetchall()


def history(connection: Connection, letter: Letter) -> Sequence[Mapping[str, object]]:
    """Return what happened to a letter: refusals, and what people did with it, in order."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["steps"], {"id": letter.id}).fetchall()
    return [{**row, "at": row["at"].isoformat()} for row in rows]


def left_behind(chosen: Collection[Letter], still_open: Collection[Letter]) -> int:
    """Count the open letters that came before a chosen one of the same sender and are not chosen.

    Trying the later one first changes the order in which the sender said things.
    """
    latest: dict[tuple[str, str], datetime] = {}
    for letter in chosen:
        if letter.source is not None:
            at = (letter.region, letter.source)
            latest[at] = max(letter.first_seen, latest.get(at, letter.first_seen))
    ids = {letter.id for letter in chosen}
    return sum(
        letter.first_seen < latest[letter.region, letter.source]
        for letter in still_open
        if letter.id not in ids
        and letter.source is not None
        and (letter.region, letter.source) in latest
    )


def reveal(
    connection: Connection, key: bytes, letter: Letter, *, to: Path, reason: str, actor: str
) -> None:
    """Write a letter's original bytes to a new file that its owner alone can read.

    Who did it and why is stored and logged before a byte is written.  Raises StopError when no
    bytes are kept or the file exists.
    """
    if not letter.has_bytes:
        raise StopError("of this letter no bytes are kept: there is nothing to reveal")
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise StopError("the file for the bytes exists or cannot be made") from error
    with os.fdopen(descriptor, "wb") as file:
        with connection.transaction():
            value = dead_letters.reveal(connection, key, letter.id, reason=reason, actor=actor)
        if value is None:
            to.unlink()
            raise StopError("the letter was discarded just now: there is nothing to reveal")
        logger.info("dead_letter_revealed", letter=str(letter.id), reason=reason, actor=actor)
        file.write(value)


def ask(connection: Connection, publish: Publish, repair: Repair) -> frozenset[UUID]:
    """Ask for a repair, wait until admission has carried it out, return the letters it concerned.

    A letter that is no longer open stays as it is, so asking again does no harm.  Raises
    TransientError when admission does not answer: it carries the request out once it runs.
    """
    ((since,),) = connection.execute(QUERIES["last_step"]).fetchall()
    by_region: dict[str, list[Letter]] = {}
    for letter in repair.letters:
        by_region.setdefault(letter.region, []).append(letter)
    asked = [
        (region, publish_request(publish, region, _ids(letters[first : first + ITEMS_MAX]), repair))
        for region, letters in by_region.items()
        for first in range(0, len(letters), ITEMS_MAX)
    ]
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    for region, event_id in asked:
        wait_for_admission(connection, region, event_id, deadline)
    said = {
        "ids": [letter.id for letter in repair.letters],
        "step": STEP_OF[repair.record_name],
        "actor": repair.actor,
        "since": since,
    }
    rows = connection.execute(QUERIES["done_since"], said).fetchall()
    return frozenset(letter_id for (letter_id,) in rows)


class Asking(Protocol):
    """What is asked, why, and by whom."""

    @property
    def record_name(self) -> str:
        """Return the event that asks for it."""
        ...

    @property
    def reason(self) -> str:
        """Return the reason as a code."""
        ...

    @property
    def actor(self) -> str:
        """Return the token of who asks."""
        ...


def publish_request(publish: Publish, region: str, ids: Sequence[str], asking: Asking) -> str:
    """Publish the hub's event that asks for a repair of these; return its id."""
    event_id, now = str(uuid4()), datetime.now(UTC)
    publish(
        asking.record_name,
        {
            "meta": {
                "event_id": event_id,
                "source": HUB_SOURCE,
                "region": region,
                "source_ref": None,
                "occurred_at": now,
                "recorded_at": now,
            },
            "dead_letter_ids": list(ids),
            "requested_by": asking.actor,
            "reason_code": asking.reason,
        },
    )
    return event_id


def _ids(letters: Sequence[Letter]) -> list[str]:
    return [str(letter.id) for letter in letters]


def wait_for_admission(connection: Connection, region: str, event_id: str, deadline: float) -> None:
    """Wait until admission has journaled a request, up to a monotonic instant.

    Raises StopError when it was refused, TransientError when it does not answer.
    """
    said = {"region": region, "source": HUB_SOURCE, "event_id": event_id}
    while True:
        row = connection.execute(QUERIES["outcome"], said).fetchone()
        if row is not None and row[0] == Outcome.DEAD_LETTERED:
            raise StopError(f"region {region} refuses the request ({row[1]}); is it open?")
        if row is not None:
            return
        if time.monotonic() > deadline:
            raise TransientError(
                f"admission of region {region} has not carried it out in "
                f"{ANSWER_SECONDS_MAX:.0f} s; it will once it runs, see: radar doctor"
            )
        time.sleep(POLL_SECONDS)


def parse_ids(texts: Sequence[str]) -> Iterator[UUID]:
    """Return the ids of letters; what is none is a ValueError that does not repeat it."""
    for number, text in enumerate(texts, start=1):
        try:
            yield UUID(text)
        except ValueError as error:
            raise ValueError(f"id {number} is not the id of a dead letter") from error
