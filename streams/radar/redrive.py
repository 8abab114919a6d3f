"""Parked households folded anew from the journal, and what the finding log then still has to say.

The journal says what happened, so a household that waits needs no rows of its own kept anywhere.
What it should have said while it waited is said at the row that asked for it: the finding log
tells what was said when, and until then nobody had been told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg import sql

from schemas.codec import decode_body, encode_body
from streams.engine.database import Connection
from streams.engine.lease import Lease
from streams.engine.log import JOURNAL
from streams.engine.log_copy import Stretch, copied_rows
from streams.engine.named_queries import load_queries
from streams.engine.parking import Failure, failure_of, may_park
from streams.engine.transaction import UnitTransaction
from streams.household.findings import REASON_REASSESSED, ChangeKind
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.radar.finding_rows import Record, finding_record
from streams.radar.rearrangements import read_rows_at
from streams.radar.region_fold import Kept, RegionFold, Said
from streams.radar.rows import CLOCK_TICKED, READ_RECORDS, RULES_ACTIVATED, Row, decode_row

QUERIES = load_queries("streams.radar")
FINDING_ROW_VERSION = 1
EVERYONES = (CLOCK_TICKED, RULES_ACTIVATED)
# Where a row stands and when it was said: what is said anew has others of these.
PLACE = ("incarnation", "position", "journal_incarnation", "journal_position", "known_at")
_OF_THESE = sql.SQL(
    "(record_name = any({everyones}) or (record_name = any({read}) and households && {these}))"
)


@dataclass(slots=True, kw_only=True)
class Refolded:
    """Households as the journal leaves them, what they say, and which of them fail again."""

    households: dict[str, Kept] = field(default_factory=dict)
    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, Failure] = field(default_factory=dict)


def refold(
    connection: Connection,
    region: str,
    household_ids: Sequence[str],
    last: int,
    *,
    parks: bool = True,
) -> Refolded:
    """Fold some households of a region from its first row to `last`; nothing is written.

    With `parks` one that fails leaves the others as they are; without, its error is raised.
    """
    condition = _OF_THESE.format(
        everyones=sql.Literal(list(EVERYONES)),
        read=sql.Literal(sorted(READ_RECORDS)),
        these=sql.Literal(list(household_ids)),
    )
    stretch = Stretch(log=JOURNAL, region=region, first=1, last=last)
    bodies = [record.value or b"" for record in copied_rows(connection, stretch, condition)]
    try:
        rows = [decode_row(body) for body in bodies]
    except Exception as error:
        if not parks or not may_park(error):
            raise
        if len(household_ids) == 1:
            return Refolded(failed={household_ids[0]: failure_of(error)})
        # One row cannot be read: whose it is shows when each household is folded by itself.
        return _together(refold(connection, region, [one], last) for one in household_ids)
    wanted = frozenset(household_ids)
    fold = RegionFold(
        region=region,
        rule_set=DEFAULT_RULE_SET,
        households={},
        rows_at=lambda positions: read_rows_at(connection, region, positions),
        parks=parks,
    )
    result = Refolded()
    for row in rows:
        mine = tuple(name for name in row.household_ids if name in wanted)
        for one in fold.apply(replace(row, household_ids=mine)):
            result.said[one.change.cause.household_id].append(one)
    result.failed = {failed.household_id: failed.failure for failed in fold.failed}
    result.households = {
        name: kept for name, kept in fold.households.items() if name not in result.failed
    }
    return result


def _together(parts: Iterable[Refolded]) -> Refolded:
    whole = Refolded()
    for part in parts:
        whole.households.update(part.households)
        whole.said.update(part.said)
        whole.failed.update(part.failed)
    return whole


def redrive(
    tx: UnitTransaction, lease: Lease, fold: RegionFold, row: Row, said: Sequence[Said | Record]
) -> list[Record]:
    """Let the parked households that a journal row asks for go on; return what they must say.

    `said` is what this unit has said so far and not written yet.  Whoever fails again waits on.
    """
    lot = tx.parking(lease)
    payload: Mapping[str, Any] = row.event.payload
    named = lot.asked_for(payload["dead_letter_ids"]).get(JOURNAL.name, [])
    if not named:
        return []
    position = row.event.position
    refolded = refold(tx.connection, lease.region, named, position)
    for household_id, failure in refolded.failed.items():
        lot.failed_again(JOURNAL.name, [household_id], failure)
    well = sorted(set(named) - refolded.failed.keys())
    if not well:
        return []
    logged = _logged(tx.connection, lease.region, well, said)
    missing: list[Record] = []
    for household_id in well:
        fold.release(household_id, refolded.households.get(household_id))
        records = [_normal(lease.region, one) for one in refolded.said[household_id]]
        missing += still_to_say(logged[household_id], records)
    lot.unpark(JOURNAL.name, well, until=position, asked_at=position)
    return [{**record, **place_at(row)} for record in missing]


def still_to_say(logged: Sequence[Record], said: Sequence[Record]) -> list[Record]:
    """Return what the log lacks of what a household says, in the order in which it says it.

    A finding of which the log holds the beginning gets the rest.  One of which it tells otherwise
    is said anew from its raising on, if it does not end alike; one that should not be is withdrawn.
    """
    of_log, of_said = _by_finding(logged), _by_finding(said)
    start = {
        finding_id: _known(of_log.get(finding_id, []), rows) for finding_id, rows in of_said.items()
    }
    number: dict[str, int] = defaultdict(int)
    missing = []
    for record in said:
        finding_id = record["finding_id"]
        if number[finding_id] >= start[finding_id]:
            missing.append(record)
        number[finding_id] += 1
    gone = [
        {**rows[-1], "kind": ChangeKind.WITHDRAWN.value, "reason_code": REASON_REASSESSED}
        for finding_id, rows in sorted(of_log.items())
        if finding_id not in of_said and rows[-1]["kind"] != ChangeKind.WITHDRAWN
    ]
    return missing + gone


def _known(logged: Sequence[Record], said: Sequence[Record]) -> int:
    """Return how many of a finding's rows need not be said again."""
    mine, should = [content(one) for one in logged], [content(one) for one in said]
    if mine == should[: len(mine)]:
        return len(mine)
    return len(should) if mine[-1] == should[-1] else 0


def _by_finding(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record["finding_id"]].append(record)
    return found


def content(record: Record) -> Record:
    """Return what a finding row says, without where and when it was said."""
    return {name: value for name, value in record.items() if name not in PLACE}


def place_at(row: Row) -> dict[str, Any]:
    """Return the place of what is said at a journal row, whatever row caused it."""
    return {
        "journal_incarnation": row.incarnation,
        "journal_position": row.event.position,
        "known_at": row.event.known_at,
    }


def _logged(
    connection: Connection,
    region: str,
    household_ids: Sequence[str],
    said: Iterable[Said | Record],
) -> Mapping[str, list[Record]]:
    """Return by household what the log says, and after it what this unit is about to say."""
    found: dict[str, list[Record]] = defaultdict(list)
    asked = {"region": region, "household_ids": list(household_ids)}
    for version, body in connection.execute(QUERIES["said_of_households"], asked):
        record = decode_body("FindingEvent", version, bytes(body))
        found[record["household_id"]].append(record)
    for one in said:
        record = _normal(region, one) if isinstance(one, Said) else one
        found[record["household_id"]].append(record)
    return found


def _normal(region: str, said: Said) -> Record:
    """Return the record as the log would give it back, but without its place there."""
    record = finding_record(said, region=region, incarnation=0, position=0)
    return decode_body("FindingEvent", FINDING_ROW_VERSION, encode_body("FindingEvent", record))
