"""Rows of the journal, the advice log and the finding log, as a log reader is handed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.codec import complete, decode_body, encode_body
from schemas.events import EVENT_TYPES, derived_id
from streams.engine.database import Connection
from streams.engine.lease import Lease
from streams.engine.log import ADVICE, FINDINGS, JOURNAL, Log
from streams.engine.stage import InputRecord

REGION = "drenthe"
CASE_SYSTEM = "urn:nld:oin:00000001001234567000:systeem:zaaksysteem"
POLICE = "urn:nld:oin:00000001001234567001:systeem:bvh"
START = datetime(2025, 1, 1, 8, tzinfo=UTC)


@dataclass(kw_only=True)
class LogRows:
    """Makes rows with positions that follow each other; `known_at` is the caller's."""

    region: str = REGION
    heads: dict[str, int] = field(default_factory=dict)

    def event(
        self,
        record_name: str,
        *,
        event: str,
        known_at: datetime = START,
        households: Sequence[str] = (),
        pids: Sequence[str] = (),
        source: str = CASE_SYSTEM,
        source_ref: str | None = None,
        occurred_at: datetime | None = None,
        decisions: Sequence[dict[str, Any]] = (),
        flags: Sequence[str] = (),
        **fields: Any,
    ) -> InputRecord:
        """Return a journal row, or an advice row when the record is advice."""
        is_advice = EVENT_TYPES[record_name].is_advice
        meta = {
            "event_id": event_id(event),
            "source": source,
            "region": self.region,
            "recorded_at": known_at,
        }
        if not is_advice:
            meta |= {"source_ref": source_ref, "occurred_at": occurred_at or known_at}
        return self.record(
            record_name,
            {"meta": meta, **fields},
            known_at=known_at,
            households=households,
            pids=pids,
            decisions=decisions,
            flags=flags,
        )

    def record(
        self,
        record_name: str,
        record: Mapping[str, Any],
        *,
        known_at: datetime,
        households: Sequence[str] = (),
        pids: Sequence[str] = (),
        decisions: Sequence[dict[str, Any]] = (),
        flags: Sequence[str] = (),
    ) -> InputRecord:
        """Return the row of an event that is there already; defaults are filled in."""
        is_advice = EVENT_TYPES[record_name].is_advice
        log = ADVICE if is_advice else JOURNAL
        meta = record["meta"]
        row = {
            "region": self.region,
            "incarnation": 1,
            "position": self._next(log),
            "known_at": known_at,
            "event_id": meta["event_id"],
            "source": meta["source"],
            "record_name": record_name,
            "record_version": 1,
            "recorded_at": meta["recorded_at"],
            "payload": encode_body(record_name, complete(record_name, record)),
        }
        if not is_advice:
            row |= {
                "occurred_at": meta["occurred_at"],
                "households": [{"household_id": h, "reason": "FOUNDED"} for h in households],
                "persons": [
                    {"ref": n, "field": "persons", "pid": pid, "role": "VICTIM"}
                    | {"certainty": "CERTAIN"}
                    for n, pid in enumerate(pids)
                ],
                "decisions": list(decisions),
                "flags": list(flags),
            }
        return self._input(log, row)

    def finding(self, kind: str, *, finding: str, **fields: Any) -> InputRecord:
        """Return a row of the finding log."""
        row = {
            "region": self.region,
            "incarnation": 1,
            "position": self._next(FINDINGS),
            "journal_incarnation": 1,
            "journal_position": 1,
            "known_at": START,
            "household_id": "household-1",
            "finding_id": event_id(finding),
            "rule_id": "R01",
            "rule_version": 1,
            "parameters": '{"window_days":365}',
            "subject": "",
            "kind": kind,
            "level": "ATTENTION",
            "triggered_at": START,
            "evidence": [],
            "sentence": "3 voorvallen in 365 dagen",
            "reason_code": None,
            "caused_by": {"source": CASE_SYSTEM, "event_id": event_id("cause")},
            "late": False,
        }
        return self._input(FINDINGS, row | fields)

    def _next(self, log: Log) -> int:
        self.heads[log.name] = self.heads.get(log.name, 0) + 1
        return self.heads[log.name]

    def _input(self, log: Log, row: dict[str, Any]) -> InputRecord:
        body = encode_body(log.record_name, complete(log.record_name, row))
        position = row["position"]
        return InputRecord(
            topic=log.topic,
            offset=position - 1,
            key=b"",
            value=body,
            position=position,
            incarnation=row["incarnation"],
        )


def keep_rows(connection: Connection, region: str, records: Sequence[InputRecord]) -> None:
    """Put rows into the tables of their logs, as admission would; makes a missing partition."""
    for log in (JOURNAL, ADVICE):
        rows = [record for record in records if record.topic == log.topic]
        if not rows:
            continue
        table = f"{log.table}_{region.replace('-', '_')}"
        connection.execute(
            f"create table if not exists {table} partition of {log.table} "
            f"for values in ('{region}')".encode()
        )
        names = ("region", "position", "incarnation", "row_version", "key", "body", *log.columns)
        copied = f"copy {log.table} ({', '.join(names)}) from stdin".encode()
        with connection.cursor() as cursor, cursor.copy(copied) as copy:
            for record in rows:
                copy.write_row(_kept(log, region, record))
        connection.execute(
            "insert into engine.log_head (log, region, position) values (%s, %s, %s)"
            " on conflict (log, region) do update set position = excluded.position",
            [log.name, region, rows[-1].position],
        )


def _kept(log: Log, region: str, record: InputRecord) -> tuple[object, ...]:
    body = record.value or b""
    row = decode_body(log.record_name, 1, body)
    told = [row["known_at"], row["source"], row["event_id"], row["record_name"]]
    if log is JOURNAL:
        told.append([link["household_id"] for link in row["households"]])
    return (region, record.position, record.incarnation, 1, b"", body, *told)


def event_id(name: str) -> str:
    """Return the id that tests give an event by its name."""
    return str(derived_id("test", name))


def finding_id(name: str) -> UUID:
    """Return the id that tests give a finding by its name."""
    return UUID(event_id(name))


def lease(region: str = REGION) -> Lease:
    """Return a lease as a stage gets one; the stage under test reads its region and its cache."""
    return Lease(
        stage="projections",
        version=1,
        region=region,
        partition=0,
        epoch=1,
        sequence=0,
        inputs={},
        logs={},
    )


def report_registered(**fields: Any) -> dict[str, Any]:
    """Return the fields of a registered report."""
    return {
        "case_id": "Z-1",
        "report_id": "M-1",
        "received_on": date(2025, 1, 2),
        "reporter_sector": "EDUCATION",
        "repeat_kind": "FIRST",
        "acute": False,
    } | fields


def days_later(days: int) -> datetime:
    """Return an instant so many days after the start of the tests' time."""
    return START + timedelta(days=days)
