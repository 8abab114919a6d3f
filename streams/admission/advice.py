"""Advice has a road of its own: no person, no household, no address, nothing to join it to.

Reads the advice topic only and writes the advice log only (architecture.md §6.8). A refused advice
is kept as a hash: its bytes could be the very breach that it was refused for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.codec import Codec, decode_body, encode_body
from schemas.field_rules import time_flags
from schemas.problem_codes import DataError
from schemas.regions import Regions
from schemas.topics import INBOUND_TOPICS
from streams.admission.decode import Heard, Misplaced, Reader, Refused
from streams.admission.known_at import RegionClock, read_clock
from streams.admission.sameness import Sameness, Seen, find_events, sameness
from streams.admission.senders import Senders
from streams.admission.stage import system_clock
from streams.admission.writing import send_on
from streams.engine.adoption import AdoptedRows, Origin
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.engine.key_files import KeyFiles
from streams.engine.lease import Lease
from streams.engine.ledger import Outcome
from streams.engine.log import ADVICE, Log, LogRow
from streams.engine.named_queries import load_queries
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from streams.household.linking import EventKey

QUERIES = load_queries("streams.admission")
LAST_KNOWN_AT = "last_known_at"
CONFLICT_CODE = "dedup.conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where and when a unit is admitted."""

    tx: UnitTransaction
    lease: Lease
    clock: RegionClock | None
    horizon: datetime
    known_at: datetime


class AdviceStage:
    """Reads vt.in.advice.v1, writes the advice log (a `Stage` of the engine)."""

    name = "advice"
    version = 1
    topics: tuple[str, ...] = tuple(t.name for t in INBOUND_TOPICS.values() if t.is_advice)
    logs: tuple[Log, ...] = (ADVICE,)

    def __init__(
        self,
        *,
        codec: Codec,
        keys: KeyFiles,
        regions: Regions,
        senders: Senders,
        hub_clock: Callable[[], datetime] = system_clock,
    ) -> None:
        self._codec = codec
        self._keys = keys
        self._regions = regions
        self._senders = senders
        self._hub_clock = hub_clock

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        """Admit the advices of each region; one record's fault never touches another's."""
        for batch in batches:
            self._admit(batch, tx)

    def origin(self, row: InputRecord) -> Origin | None:
        """Return where an advice was received; see `AdoptingStage`."""
        said = decode_body(ADVICE.record_name, 1, row.value or b"")
        return said["received_topic"], said["received_offset"]

    def adopt(self, adopted: AdoptedRows, tx: UnitTransaction) -> None:
        """Take advices back after a restore; see `AdoptingStage`."""
        lease, rows = adopted.lease, []
        reader = self._reader(lease)
        with tx.connection.cursor() as cursor, cursor.copy(QUERIES["copy_advice_events"]) as copy:
            for number, row in enumerate(adopted.rows):
                said = decode_body(ADVICE.record_name, 1, row.value or b"")
                origin = (said["received_topic"], said["received_offset"])
                source = adopted.heard.get(origin)
                heard = None if source is None else reader.read(number, source)
                if not isinstance(heard, Heard) or heard.payload != said["payload"]:
                    raise StopError(
                        f"{origin[0]}, region {lease.region}: offset {origin[1]} is not the "
                        f"advice of position {row.position}; see the runbook 'restored database'"
                    )
                known = (heard.event_type.name, heard.digest, row.position, origin[1])
                copy.write_row((lease.region, said["source"], said["event_id"], *known))
                rows.append((row.incarnation or 0, _adopted_row(row, said)))
        tx.adopt(lease, ADVICE, rows)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Do nothing: advice acts on records only."""

    def _admit(self, batch: Batch, tx: UnitTransaction) -> None:
        lease, connection = batch.lease, tx.connection
        reader = self._reader(lease)
        heard = [reader.read(number, record) for number, record in enumerate(batch.records)]
        keys = {item.key for item in heard if isinstance(item, Heard)}
        seen = self._find(connection, lease.region, keys)
        place = self._place(lease, tx)
        admitted: list[tuple[Heard, int]] = []
        for item in heard:
            if isinstance(item, Refused):
                _refuse(place, item.record, item.code, item.source, item.event_id)
            elif isinstance(item, Misplaced):
                send_on(tx, lease, item)
            elif _is_new(place, item, seen):
                position = tx.reserve(lease, ADVICE, 1)
                admitted.append((item, position))
                seen[item.key] = Seen(digest=item.digest, position=position)
                _settle(place, item, Outcome.APPLIED, position)
        _write(place, admitted)
        if place.clock is not None:
            lease.cache[LAST_KNOWN_AT] = place.known_at

    def _reader(self, lease: Lease) -> Reader:
        return Reader(
            region=lease.region,
            codec=self._codec,
            regions=self._regions,
            senders=self._senders,
            digest_key=self._keys.digest,
            private_keys=_no_sealed_block,
        )

    def _find(
        self, connection: Connection, region: str, keys: Collection[EventKey]
    ) -> dict[EventKey, Seen]:
        (topic,) = self.topics
        asked = {region: keys}
        return find_events(connection, asked, query="find_advice_events", topic=topic)[region]

    def _place(self, lease: Lease, tx: UnitTransaction) -> _Place:
        """Return when this unit is known: by the region's clock, never before the last advice.

        The clock is read anew for each unit, because another stage moves it.
        """
        hub_now = self._hub_clock()
        clock = read_clock(tx.connection, lease.region)
        known_at = horizon = hub_now
        if clock is not None:
            known_at, horizon = clock.advanced(hub_now).now, clock.horizon(hub_now)
            last = lease.cache.get(LAST_KNOWN_AT) or _last_known_at(tx.connection, lease.region)
            known_at = max(known_at, last or known_at)
        return _Place(tx=tx, lease=lease, clock=clock, horizon=horizon, known_at=known_at)


def _is_new(place: _Place, item: Heard, seen: Mapping[EventKey, Seen]) -> bool:
    """Say whether to admit this advice; settle it here when not."""
    stored = seen.get(item.key)
    match sameness(stored, item.digest):
        case Sameness.DUPLICATE:
            assert stored is not None
            is_itself = stored.came_as(item.record)
            outcome = Outcome.APPLIED if is_itself else Outcome.DUPLICATE
            _settle(place, item, outcome, stored.position)
            return False
        case Sameness.CONFLICT:
            _settle(place, item, Outcome.CONFLICT, None, CONFLICT_CODE)
            return False
        case Sameness.NEW:
            pass
    code = None
    if place.clock is None:
        code = "region.not_open"
    else:
        try:
            time_flags(item.event_type.name, item.body, place.horizon)
        except DataError as error:
            code = error.code
    if code is not None:
        _refuse(place, item.record, code, item.key.source, item.key.event_id)
    return code is None


def _write(place: _Place, admitted: Sequence[tuple[Heard, int]]) -> None:
    if not admitted:
        return
    incarnation = place.lease.logs[ADVICE.name].incarnation
    rows = [_log_row(heard, incarnation, position, place.known_at) for heard, position in admitted]
    place.tx.append(place.lease, ADVICE, rows)
    with (
        place.tx.connection.cursor() as cursor,
        cursor.copy(QUERIES["copy_advice_events"]) as copy,
    ):
        for heard, position in admitted:
            key = heard.key
            said = (heard.event_type.name, heard.digest, position, heard.record.offset)
            copy.write_row((place.lease.region, key.source, key.event_id, *said))


def _log_row(heard: Heard, incarnation: int, position: int, known_at: datetime) -> LogRow:
    meta = heard.body["meta"]
    row: dict[str, Any] = {
        "region": meta["region"],
        "incarnation": incarnation,
        "position": position,
        "known_at": known_at,
        "event_id": meta["event_id"],
        "source": meta["source"],
        "record_name": heard.event_type.name,
        "record_version": heard.version,
        "recorded_at": meta["recorded_at"],
        "received_topic": heard.record.topic,
        "received_offset": heard.record.offset,
        "payload": heard.payload,
    }
    return LogRow(
        position=position,
        key=meta["event_id"].encode(),
        body=encode_body(ADVICE.record_name, row),
        values=(known_at, meta["source"], meta["event_id"], heard.event_type.name),
    )


def _adopted_row(row: InputRecord, said: Mapping[str, Any]) -> LogRow:
    return LogRow(
        position=row.position or 0,
        key=row.key or b"",
        body=row.value or b"",
        values=(said["known_at"], said["source"], said["event_id"], said["record_name"]),
    )


def _last_known_at(connection: Connection, region: str) -> datetime | None:
    row = connection.execute(QUERIES["last_advice_known_at"], {"region": region}).fetchone()
    return None if row is None else row[0]


def _no_sealed_block(_: bytes) -> None:
    return None


def _settle(
    place: _Place, item: Heard, outcome: Outcome, position: int | None, code: str | None = None
) -> None:
    place.tx.settle(
        place.lease,
        item.record,
        outcome,
        position=position,
        code=code,
        source=item.key.source,
        event_id=item.key.event_id,
    )


def _refuse(
    place: _Place, record: InputRecord, code: str, source: str | None, event_id: str | None
) -> None:
    place.tx.dead_letter(
        place.lease, record, code, keep_body=False, source=source, event_id=event_id
    )
