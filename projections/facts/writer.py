"""Write the facts of a unit: read the chains it touches, decide their versions, replace them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from projections.copying import Connection, copy_rows
from projections.entries import LogEntry
from projections.facts.calendars import PLAIN, Calendars, read_calendars
from projections.facts.corrections import CorrectedEvent, CorrectionStore, CorrectionTables
from projections.facts.fact_type import FactType
from projections.facts.versions import Corrections, EventKey, Moment, Statement, Version, versions
from projections.named_sql import statement
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


ChainKey = tuple[str, str]
"""(region, chain): no chain reaches beyond its region."""
Chains = dict[ChainKey, list[StatedFact]]


def write_facts(connection: Connection, tables: FactTables, entries: Sequence[LogEntry]) -> None:
    """Bring the facts up to these entries, which come next in the logs of their regions."""
    # Advice has no terms, and its log brings no calendar.
    calendars = read_calendars(connection, entries) if tables.with_household else {}
    _FactWriter(connection=connection, tables=tables, calendars=calendars).write(entries)
    if tables.with_household:
        move_rows(connection, [fact.table for fact in tables.facts], entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FactWriter:
    connection: Connection
    tables: FactTables
    calendars: Mapping[str, Calendars]

    def write(self, entries: Sequence[LogEntry]) -> None:
        store = CorrectionStore(self.connection, self.tables.corrections)
        by_record = {fact.record_name: fact for fact in self.tables.facts}
        added = store.add(entries, [_chain(by_record, entry) for entry in entries])
        touched = store.touched_by(added)
        chains = {fact.table: self._chains(fact, added, touched) for fact in self.tables.facts}
        corrections = store.corrections_of(
            {(entry.region, entry.source, entry.event_id) for entry in added}
            | {event.key for event in touched}
            | set(_keys(chains.values()))
        )
        for fact in self.tables.facts:
            names = (*EVENT_COLUMNS, *self.tables.value_columns(fact), *VERSION_COLUMNS)
            rows = _rows(chains[fact.table], corrections)
            copy_rows(self.connection, fact.table, names, rows)
        store.mark(corrections)

    def _chains(
        self, fact: FactType, added: Sequence[LogEntry], touched: Sequence[CorrectedEvent]
    ) -> Chains:
        """Take the touched chains of one fact with all their statements, old and new.

        Only chains that may have older statements are looked for: those with a business key, and
        those that a correction touches. Their rows are gone then; `write` makes them anew.
        """
        new = [entry for entry in added if entry.record_name == fact.record_name]
        older = {
            (event.key[0], event.chain)
            for event in touched
            if event.record_name == fact.record_name and event.chain is not None
        }
        if fact.chain is not None:
            older |= {(entry.region, fact.chain_of(entry)) for entry in new}
        chains = self._taken(fact, older)
        for entry in new:
            key = entry.region, fact.chain_of(entry)
            chains.setdefault(key, []).append(self._stated(fact, entry))
        return chains

    def _taken(self, fact: FactType, keys: Collection[ChainKey]) -> Chains:
        """Remove what stands of these chains and return each of its statements once."""
        chains: Chains = {}
        if not keys:
            return chains
        names = self.tables.value_columns(fact)
        regions, wanted = zip(*keys, strict=True)
        cursor = self.connection.execute(
            statement("corrections.sql", "take_versions", fact=fact.table, columns=names),
            {"regions": list(regions), "chains": list(wanted)},
        )
        seen = set[tuple[str, int]]()
        for region, chain, position, source, event_id, known_at, *values in cursor:
            if (region, position) in seen:
                continue  # a statement that stood more than once
            seen.add((region, position))
            moment = Moment(position=position, known_at=known_at)
            stated = Statement(key=(region, source, event_id), moment=moment)
            fact_stated = StatedFact(statement=stated, values=tuple(values))
            chains.setdefault((region, chain), []).append(fact_stated)
        return chains

    def _stated(self, fact: FactType, entry: LogEntry) -> StatedFact:
        values: tuple[object, ...]
        if self.tables.with_household:
            calendar = self.calendars[entry.region].at(entry.position)
            values = (next(iter(entry.household_ids), None), *fact.values(entry, calendar))
        else:
            values = fact.values(entry, PLAIN)
        moment = Moment(position=entry.position, known_at=entry.known_at)
        key = entry.region, entry.source, entry.event_id
        return StatedFact(statement=Statement(key=key, moment=moment), values=values)


def _chain(by_record: Mapping[str, FactType], entry: LogEntry) -> str | None:
    fact = by_record.get(entry.record_name)
    return None if fact is None else fact.chain_of(entry)


def _keys(chains: Iterable[Chains]) -> Iterator[EventKey]:
    for by_chain in chains:
        for stated in by_chain.values():
            yield from (fact.statement.key for fact in stated)


def _rows(chains: Chains, corrections: Corrections) -> Iterator[tuple[object, ...]]:
    for (region, chain), stated in chains.items():
        by_key = {fact.statement.key: fact for fact in stated}
        for version in chain_versions([fact.statement for fact in stated], corrections):
            fact = by_key[version.key]
            moment = fact.statement.moment
            _, source, event_id = version.key
            yield (
                region,
                chain,
                moment.position,
                source,
                event_id,
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
