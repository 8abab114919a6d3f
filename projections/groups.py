"""The groups of tables, each at one position of one log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from projections.copying import Connection
from projections.entries import LogEntry
from projections.facts.corrections import ADVICE_CORRECTIONS, JOURNAL_CORRECTIONS
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from projections.facts.writer import FactTables, write_facts
from projections.findings import write_findings
from projections.household_history import write_timeline
from projections.households import write_households
from projections.regions import write_regions
from streams.engine.log import ADVICE, FINDINGS, JOURNAL, Log

JOURNAL_FACT_TABLES = FactTables(
    facts=JOURNAL_FACTS, corrections=JOURNAL_CORRECTIONS, with_household=True
)
ADVICE_FACT_TABLES = FactTables(
    facts=ADVICE_FACTS, corrections=ADVICE_CORRECTIONS, with_household=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A group of tables that stands at one position of one log.

    `apply` gets the entries that come next, at least one, of one region or of several: those of
    one region in order of position.
    """

    name: str
    log: Log
    apply: Callable[[Connection, Sequence[Any]], None]


def _facts(connection: Connection, entries: Sequence[LogEntry]) -> None:
    write_facts(connection, JOURNAL_FACT_TABLES, entries)


def _advice(connection: Connection, entries: Sequence[LogEntry]) -> None:
    write_facts(connection, ADVICE_FACT_TABLES, entries)


def _history(connection: Connection, entries: Sequence[LogEntry]) -> None:
    write_timeline(connection, entries)
    write_households(connection, entries)


REGIONS = "regions"
# In this order: history asks the facts' corrections which events are void.
PROJECTIONS: tuple[Projection, ...] = (
    Projection(name="facts", log=JOURNAL, apply=_facts),
    Projection(name="advice", log=ADVICE, apply=_advice),
    Projection(name="history", log=JOURNAL, apply=_history),
    Projection(name="findings", log=FINDINGS, apply=write_findings),
    Projection(name=REGIONS, log=JOURNAL, apply=write_regions),
)
