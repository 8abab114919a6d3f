"""Journal rows as they come from the log, decoded as far as the radar reads them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

from schemas.codec import read_body
from streams.household.journal_event import JournalEvent, PersonSeen
from streams.household.reading import FACT_RECORDS
from streams.household.rearranging import HOUSEHOLDS_REARRANGED

JOURNAL_ROW_VERSION = 1
RULES_ACTIVATED = "RulesActivated"
CLOCK_TICKED = "ClockTicked"
REDRIVE_REQUESTED = "RedriveRequested"
# Other kinds of event pass the radar unread, so their payload is not even decoded.
READ_RECORDS = FACT_RECORDS | {
    "AnalystDecided",
    CLOCK_TICKED,
    HOUSEHOLDS_REARRANGED,
    REDRIVE_REQUESTED,
    RULES_ACTIVATED,
}
# Of every row and event, as their decoding is a good part of what an event costs.
_UNREAD = (
    "region",
    "recorded_at",
    "received_topic",
    "received_offset",
    "addresses",
    "decisions",
    "flags",
    "references",
)
_UNREAD_CARRIED = (
    "meta.event_id",
    "meta.source",
    "meta.region",
    "meta.occurred_at",
    "meta.recorded_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One journal row: the event, its log's incarnation and the households it belongs to."""

    event: JournalEvent
    incarnation: int
    household_ids: tuple[str, ...]


RowsAt = Callable[[Collection[int]], Sequence[Row]]
"""Reads rows of one region's journal by their positions, in order; each of them exists."""


def decode_row(body: bytes, read: Collection[str] = READ_RECORDS) -> Row:
    """Return the row in an unframed `JournalRow`; payloads of the kinds in `read` are decoded.

    Raises DataError when it does not decode: the journal is our own, so that is a defect.
    """
    record = read_body("JournalRow", JOURNAL_ROW_VERSION, body, _UNREAD)
    name = record["record_name"]
    payload: Mapping[str, Any] = {}
    if name in read:
        payload = read_body(name, record["record_version"], record["payload"], _UNREAD_CARRIED)
    event = JournalEvent(
        position=record["position"],
        known_at=record["known_at"],
        # A region has few sources and a household few persons: their names are held once.
        source=intern(record["source"]),
        event_id=record["event_id"],
        record_name=name,
        occurred_at=record["occurred_at"],
        payload=payload,
        persons=tuple(
            [
                PersonSeen(
                    pid=intern(person["pid"]),
                    role=intern(person["role"]),
                    field=intern(person["field"]),
                    ref=person["ref"],
                )
                for person in record["persons"]
            ]
        ),
    )
    return Row(
        event=event,
        incarnation=record["incarnation"],
        # Sorted, so that the finding log does not depend on how admission happened to list them.
        household_ids=tuple(sorted({link["household_id"] for link in record["households"]})),
    )
