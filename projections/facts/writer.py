"""Write the facts of a unit: read the chains it touches, decide their versions, replace them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from projections.copying import Connection, columns, copy_rows, table
from projections.entries import LogEntry
from projections.facts.calendars import Calendars, read_calendars
from projections.facts.corrections import CorrectedEvent, CorrectionStore, CorrectionTables
from projections.facts.fact_type import FactType
from projections.facts.versions import Corrections, EventKey, Moment, Statement, Version, versions
from projections.named_sql import query
from projections.rearrangements import move_rows

EVENT_COLUMNS = ("region", "chain", "position", "source", "event_id", "event_known_at")
VERSION_COLUMNS = ("position_from", "position_to", "known_from", "known_to")
FOREVER = "infinity"
"""`known_to` of a version that stands: `known_from < K and known_to >= K` then needs no null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTables:
    """The facts of one log, and where its corrections stand."""

    facts: tuple[FactType, ...]
    corrections: CorrectionTables
    with_household: bool

    def value_columns(self, fact: FactType) -> tuple[str, ...]:
        """Return what a fact's row holds between the event and the version."""
        return ("household_id", *fact.columns) if self.with_household else fact.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFact:
    """A statement and the values of its row, in the order of `FactTables.value_columns`."""

    statement: Statement
    values: tuple[object, ...]


Chains = dict[str, list[StatedFact]]


def write_facts(
    connection: Connection, tables: FactTables, region: str, entries: Sequence[LogEntry]
) -> None:
    """Bring the facts of one region up to these entries, which come next in its log."""
    # Advice has no terms, and its log brings no calendar.
    calendars = (
        read_calendars(connection, region, entries) if tables.with_household else Calendars([])
    )
    writer = _FactWriter(connection=connection, tables=tables, region=region, calendars=calendars)
    writer.write(entries)
    if tables.with_household:
        move_rows(connection, region, [fact.table for fact in tables.facts], entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FactWriter:
    connection: Connection
    tables: FactTables
    region: str
    calendars: Calendars

    def write(self, entries: Sequence[LogEntry]) -> None:
        store = CorrectionStore(self.connection, self.tables.corrections, self.region)
        by_record = {fact.record_name: fact for fact in self.tables.facts}
        added = store.add(entries, [_chain(by_record, entry) for entry in entries])
        touched = store.touched_by(added)
        chains = {fact.table: self._chains(fact, added, touched) for fact in self.tables.facts}
        corrections = store.corrections_of(
            {(entry.source, entry.event_id) for entry in added}
            | {event.key for event in touched}
            | set(_keys(chains.values()))
        )
        for fact in self.tables.facts:
            if chains[fact.table]:
                self._replace(fact, chains[fact.table], corrections)
        store.mark(corrections)

    def _chains(
        self, fact: FactType, added: Sequence[LogEntry], touched: Sequence[CorrectedEvent]
    ) -> Chains:
        """Return the touched chains of one fact with all their statements, old and new.

        Only chains that may have older statements are read: those with a business key, and
        those that a correction touches.
        """
        new = [entry for entry in added if entry.record_name == fact.record_name]
        older = {event.chain for event in touched if event.record_name == fact.record_name}
        if fact.chain is not None:
            older |= {fact.chain_of(entry) for entry in new}
        chains: Chains = {}
        for chain, stated in self._stored(fact, sorted(c for c in older if c is not None)):
            chains.setdefault(chain, []).append(stated)
        for entry in new:
            chains.setdefault(fact.chain_of(entry), []).append(self._stated(fact, entry))
        return chains

    def _stored(self, fact: FactType, chains: Sequence[str]) -> Iterator[tuple[str, StatedFact]]:
        """Yield each statement of these chains once, as their rows have it."""
        if not chains:
            return
        names = columns(self.tables.value_columns(fact))
        cursor = self.connection.execute(
            query("corrections.sql", "select_versions").format(
                fact=table(fact.table), columns=names
            ),
            {"region": self.region, "chains": list(chains)},
        )
        for chain, position, source, event_id, known_at, *values in cursor:
            moment = Moment(position=position, known_at=known_at)
            statement = Statement(key=(source, event_id), moment=moment)
            yield chain, StatedFact(statement=statement, values=tuple(values))

    def _stated(self, fact: FactType, entry: LogEntry) -> StatedFact:
        values = fact.values(entry, self.calendars.at(entry.position))
        if self.tables.with_household:
            values = (next(iter(entry.household_ids), None), *values)
        moment = Moment(position=entry.position, known_at=entry.known_at)
        statement = Statement(key=(entry.source, entry.event_id), moment=moment)
        return StatedFact(statement=statement, values=values)

    def _replace(self, fact: FactType, chains: Chains, corrections: Corrections) -> None:
        self.connection.execute(
            query("corrections.sql", "delete_versions").format(fact=table(fact.table)),
            {"region": self.region, "chains": list(chains)},
        )
        names = (
            *EVENT_COLUMNS,
            *self.tables.value_columns(fact),
            *VERSION_COLUMNS,
        )
        copy_rows(self.connection, fact.table, names, _rows(self.region, chains, corrections))


def _chain(by_record: Mapping[str, FactType], entry: LogEntry) -> str | None:
    fact = by_record.get(entry.record_name)
    return None if fact is None else fact.chain_of(entry)


def _keys(chains: Iterable[Chains]) -> Iterator[EventKey]:
    for by_chain in chains:
        for stated in by_chain.values():
            yield from (fact.statement.key for fact in stated)


def _rows(region: str, chains: Chains, corrections: Corrections) -> Iterator[tuple[object, ...]]:
    for chain, stated in chains.items():
        by_key = {fact.statement.key: fact for fact in stated}
        for version in chain_versions([fact.statement for fact in stated], corrections):
            fact = by_key[version.key]
            moment = fact.statement.moment
            yield (
                region,
                chain,
                moment.position,
                *version.key,
                moment.known_at,
                *fact.values,
                version.opened.position,
                None if version.closed is None else version.closed.position,
                version.opened.known_at,
                FOREVER if version.closed is None else version.closed.known_at,
            )


def chain_versions(statements: Sequence[Statement], corrections: Corrections) -> list[Version]:
    """Return the versions of a chain; most chains are one statement that nothing corrects."""
    if len(statements) == 1 and statements[0].key not in corrections:
        only = statements[0]
        return [Version(key=only.key, opened=only.moment, closed=None)]
    return versions(statements, corrections)
