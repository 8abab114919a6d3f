"""I3, I4 and I6: ledger, logs and read tables tell of the same events, each of them once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.verify.corrections import Correction, Event, voided_events
from hub.verify.inbound import STAGE_OF, Inbound, applied_twice
from hub.verify.logs import log_differences, readers
from hub.verify.report import SHOWN_MAX, Difference, Invariant
from hub.verify.snapshot import Snapshot
from projections.facts.fact_type import FactType
from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from schemas.codec import decode_body
from schemas.topics import TOPICS
from streams.engine.log import ADVICE, JOURNAL, Log

JOURNAL_TOPICS = [topic for topic, stage in STAGE_OF.items() if stage != "advice"]
ADVICE_TOPICS = [topic for topic, stage in STAGE_OF.items() if stage == "advice"]
DERIVED_RECORDS = list(TOPICS[JOURNAL.topic].payloads)
"""What the hub journals by itself, so that no offset stands for it."""

# Every column that a table of advice has. Another one may be about somebody: it is named until
# it has been looked at and written here (architecture.md §6.8, advice holds nobody).
ADVICE_COLUMNS = frozenset(
    {
        "anonymous", "body", "chain", "channel", "corrected_event_id", "digest", "event_id",
        "event_known_at", "from_school", "given_on", "incarnation", "key", "kind", "known_at",
        "known_from", "known_to", "municipality", "nature", "offset", "position", "position_from",
        "position_to", "reasons", "record_name", "region", "replacement_event_id", "row_version",
        "seeker_role", "seeker_sector", "source", "target_event_id", "voided_by",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """The facts of one log with the tables in which projections keeps its events."""

    projection: str
    log: Log
    facts: Sequence[FactType]
    event_table: str
    correcting_record: str


JOURNAL_GROUP = FactGroup(
    projection="facts",
    log=JOURNAL,
    facts=JOURNAL_FACTS,
    event_table="projections.event",
    correcting_record="EventCorrected",
)
ADVICE_GROUP = FactGroup(
    projection="advice",
    log=ADVICE,
    facts=ADVICE_FACTS,
    event_table="projections.advice_event",
    correcting_record="AdviceCorrected",
)


def check_events(snapshot: Snapshot, inbound: Inbound) -> Invariant:
    """I3: an event counts once; ledger, register of events and journal agree on where."""
    return Invariant(
        name="I3",
        promise="every event is applied once, and the journal agrees",
        checked={"events": snapshot.count("events_counted")},
        differences=(
            *applied_twice(snapshot, inbound),
            *snapshot.differences("event_without_outcome"),
            *snapshot.differences("outcome_without_event", journal_topics=JOURNAL_TOPICS),
            *snapshot.differences("event_without_row"),
            *snapshot.differences("row_without_event", derived=DERIVED_RECORDS),
            *snapshot.differences("row_twice", {"log": JOURNAL.table}),
            *log_differences(snapshot, JOURNAL),
        ),
    )


def check_recent_events(snapshot: Snapshot, inbound: Inbound, newest: int) -> Invariant:
    """I3 as far as it is cheap: nothing applied twice, no gap among the newest journal rows."""
    return Invariant(
        name="I3",
        promise="nothing is applied twice and the newest journal rows are all there",
        checked={"rows_per_region_max": newest},
        differences=(
            *applied_twice(snapshot, inbound),
            *log_differences(snapshot, JOURNAL, newest),
        ),
    )


def check_read_tables(snapshot: Snapshot) -> Invariant:
    """I4: timelines, households and facts count what the journal counts up to their position."""
    facts = sum(
        snapshot.count("facts_counted", {"fact": f"projections.{fact.table}"})
        for fact in JOURNAL_FACTS
    )
    _, ahead = readers(snapshot)
    moved = _moved(snapshot)
    return Invariant(
        name="I4",
        promise="the read tables are what the journal says",
        checked={"timeline_rows": snapshot.count("timeline_counted"), "facts": facts},
        differences=(
            *ahead,
            *snapshot.differences("timeline_missing", None, **moved),
            *snapshot.differences("timeline_surplus", None, **moved),
            *snapshot.differences("household_miscounted", None, **moved),
            *_fact_differences(snapshot, JOURNAL_GROUP),
        ),
    )


def check_advice(snapshot: Snapshot) -> Invariant:
    """I6: advices are counted once, on a road of their own, and their tables hold nobody."""
    known = sorted(ADVICE_COLUMNS)
    columns = snapshot.rows("advice_columns", known=known)
    unknown = [{"table": table, "column": column} for table, column in columns]
    personal = [
        Difference(kind="advice_column_unknown", total=len(unknown), first=unknown[:SHOWN_MAX])
    ]
    return Invariant(
        name="I6",
        promise="every advice counts once and holds nobody",
        checked={
            "advices": snapshot.count("advices_counted"),
            "fact_advice": snapshot.count("facts_counted", {"fact": "projections.fact_advice"}),
        },
        differences=(
            *(personal if unknown else ()),
            *snapshot.differences("advice_outcome_differs", advice_topics=ADVICE_TOPICS),
            *snapshot.differences("advice_event_differs"),
            *log_differences(snapshot, ADVICE),
            *snapshot.differences("row_twice", {"log": ADVICE.table}),
            *_fact_differences(snapshot, ADVICE_GROUP),
        ),
    )


def _moved(snapshot: Snapshot) -> dict[str, list[object]]:
    """Return where rows stand that a merge or a split has moved, the last move of each.

    Only rows of one household move; one that counts nowhere any more keeps its line.
    """
    home: dict[tuple[str, int], str] = {}
    for region, version, body in snapshot.rows("rearrangements"):
        row = decode_body(JOURNAL.record_name, version, bytes(body))
        said = decode_body(row["record_name"], row["record_version"], row["payload"])
        for move in said["moves"]:
            if move["from_household"] is not None and move["to_household"] is not None:
                home |= {(region, at): move["to_household"] for at in move["positions"]}
    return {
        "moved_regions": [region for region, _ in home],
        "moved_positions": [position for _, position in home],
        "moved_households": list(home.values()),
    }


def _fact_differences(snapshot: Snapshot, group: FactGroup) -> Iterator[Difference]:
    """Compare a log with the events and facts that were made from it.

    Which statement of a chain stands is asked anew: the events that are void are found by this
    package's own reading of the corrections, not by that of projections. What the chain of a
    statement is, is taken from its row.
    """
    place = {"projection": group.projection, "log": group.log.name}
    tables = {"log": group.log.table, "event": group.event_table}
    yield from snapshot.differences("event_missing", tables, **place)
    yield from snapshot.differences("event_surplus", tables)
    void = _voided(snapshot, group)
    asked = {
        "void_regions": [region for region, _, _ in void],
        "void_sources": [source for _, source, _ in void],
        "void_ids": [event_id for _, _, event_id in void],
    }
    for fact in group.facts:
        of = {"log": group.log.table, "fact": f"projections.{fact.table}"}
        record = {"record_name": fact.record_name}
        yield from snapshot.differences("fact_missing", of, **place, **record)
        yield from snapshot.differences("fact_surplus", of, **record)
        yield from snapshot.differences("fact_valid_differs", {"fact": of["fact"]}, **asked)


def _voided(snapshot: Snapshot, group: FactGroup) -> list[Event]:
    place = {"projection": group.projection, "log": group.log.name}
    tables = {"log": group.log.table}
    corrections = [
        _correction(group, row)
        for row in snapshot.rows(
            "corrections", tables, record_name=group.correcting_record, **place
        )
    ]
    wanted = [one.replacement for one in corrections if one.replacement is not None]
    known = snapshot.rows(
        "known_events",
        tables,
        of_regions=[region for region, _, _ in wanted],
        sources=[source for _, source, _ in wanted],
        event_ids=[event_id for _, _, event_id in wanted],
        **place,
    )
    return sorted(voided_events(corrections, {(r, s, e) for r, s, e in known}))


def _correction(group: FactGroup, found: tuple[object, ...]) -> Correction:
    region, position, source, event_id, version, body = found
    row = decode_body(group.log.record_name, int(str(version)), bytes(_bytes(body)))
    said: Mapping[str, str | None] = decode_body(
        group.correcting_record, row["record_version"], row["payload"]
    )
    replacement = said["replacement_event_id"]
    return Correction(
        position=int(str(position)),
        event=(str(region), str(source), str(event_id)),
        target=(str(region), str(source), str(said["corrected_event_id"])),
        kind=str(said["kind"]),
        replacement=None if replacement is None else (str(region), str(source), replacement),
    )


def _bytes(body: object) -> bytes:
    if not isinstance(body, bytes | memoryview):
        raise TypeError("a log row's body is bytes")
    return bytes(body)
