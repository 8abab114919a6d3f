"""The admission stages driven without Kafka: records in, one transaction per unit, tables out."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from hub.migrate import migrate
from schemas.codec import Codec, SchemaKey, complete, decode_body
from schemas.events import EVENT_TYPES, derived_id
from schemas.regions import Regions
from schemas.sealing import info_of, seal
from schemas.topics import INBOUND_TOPICS
from streams.admission.advice import AdviceStage
from streams.admission.senders import Senders
from streams.admission.stage import AdmissionStage
from streams.engine.key_files import KeyFiles
from streams.engine.lease import Lease, LogPosition
from streams.engine.stage import Batch, InputRecord, Stage
from streams.engine.transaction import UnitTransaction
from streams.engine.wire import HUB_SOURCE
from streams.vault.sealing_keys import public_sealing_key

REGION = "drenthe"
POLICE = "urn:nld:oin:00000099000000000002:systeem:politie"
SCHOOLS = "urn:nld:oin:00000099000000000003:systeem:scholen"
CASE_SYSTEM = "urn:nld:oin:00000099000000000004:systeem:zaken"
OPENED_AT = datetime(2025, 1, 1, tzinfo=UTC)
HUB_NOW = datetime(2025, 1, 1, 12, tzinfo=UTC)
IDS = {number: SchemaKey(name, 1) for number, name in enumerate(sorted(EVENT_TYPES), start=1)}
REGIONS = Regions.parse(
    '[[region]]\ncode = "drenthe"\nname = "Drenthe"\n[[region]]\ncode = "zuid"\nname = "Zuid"\n'
)


def partner_file(*sources: str, regions: Sequence[str] = (REGION,)) -> str:
    """Return a partner file in which each source may say everything, for these regions only."""
    topics = sorted(INBOUND_TOPICS.keys() - {"vt.in.hub.v1"})
    token = hashlib.sha256(b"token").hexdigest()
    return "\n".join(
        f'[[partner]]\nid = "p{number}"\nname = "Partner {number}"\nsources = ["{source}"]\n'
        f'regions = {list(regions)}\ntopics = {topics}\ntoken_sha256 = "{token}"\n'
        for number, source in enumerate(sources)
    )


@dataclass(kw_only=True)
class AdmissionRoad:
    """One region's admission on one database; `hub_now` is the hub's clock."""

    database: str
    keys: KeyFiles = field(
        default_factory=lambda: KeyFiles.create(Path(tempfile.mkdtemp()) / "keys")
    )
    hub_now: datetime = HUB_NOW
    region: str = REGION
    spoken_for: tuple[str, ...] = (REGION,)
    codec: Codec = field(default_factory=lambda: Codec(IDS))
    waiting: list[InputRecord] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=dict)
    said: int = 0
    sources: tuple[str, ...] = (POLICE, SCHOOLS, CASE_SYSTEM)

    def __post_init__(self) -> None:
        migrate(self.database, REGIONS)
        self.connection = psycopg.connect(self.database)
        common: dict[str, Any] = {
            "codec": self.codec,
            "keys": self.keys,
            "regions": REGIONS,
            "senders": Senders.parse(partner_file(*self.sources, regions=self.spoken_for)),
            "hub_clock": lambda: self.hub_now,
        }
        self.stages: dict[str, Stage] = {
            "admission": AdmissionStage(**common),
            "advice": AdviceStage(**common),
        }
        self.leases = {name: self._new_lease(name) for name in self.stages}

    def _new_lease(self, stage: str) -> Lease:
        (log,) = self.stages[stage].logs
        self.connection.execute(
            "insert into engine.log_head (log, region) values (%s, %s) on conflict do nothing",
            [log.name, self.region],
        )
        row = self.connection.execute(
            "select position from engine.log_head where log = %s and region = %s",
            [log.name, self.region],
        ).fetchone()
        assert row is not None
        self.connection.commit()
        head = LogPosition(log=log.name, incarnation=1, position=row[0], relayed=0)
        return Lease(
            stage=stage,
            version=1,
            region=self.region,
            partition=0,
            epoch=1,
            sequence=0,
            inputs={},
            logs={log.name: head},
        )

    def open(self, mode: str = "REPLAY") -> None:
        """Open the region, so that it has a clock and a sealing key."""
        self.hub("RegionOpened", "opened", clock_mode=mode, name="Drenthe")
        self.unit()

    def hub(self, record_name: str, event: str, **fields: Any) -> InputRecord:
        """Say something as the hub."""
        return self.say(record_name, event, source=HUB_SOURCE, at=OPENED_AT, **fields)

    def tick(self, day: date) -> InputRecord:
        """Let a day begin."""
        return self.hub("ClockTicked", f"tick {day}", day=day)

    def say(
        self,
        record_name: str,
        event: str,
        *,
        source: str = CASE_SYSTEM,
        at: datetime = HUB_NOW,
        source_ref: str | None = None,
        people: Sequence[Mapping[str, Any]] = (),
        addresses: Sequence[Mapping[str, Any]] = (),
        topic: str = "",
        region: str | None = None,
        headers: tuple[tuple[str, bytes], ...] = (),
        **fields: Any,
    ) -> InputRecord:
        """Put an event on its topic; `people` and `addresses` are sealed as they stand."""
        meta: dict[str, Any] = {
            "event_id": event_id(event),
            "source": source,
            "region": region or self.region,
            "recorded_at": at,
        }
        event_type = EVENT_TYPES[record_name]
        if not event_type.is_advice:
            meta |= {"occurred_at": at, "source_ref": source_ref}
        if people or addresses:
            fields["sealed_persons"] = self.seal(meta, people, addresses)
        record = complete(record_name, {"meta": meta, **fields})
        value = self.codec.encode(record_name, record)
        return self.send(topic or event_type.topic, value, headers)

    def seal(
        self,
        meta: Mapping[str, Any],
        people: Sequence[Mapping[str, Any]],
        addresses: Sequence[Mapping[str, Any]],
    ) -> bytes:
        """Return the sealed block of an event, as the gateway makes it."""
        key_id, public = public_sealing_key(self.connection, meta["region"])
        self.connection.rollback()
        info = info_of(meta["region"], meta["source"], meta["event_id"])
        return seal(X25519PublicKey.from_public_bytes(public), key_id, info, people, addresses)

    def send(
        self, topic: str, value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()
    ) -> InputRecord:
        """Put bytes on a topic."""
        offset = self.offsets.get(topic, -1) + 1
        self.offsets[topic] = offset
        self.said += 1
        record = InputRecord(
            topic=topic,
            offset=offset,
            key=b"",
            value=value,
            headers=headers,
            timestamp_ms=self.said,
        )
        self.waiting.append(record)
        return record

    def unit(self, stage: str = "admission", *, commit: bool = True) -> UnitTransaction:
        """Admit all that was said since the last unit, in one transaction."""
        return self.unit_with([], stage, commit=commit)

    def unit_with(
        self, others: Sequence[AdmissionRoad], stage: str = "admission", *, commit: bool = True
    ) -> UnitTransaction:
        """Admit what was said here and in other regions of this database, in one transaction."""
        roads = [self, *others]
        tx = UnitTransaction(self.connection, self.stages[stage], self.keys.dead_letter)
        batches = [Batch(lease=road.leases[stage], records=road.waiting) for road in roads]
        self.stages[stage].handle(batches, tx)
        tx.flush()
        if not commit:
            self.connection.rollback()
            for road in roads:
                road.leases[stage].cache.clear()
            return tx
        self.connection.commit()
        for road in roads:
            lease = road.leases[stage]
            for log, head in lease.logs.items():
                head.position += len(tx.appended.get((lease.region, log), ()))
            road.waiting = []
        return tx

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Read something from the tables."""
        rows = self.connection.execute(statement.encode(), values).fetchall()
        self.connection.rollback()
        return rows

    def outcome(self, record: InputRecord) -> tuple[str, str | None]:
        """Return (outcome, code) of a record."""
        rows = self.query(
            'select outcome, code from engine.ledger where topic = %s and "offset" = %s',
            record.topic,
            record.offset,
        )
        assert len(rows) == 1, "a record has exactly one outcome"
        return rows[0][0], rows[0][1]

    def journal(self) -> list[dict[str, Any]]:
        """Return all journal rows, decoded, by position."""
        told = "select body from engine.journal where region = %s order by position"
        rows = self.query(told, self.region)
        return [decode_body("JournalRow", 1, bytes(body)) for (body,) in rows]

    def row(self, event: str) -> dict[str, Any]:
        """Return the journal row of an event."""
        (row,) = [r for r in self.journal() if r["event_id"] == event_id(event)]
        return row

    def households(self, event: str) -> list[str]:
        """Return the households of an event in the journal."""
        return [link["household_id"] for link in self.row(event)["households"]]


def event_id(name: str) -> str:
    """Return the id that tests give an event by its name."""
    return str(derived_id("test", name))


def person(ref: int, role: str = "VICTIM", **fields: Any) -> dict[str, Any]:
    """Return a person as an event names one."""
    return {"ref": ref, "role": role, "age_class": "UNKNOWN", "is_minor": None, "relations": []} | (
        fields
    )


def bsn(number: int) -> str:
    """Return the number-th BSN of the test range 999… that passes the 11-test."""
    count = -1
    for candidate in range(999_000_000, 999_999_999):
        digits = [int(d) for d in str(candidate)]
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        if sum(w * d for w, d in zip(weights, digits, strict=True)) % 11 == 0:
            count += 1
            if count == number:
                return str(candidate)
    raise ValueError("the test range holds 90,909 numbers")


def new_event() -> str:
    """Return a name that no other event has."""
    return secrets.token_hex(8)
