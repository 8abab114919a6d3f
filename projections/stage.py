"""The one live stage of this room: reads the three logs, fills every table in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from projections.copying import Connection
from projections.entries import FindingEntry, LogEntry, finding_entry, log_entry
from projections.facts.corrections import ADVICE_CORRECTIONS, JOURNAL_CORRECTIONS
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from projections.facts.writer import FactTables, write_facts
from projections.findings import write_findings
from projections.household_history import write_timeline
from projections.households import write_households
from projections.metrics import PROJECTED_ROWS, PROJECTION_SECONDS
from projections.named_sql import query
from projections.regions import write_regions
from streams.engine.lease import Lease
from streams.engine.log import ADVICE, FINDINGS, JOURNAL, Log
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction

JOURNAL_FACT_TABLES = FactTables(
    facts=JOURNAL_FACTS, corrections=JOURNAL_CORRECTIONS, with_household=True
)
ADVICE_FACT_TABLES = FactTables(
    facts=ADVICE_FACTS, corrections=ADVICE_CORRECTIONS, with_household=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A group of tables that stands at one position of one log.

    `apply` gets the entries of one region that come next, at least one, in order of position.
    """

    name: str
    log: Log
    apply: Callable[[Connection, str, Sequence[Any]], None]


def _facts(connection: Connection, region: str, entries: Sequence[LogEntry]) -> None:
    write_facts(connection, JOURNAL_FACT_TABLES, region, entries)


def _advice(connection: Connection, region: str, entries: Sequence[LogEntry]) -> None:
    write_facts(connection, ADVICE_FACT_TABLES, region, entries)


def _history(connection: Connection, region: str, entries: Sequence[LogEntry]) -> None:
    write_timeline(connection, region, entries)
    write_households(connection, region, entries)


# In this order: history asks the facts' corrections which events are void.
PROJECTIONS: tuple[Projection, ...] = (
    Projection(name="facts", log=JOURNAL, apply=_facts),
    Projection(name="advice", log=ADVICE, apply=_advice),
    Projection(name="history", log=JOURNAL, apply=_history),
    Projection(name="findings", log=FINDINGS, apply=write_findings),
    Projection(name="regions", log=JOURNAL, apply=write_regions),
)

Positions = dict[tuple[str, str], int]
"""Last position applied, by (projection, log); kept in the lease's cache."""


class ProjectionsStage:
    """Reads journal, findings and advice; appends to no log."""

    name = "projections"
    version = 1
    topics: tuple[str, ...] = (JOURNAL.topic, FINDINGS.topic, ADVICE.topic)
    logs: tuple[Log, ...] = ()

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        """Bring every table of every region up to the unit's records; see `Stage.handle`."""
        positions = _positions(tx.connection, [batch.lease for batch in batches])
        moved: list[tuple[str, str, str, int, int]] = []
        for batch in batches:
            region = batch.lease.region
            entries = _entries(region, batch.records)
            reached = positions[region]
            for projection in PROJECTIONS:
                came = entries[projection.log.name]
                new = _after(came, reached.get((projection.name, projection.log.name), 0))
                if not new:
                    continue
                started = time.perf_counter()
                projection.apply(tx.connection, region, new)
                PROJECTION_SECONDS.labels(projection.name).observe(time.perf_counter() - started)
                PROJECTED_ROWS.labels(projection.name).inc(len(new))
                last = new[-1]
                key = (projection.name, projection.log.name)
                reached[key] = last.position
                moved.append((region, *key, last.position, last.incarnation))
        _store(tx.connection, moved)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Do nothing: these tables change with the logs only."""


def _entries(
    region: str, records: Sequence[InputRecord]
) -> dict[str, list[LogEntry] | list[FindingEntry]]:
    """Decode the records once, by the name of their log."""
    of = {log.topic: [r for r in records if r.topic == log.topic] for log in _READ_LOGS}
    return {
        JOURNAL.name: [log_entry(region, r, JOURNAL.record_name) for r in of[JOURNAL.topic]],
        ADVICE.name: [log_entry(region, r, ADVICE.record_name) for r in of[ADVICE.topic]],
        FINDINGS.name: [finding_entry(region, r) for r in of[FINDINGS.topic]],
    }


_READ_LOGS = (JOURNAL, FINDINGS, ADVICE)


def _after(
    entries: list[LogEntry] | list[FindingEntry], position: int
) -> list[LogEntry] | list[FindingEntry]:
    """Drop what a group of tables has already; a log's positions only rise."""
    if not entries or entries[0].position > position:
        return entries
    return [entry for entry in entries if entry.position > position]  # type: ignore[return-value]


def _positions(connection: Connection, leases: Sequence[Lease]) -> dict[str, Positions]:
    """Return each region's positions, from the lease's cache or else from the table."""
    unread = [lease for lease in leases if "positions" not in lease.cache]
    if unread:
        cursor = connection.execute(
            query("positions.sql", "select"), {"regions": [lease.region for lease in unread]}
        )
        found: dict[str, Positions] = {lease.region: {} for lease in unread}
        for region, projection, log, position in cursor:
            found[region][(projection, log)] = position
        for lease in unread:
            lease.cache["positions"] = found[lease.region]
    return {lease.region: lease.cache["positions"] for lease in leases}


def _store(connection: Connection, moved: Sequence[tuple[str, str, str, int, int]]) -> None:
    if not moved:
        return
    regions, projections, logs, positions, incarnations = zip(*moved, strict=True)
    connection.execute(
        query("positions.sql", "advance"),
        {
            "regions": list(regions),
            "projections": list(projections),
            "logs": list(logs),
            "positions": list(positions),
            "incarnations": list(incarnations),
        },
    )
