"""Rows of the three logs, decoded once for all projections of a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.codec import read_body
from schemas.events import LOG_RECORDS
from streams.engine.errors import StopError
from streams.engine.stage import InputRecord

_NEWEST_ROW = {name: record_type.version for name, record_type in LOG_RECORDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One row of the journal or the advice log with its event.

    `row` is the log record as decoded (households, persons, decisions, flags), `record` the
    event's own fields. An advice row has no households, no persons and no occurred_at.
    """

    region: str
    position: int
    incarnation: int
    known_at: datetime
    source: str
    event_id: str
    record_name: str
    row: Mapping[str, Any]
    record: Mapping[str, Any]

    @property
    def household_ids(self) -> tuple[str, ...]:
        """Return the tokens of the row's households, each once, in the row's order."""
        return tuple(dict.fromkeys(link["household_id"] for link in self.row["households"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEntry:
    """One row of the finding log."""

    region: str
    position: int
    incarnation: int
    known_at: datetime
    row: Mapping[str, Any]


class UnreadableRow(StopError):
    """A log row cannot be read: the hub wrote it itself, so this is a fault of the program.

    Stop, and find the version that wrote it; nothing may be skipped in a log of record.
    """


def log_entry(region: str, record: InputRecord, row_name: str) -> LogEntry:
    """Decode a journal or advice row; raises `UnreadableRow`."""
    row = _row(record, row_name)
    return LogEntry(
        region=region,
        position=row["position"],
        incarnation=row["incarnation"],
        known_at=row["known_at"],
        source=row["source"],
        event_id=row["event_id"],
        record_name=row["record_name"],
        row=row,
        record=read_body(row["record_name"], row["record_version"], row["payload"]),
    )


def finding_entry(region: str, record: InputRecord) -> FindingEntry:
    """Decode a row of the finding log; raises `UnreadableRow`."""
    row = _row(record, "FindingEvent")
    return FindingEntry(
        region=region,
        position=row["position"],
        incarnation=row["incarnation"],
        known_at=row["known_at"],
        row=row,
    )


def _row(record: InputRecord, row_name: str) -> dict[str, Any]:
    if record.value is None or record.position is None:
        raise UnreadableRow(f"{record.topic} offset {record.offset} is no row of a log")
    row = read_body(row_name, _NEWEST_ROW[row_name], record.value)
    if row["position"] != record.position:
        raise UnreadableRow(f"{record.topic} offset {record.offset} names another position")
    return row
