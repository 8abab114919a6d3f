"""What every part of a rebuild does: read the rows that the live stage took, note its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from projections.copying import Connection
from projections.entries import FindingEntry, LogEntry, finding_entry, log_entry
from projections.groups import Projection
from projections.named_sql import query
from projections.stage import ProjectionsStage
from streams.engine.log import FINDINGS, JOURNAL, Log
from streams.engine.log_copy import Stretch, copied_rows
from streams.engine.parked_rows import taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a group's tables are: in their own log, and in the journal that says who waited."""

    last: int
    journal: int


Positions = dict[str, Reached]


def taken_rows(log: Log, region: str, journal: int) -> sql.Composable:
    """Return the condition that the live stage had applied a row at this journal position."""
    return taken(ProjectionsStage.name, ProjectionsStage.version, log, region, journal)


def entries_of(
    connection: Connection, piece: Stretch, condition: sql.Composable
) -> Iterator[LogEntry | FindingEntry]:
    """Yield the rows of a stretch that meet the condition; the connection is busy until the end."""
    for record in copied_rows(connection, piece, condition):
        if piece.log.name == FINDINGS.name:
            yield finding_entry(piece.region, record)
        else:
            yield log_entry(piece.region, record, piece.log.record_name)


def note_piece(connection: Connection, group: str, piece: Stretch, entries: Sequence[Any]) -> None:
    """Write down that a group has taken a piece of its log."""
    incarnation = entries[-1].incarnation if entries else 0
    _note(connection, piece.region, group, piece.log, (piece.last, incarnation))


def note_journal(connection: Connection, region: str, projection: Projection, journal: int) -> None:
    """Write down, for a group of another log, the journal position that says who waited."""
    if projection.log is not JOURNAL:
        _note(connection, region, projection.name, JOURNAL, (journal, 0))


def _note(
    connection: Connection, region: str, group: str, log: Log, reached: tuple[int, int]
) -> None:
    position, incarnation = reached
    connection.execute(
        query("positions.sql", "advance"),
        {
            "regions": [region],
            "projections": [group],
            "logs": [log.name],
            "positions": [position],
            "incarnations": [incarnation],
        },
    )
