"""The finding log against what this program would have said; a log of record is only added to.

The log differs when the program that wrote it judged otherwise than the one that reads it now.
What was said stays; what should be said now is said once more, as of now.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

from schemas.codec import decode_body
from streams.engine.comparing import FETCHED_ROWS, KEYS_SHOWN_MAX
from streams.engine.database import Connection, one_row
from streams.engine.lease import Lease, LogPosition
from streams.engine.log import FINDINGS
from streams.engine.stage import Stage
from streams.engine.transaction import UnitTransaction
from streams.household.findings import REASON_REASSESSED, ChangeKind
from streams.radar.finding_rows import Record, finding_log_rows
from streams.radar.rebuild import QUERIES

# Where a row stands and when it was said: a finding said anew has others of these.
_PLACE = ("incarnation", "position", "journal_incarnation", "journal_position", "known_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogComparison:
    """Findings that the log leaves otherwise than it should, and where the histories part."""

    wrong: frozenset[UUID]
    parts_at: tuple[int, ...]

    @property
    def keys(self) -> list[str]:
        """Return the first findings, in the order of their ids."""
        return [str(finding_id) for finding_id in sorted(self.wrong)[:KEYS_SHOWN_MAX]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _LogEntry:
    position: int
    finding_id: UUID
    record: Record

    @property
    def whole(self) -> Record:
        return {**self.record, "incarnation": 0, "position": 0}

    @property
    def content(self) -> Record:
        return {name: value for name, value in self.record.items() if name not in _PLACE}


def compare_log(live: Connection, beside: Connection, region: str) -> LogComparison:
    """Compare row by row; a finding is wrong when the last row about it says something else.

    Both connections must be in a transaction, and stand at the same journal position.
    """
    suspects: set[UUID] = set()
    parts_at: list[int] = []
    pairs = zip_longest(
        _entries(live, "log_rows", region=region), _entries(beside, "said", region=region)
    )
    for logged, said in pairs:
        if logged is not None and said is not None and logged.whole == said.whole:
            continue
        if len(parts_at) < KEYS_SHOWN_MAX:
            parts_at.append(logged.position if logged else 0)
        suspects |= {entry.finding_id for entry in (logged, said) if entry is not None}
    wrong = frozenset(_wrong(live, beside, region, suspects)) if suspects else frozenset()
    return LogComparison(wrong=wrong, parts_at=tuple(parts_at))


def _wrong(
    live: Connection, beside: Connection, region: str, suspects: set[UUID]
) -> Iterator[UUID]:
    """Yield those of the findings whose last rows differ, read whole: rows may be out of step."""
    logged, said = (
        {entry.finding_id: entry.content for entry in _entries(side, query, region, suspects)}
        for side, query in ((live, "log_rows_of"), (beside, "said_of"))
    )
    for finding_id in suspects:
        mine, should = logged.get(finding_id), said.get(finding_id)
        if should is None and mine is not None and mine["kind"] == ChangeKind.WITHDRAWN:
            continue
        if mine != should:
            yield finding_id


def append_differences(
    connection: Connection, stage: Stage, region: str, wrong: frozenset[UUID], position: int
) -> int:
    """Say anew what the log leaves wrong, in the caller's transaction; return the rows appended.

    The caller holds the stage's head row and has brought both sides to journal `position`.
    A finding is said from its raising on; one that should not be there is withdrawn.
    """
    if not wrong:
        return 0
    asked = {"region": region, "position": position}
    row = connection.execute(QUERIES["journal_row"], asked).fetchone()
    if row is None:
        raise AssertionError("a rebuild stands at a row of the journal")
    now = {"journal_incarnation": row[0], "journal_position": position, "known_at": row[1]}
    said = [entry.record for entry in _entries(connection, "said_of", region, wrong)]
    present = {record["finding_id"] for record in said}
    logged = {
        entry.finding_id: entry.record
        for entry in _entries(connection, "log_rows_of", region, wrong)
    }
    gone = [
        {**record, "kind": ChangeKind.WITHDRAWN.value, "reason_code": REASON_REASSESSED}
        for finding_id, record in sorted(logged.items())
        if str(finding_id) not in present
    ]
    _append(connection, stage, region, [{**record, **now} for record in (*said, *gone)])
    return len(said) + len(gone)


def _append(connection: Connection, stage: Stage, region: str, records: Sequence[Record]) -> None:
    place = {"log": FINDINGS.name, "region": region}
    incarnation, head = one_row(connection, "read_log_head", place)
    at = LogPosition(log=FINDINGS.name, incarnation=incarnation, position=head, relayed=0)
    lease = Lease(
        stage=stage.name,
        version=stage.version,
        region=region,
        partition=-1,
        epoch=0,
        sequence=0,
        inputs={},
        logs={FINDINGS.name: at},
    )
    # Nothing is refused here, so the key for dead letters is never used.
    tx = UnitTransaction(connection, stage, secrets.token_bytes(32))
    first = tx.reserve(lease, FINDINGS, len(records))
    rows = finding_log_rows(records, region=region, incarnation=incarnation, first=first)
    tx.append(lease, FINDINGS, rows)
    tx.flush()


def _entries(
    connection: Connection,
    query: str,
    region: str,
    finding_ids: set[UUID] | frozenset[UUID] | None = None,
) -> Iterator[_LogEntry]:
    asked: dict[str, Any] = {"region": region}
    if finding_ids is not None:
        asked["finding_ids"] = sorted(finding_ids)
    with connection.cursor(name=f"findings_{query}") as cursor:
        cursor.itersize = FETCHED_ROWS
        for position, finding_id, version, body in cursor.execute(QUERIES[query], asked):
            record = decode_body("FindingEvent", version, bytes(body))
            yield _LogEntry(position=position, finding_id=finding_id, record=record)
