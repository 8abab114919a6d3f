"""Events and corrections as the facts need them: who is corrected by what, since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from projections.copying import Connection, copy_rows
from projections.entries import LogEntry
from projections.facts.versions import (
    Correction,
    Corrections,
    EventKey,
    Moment,
    by_target,
    voided_by,
)
from projections.named_sql import statement

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
    record_name: str
    chain: str | None


class CorrectionStore:
    """The events and corrections of all regions of a unit, read and written in bulk."""

    def __init__(self, connection: Connection, tables: CorrectionTables) -> None:
        self._connection = connection
        self._tables = tables

    def add(self, entries: Sequence[LogEntry], chains: Sequence[str | None]) -> list[LogEntry]:
        """Store new events and corrections; return the entries whose event was not there yet.

        An event that already stands at another position (admitted anew after a restore) keeps
        its first: readers skip what is superseded (architecture.md §5).
        """
        cursor = self._connection.execute(
            self._statement("insert_events"),
            {
                **_of_events(map(_key, entries)),
                "positions": [entry.position for entry in entries],
                "known_at": [entry.known_at for entry in entries],
                "record_names": [entry.record_name for entry in entries],
                "chains": list(chains),
            },
        )
        new = set(cursor)
        added = [entry for entry in entries if (entry.region, entry.position) in new]
        corrections = [e for e in added if e.record_name in CORRECTING_RECORDS]
        if corrections:
            copy_rows(
                self._connection,
                self._tables.correction,
                _CORRECTION_COLUMNS,
                map(_correction_values, corrections),
            )
        return added

    def touched_by(self, entries: Sequence[LogEntry]) -> list[CorrectedEvent]:
        """Return the events that these new corrections and replacements are about.

        A correction of a correction leads on to the event at the end, and to every correction
        on the way.
        """
        cursor = self._connection.execute(
            self._statement("corrected_events"), _of_events(map(_key, entries))
        )
        return [
            CorrectedEvent(key=(region, source, event_id), record_name=record_name, chain=chain)
            for region, source, event_id, record_name, chain in cursor
        ]

    def corrections_of(self, keys: Iterable[EventKey]) -> Corrections:
        """Return the corrections of these events, those of the corrections, and so on."""
        cursor = self._connection.execute(self._statement("correction_trees"), _of_events(keys))
        return by_target(
            Correction(
                key=(region, source, event_id),
                moment=Moment(position=position, known_at=known_at),
                target=(region, source, target_event_id),
                kind=kind,
                replacement=None
                if replaced_position is None
                else Moment(position=replaced_position, known_at=replaced_known_at),
            )
            for (
                region,
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
        self._connection.execute(
            self._statement("mark_voided"),
            {
                **_of_events(voids),
                "voided_by": [void and void.key[-1] for void in voids.values()],
            },
        )

    def _statement(self, name: str) -> bytes:
        tables = self._tables
        return statement("corrections.sql", name, event=tables.event, correction=tables.correction)


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
        *_key(entry),
        entry.position,
        entry.known_at,
        record["corrected_event_id"],
        record["kind"],
        record["replacement_event_id"],
    )


def _key(entry: LogEntry) -> EventKey:
    return entry.region, entry.source, entry.event_id


def _of_events(keys: Iterable[EventKey]) -> dict[str, list[Any]]:
    """Return events as the queries are asked about them."""
    found = list(keys)
    return {
        "regions": [region for region, _, _ in found],
        "sources": [source for _, source, _ in found],
        "event_ids": [event_id for _, _, event_id in found],
    }
