"""Append-only logs: the table is the authority, the topic its distribution."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log's table and topic.

    Every log table is list-partitioned by region and starts with the columns
    `region, position, incarnation, row_version, key, body`; `columns` names the further ones,
    in the order in which `LogRow.values` gives them.  `body` is the unframed Avro of
    `record_name`; the relay frames it with the registry's id.
    """

    name: str
    table: str
    topic: str
    record_name: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One row to append; `position` comes from `UnitTransaction.reserve`."""

    position: int
    key: bytes
    body: bytes
    values: tuple[object, ...] = ()
    row_version: int = 1


JOURNAL = Log(
    name="journal",
    table="engine.journal",
    topic="vt.journal.v1",
    record_name="JournalRow",
    columns=("known_at", "source", "event_id", "record_name", "households"),
)
FINDINGS = Log(
    name="findings",
    table="engine.findings",
    topic="vt.findings.v1",
    record_name="FindingEvent",
    columns=("household_id", "finding_id", "journal_position"),
)
ADVICE = Log(
    name="advice",
    table="engine.advice",
    topic="vt.advice-log.v1",
    record_name="AdviceRow",
    columns=("known_at", "source", "event_id", "record_name"),
)
LOGS = (JOURNAL, FINDINGS, ADVICE)
LOG_TOPICS = frozenset(log.topic for log in LOGS)
LOG_BY_TOPIC = {log.topic: log for log in LOGS}
LOG_BY_NAME = {log.name: log for log in LOGS}
