"""The timeline: a row for every journal row that belongs to a household, whatever its type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from projections.copying import Connection, copy_rows
from projections.details import details
from projections.entries import LogEntry
from projections.facts.fact_type import Record
from projections.rearrangements import move_rows
from schemas.events import EVENT_TYPES, EventType, derived_id
from streams.household.terms import amsterdam_day, noon

SUBMITTED_SIGNALS = frozenset({"PoliceReportSubmitted", "ReportSubmitted"})
REGISTERED_REPORT = "ReportRegistered"

_COLUMNS = (
    "region",
    "household_id",
    "position",
    "incarnation",
    "known_at",
    "occurred_at",
    "recorded_at",
    "day",
    "source",
    "event_id",
    "record_name",
    "label",
    "details",
    "flags",
    "pids",
    "municipality",
    "signal_at",
    "signal_reference",
)


def write_timeline(connection: Connection, entries: Sequence[LogEntry]) -> None:
    """Append the timeline rows of entries that come next, and move those that they move."""
    copy_rows(
        connection,
        "timeline",
        _COLUMNS,
        (row for entry in entries if entry.row["households"] for row in _rows(entry)),
    )
    move_rows(connection, ["timeline"], entries)


def _rows(entry: LogEntry) -> Iterator[tuple[object, ...]]:
    event_type = EVENT_TYPES[entry.record_name]
    row, record = entry.row, entry.record
    shared = (
        entry.position,
        entry.incarnation,
        entry.known_at,
        row["occurred_at"],
        row["recorded_at"],
        happened_on(event_type, entry),
        entry.source,
        entry.event_id,
        entry.record_name,
        event_type.label,
        json.dumps(details(entry.record_name, record), ensure_ascii=False),
        row["flags"],
        list(dict.fromkeys(person["pid"] for person in row["persons"])),
        municipality(event_type, record),
        signal_at(entry),
        signal_reference(entry),
    )
    for household_id in entry.household_ids:
        yield (entry.region, household_id, *shared)


def happened_on(event_type: EventType, entry: LogEntry) -> date:
    """Return the day that the event is about: the field its schema names, else of occurred_at."""
    value = entry.record.get(event_type.event_day) if event_type.event_day else None
    if isinstance(value, datetime):
        return amsterdam_day(value)
    if isinstance(value, date):
        return value
    return amsterdam_day(entry.row["occurred_at"])


def signal_at(entry: LogEntry) -> datetime | None:
    """Return the time t of a signal, or of a registered report in case it is one itself.

    definitions.md, Signal: occurred_at; noon on incident_on where that is another day; noon on
    received_on for a registered report. None: never a signal.
    """
    record = entry.record
    if entry.record_name == REGISTERED_REPORT:
        return noon(record["received_on"])
    if entry.record_name not in SUBMITTED_SIGNALS:
        return None
    occurred_at: datetime = entry.row["occurred_at"]
    incident_on: date | None = record["incident_on"]
    if incident_on is None or incident_on == amsterdam_day(occurred_at):
        return occurred_at
    return noon(incident_on)


def signal_reference(entry: LogEntry) -> UUID | None:
    """Return a key under which a signal and the report registered from it meet.

    A hash, so that no sender's number stands in a read table.
    """
    record = entry.record
    if entry.record_name == REGISTERED_REPORT:
        # Without a source the number is the sender's own, as the radar's fold reads it.
        source = record["signal_source"] or entry.source
        reference = record["signal_source_ref"]
    elif entry.record_name in SUBMITTED_SIGNALS:
        source, reference = entry.source, record["meta"]["source_ref"]
    else:
        return None
    if reference is None:
        return None
    return derived_id("signal", source, reference.replace("|", "%7C"))


def municipality(event_type: EventType, record: Record) -> str | None:
    """Return the CBS code that the event gives for the household, the newest address first."""
    code = record.get("municipality")
    if code is not None:
        return str(code)
    # The last address field of a move is where people live now; other events have one.
    for field in reversed(event_type.address_fields):
        if record[field] is not None:
            return str(record[field]["municipality"])
    return None
