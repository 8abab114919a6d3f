"""From bytes to what was said: every check that needs one record only (architecture.md §6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.codec import Codec, encode_body
from schemas.digest import event_digest
from schemas.events import EventType
from schemas.problem_codes import DataError
from schemas.regions import Regions
from schemas.sealing import (
    NOTHING_SEALED,
    PrivateKeys,
    SealedContent,
    check_refs,
    info_of,
    open_sealed,
)
from streams.admission.senders import HUB_TOPIC, Senders
from streams.engine.outbox import RE_ROUTED_HEADER
from streams.engine.stage import InputRecord
from streams.household.linking import EventKey

UNKNOWN_SOURCE = "authz.source"
MISPLACED = "region.misplaced"
CASE_SYSTEM_TOPIC = "vt.in.case-system.v1"
FRAME_BYTES = 5
"""Confluent framing in front of the Avro body: magic byte and schema id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A record that is well formed, spoken by one who may, and open.

    `payload` is its Avro body without the sealed block; `opened` never leaves this unit.
    """

    number: int
    record: InputRecord
    event_type: EventType
    version: int
    body: dict[str, Any]
    key: EventKey
    digest: bytes
    opened: SealedContent
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record that will never be applied as it is, and why."""

    record: InputRecord
    code: str
    source: str | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplaced:
    """A record on the partition of another region than its event's, to be sent on."""

    record: InputRecord
    partition: int
    key: EventKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading a region's records needs; one per lease."""

    region: str
    codec: Codec
    regions: Regions
    senders: Senders
    digest_key: bytes
    private_keys: PrivateKeys

    def read(self, number: int, record: InputRecord) -> Heard | Refused | Misplaced:
        """Return what a record says, or why it is refused; content never raises."""
        try:
            decoded = self.codec.decode(record.topic, record.value)
        except DataError as error:
            return Refused(record=record, code=error.code)
        assert isinstance(decoded.event_type, EventType)
        meta = decoded.record["meta"]
        key = EventKey(source=meta["source"], event_id=meta["event_id"])
        code = self._not_allowed(record, meta)
        if code is not None:
            return self._refused(record, code, key)
        if meta["region"] != self.region:
            return self._misplaced(record, meta["region"], key)
        try:
            opened = self._opened(decoded.event_type, decoded.record, key)
        except DataError as error:
            return self._refused(record, error.code, key)
        return Heard(
            number=number,
            record=record,
            event_type=decoded.event_type,
            version=decoded.version,
            body=decoded.record,
            key=key,
            digest=event_digest(self.digest_key, decoded.event_type.name, decoded.record, opened),
            opened=opened,
            payload=_payload(record, decoded.event_type, decoded.version, decoded.record),
        )

    def _not_allowed(self, record: InputRecord, meta: Mapping[str, Any]) -> str | None:
        region = meta["region"]
        if region not in self.regions:
            return "domain.region"
        attributes = dict(record.headers)
        said = (("ce_id", meta["event_id"]), ("ce_source", meta["source"]))
        if any(attributes.get(name, value.encode()) != value.encode() for name, value in said):
            # Two names for one event: whoever routes by the header would see another event.
            return "domain.id"
        return self.senders.refusal(meta["source"], region, record.topic)

    def _misplaced(self, record: InputRecord, region: str, key: EventKey) -> Misplaced | Refused:
        """Return the record to send on; one that was sent on before would go round for ever."""
        if RE_ROUTED_HEADER in dict(record.headers):
            return self._refused(record, MISPLACED, key)
        return Misplaced(record=record, partition=self.regions.partition(region), key=key)

    def _opened(self, event_type: EventType, body: dict[str, Any], key: EventKey) -> SealedContent:
        """Take the sealed block out of the body and return what was in it."""
        if not event_type.has_sealed_persons or body["sealed_persons"] is None:
            return NOTHING_SEALED
        sealed: bytes = body["sealed_persons"]
        body["sealed_persons"] = None
        info = info_of(self.region, key.source, key.event_id)
        opened = open_sealed(self.private_keys, info, sealed)
        check_refs(event_type, body, opened)
        return opened

    @staticmethod
    def _refused(record: InputRecord, code: str, key: EventKey) -> Refused:
        if code == UNKNOWN_SOURCE:
            # Nobody vouches for what an unknown source calls itself: it could name a person.
            return Refused(record=record, code=code)
        return Refused(record=record, code=code, source=key.source, event_id=key.event_id)


def in_order(records: Sequence[InputRecord]) -> list[InputRecord]:
    """Return a unit's records in the order in which to admit them.

    The hub's own first: a clock that ticks or a region that opens is ahead of what follows it.
    Then by the broker's time, so that a parent usually comes before its children, and in one
    millisecond a signal before its registration; within one topic always by offset, even when the
    broker's clock was set back.
    """
    latest: dict[str, int] = {}
    keyed = []
    for record in records:
        latest[record.topic] = max(latest.get(record.topic, 0), record.timestamp_ms)
        is_later = record.topic != HUB_TOPIC
        is_register = record.topic == CASE_SYSTEM_TOPIC
        said_at = latest[record.topic] if is_later else 0
        at = (is_later, said_at, is_register, record.topic, record.offset)
        keyed.append((at, record))
    keyed.sort(key=lambda item: item[0])
    return [record for _, record in keyed]


def _payload(
    record: InputRecord, event_type: EventType, version: int, body: Mapping[str, Any]
) -> bytes:
    """Return the event's Avro body with the sealed block gone."""
    if event_type.has_sealed_persons:
        return encode_body(event_type.name, body, version)
    # Nothing was taken out, and decoding has proved the bytes canonical.
    assert record.value is not None
    return record.value[FRAME_BYTES:]
