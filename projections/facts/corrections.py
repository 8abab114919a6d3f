"""Events and corrections as the facts need them: who is corrected by what, since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from projections.copying import Connection, copy_rows, table
from projections.entries import LogEntry
from projections.facts.versions import (
    Correction,
    Corrections,
    EventKey,
    Moment,
    by_target,
    voided_by,
)
from projections.named_sql import query

CORRECTING_RECORDS = frozenset({"EventCorrected", "AdviceCorrected"})
_LAST_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionTables:
    """Where a log's events and corrections stand; advice has tables of its own."""

    event: str
    correction: str


JOURNAL_CORRECTIONS = CorrectionTables(event="event", correction="correction")
ADVICE_CORRECTIONS = CorrectionTables(event="advice_event", correction="advice_correction")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedEvent:
    """An event that a correction, or a correction's replacement, has touched."""

    key: EventKey
    moment: Moment
    record_name: str
    chain: str | None


class CorrectionStore:
    """The events and corrections of one region, read and written in bulk."""

    def __init__(self, connection: Connection, tables: CorrectionTables, region: str) -> None:
        self._connection = connection
        self._region = region
        self._tables = tables
        self._names = {"event": table(tables.event), "correction": table(tables.correction)}

    def add(self, entries: Sequence[LogEntry], chains: Sequence[str | None]) -> list[LogEntry]:
        """Store new events and corrections; return the entries whose event was not there yet.

        An event that already stands at another position (admitted anew after a restore) keeps
        its first: readers skip what is superseded (architecture.md §5).
        """
        cursor = self._connection.execute(
            query("corrections.sql", "insert_events").format(**self._names),
            {
                "region": self._region,
                "sources": [entry.source for entry in entries],
                "event_ids": [entry.event_id for entry in entries],
                "positions": [entry.position for entry in entries],
                "known_at": [entry.known_at for entry in entries],
                "record_names": [entry.record_name for entry in entries],
                "chains": list(chains),
            },
        )
        new = {position for (position,) in cursor}
        added = [entry for entry in entries if entry.position in new]
        corrections = [e for e in added if e.record_name in CORRECTING_RECORDS]
        if corrections:
            copy_rows(
                self._connection,
                self._tables.correction,
                _CORRECTION_COLUMNS,
                [(self._region, *_correction_values(entry)) for entry in corrections],
            )
        return added

    def touched_by(self, entries: Sequence[LogEntry]) -> list[CorrectedEvent]:
        """Return the events that these new corrections and replacements are about.

        A correction of a correction leads on to the event at the end, and to every correction
        on the way.
        """
        cursor = self._connection.execute(
            query("corrections.sql", "corrected_events").format(**self._names),
            {
                "region": self._region,
                "sources": [entry.source for entry in entries],
                "event_ids": [entry.event_id for entry in entries],
            },
        )
        return [
            CorrectedEvent(
                key=(source, event_id),
                moment=Moment(position=position, known_at=known_at),
                record_name=record_name,
                chain=chain,
            )
            for source, event_id, position, known_at, record_name, chain in cursor
        ]

    def corrections_of(self, keys: Iterable[EventKey]) -> Corrections:
        """Return the corrections of these events, those of the corrections, and so on."""
        sources, event_ids = _pairs(keys)
        cursor = self._connection.execute(
            query("corrections.sql", "correction_trees").format(**self._names),
            {"region": self._region, "sources": sources, "event_ids": event_ids},
        )
        return by_target(
            Correction(
                key=(source, event_id),
                moment=Moment(position=position, known_at=known_at),
                target=(source, target_event_id),
                kind=kind,
                replacement=None
                if replaced_position is None
                else Moment(position=replaced_position, known_at=replaced_known_at),
            )
            for (
                source,
                event_id,
                position,
                known_at,
                target_event_id,
                kind,
                replaced_position,
                replaced_known_at,
            ) in cursor
        )

    def mark(self, corrections: Corrections) -> None:
        """Write beside every corrected event which correction voids it now, or that none does."""
        if not corrections:
            return
        voids = {key: voided_by(key, _LAST_POSITION, corrections) for key in corrections}
        sources, event_ids = _pairs(voids)
        self._connection.execute(
            query("corrections.sql", "mark_voided").format(**self._names),
            {
                "region": self._region,
                "sources": sources,
                "event_ids": event_ids,
                "voided_by": [void and void.key[1] for void in voids.values()],
            },
        )


_CORRECTION_COLUMNS = (
    "region",
    "source",
    "event_id",
    "position",
    "known_at",
    "target_event_id",
    "kind",
    "replacement_event_id",
)


def _correction_values(entry: LogEntry) -> tuple[object, ...]:
    record = entry.record
    return (
        entry.source,
        entry.event_id,
        entry.position,
        entry.known_at,
        record["corrected_event_id"],
        record["kind"],
        record["replacement_event_id"],
    )


def _pairs(keys: Iterable[EventKey]) -> tuple[list[str], list[str]]:
    pairs = list(keys)
    return [source for source, _ in pairs], [event_id for _, event_id in pairs]
