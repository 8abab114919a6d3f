"""Follows one event through every step: what happened to it, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg

from streams.engine.named_queries import load_queries

QUERIES = load_queries("hub", "trace.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the road; `says` holds tokens, codes and positions, never who it is about."""

    name: str
    at: datetime | None
    says: str

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        return {**asdict(self), "at": self.at.isoformat() if self.at else None}


def trace_event(database_url: str, event_id: str, region: str | None = None) -> Sequence[Step]:
    """Return the steps in order; empty when no region ever received the event."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        return list(_steps(connection, event_id, region))


def _steps(
    connection: psycopg.Connection[tuple[Any, ...]], event_id: str, region: str | None
) -> Iterator[Step]:
    asked = {"event_id": event_id, "region": region}

    def rows(name: str) -> list[tuple[Any, ...]]:
        return connection.execute(QUERIES[name], asked).fetchall()

    for where, at, delivered_at in rows("receipts"):
        yield Step(name="gateway", at=at, says=f"region {where}: reserved")
        if delivered_at is not None:
            yield Step(name="broker", at=delivered_at, says="acknowledged, sender told 202")
    for where, topic, offset, outcome, code, position, at in rows("ledger"):
        told = f"region {where}: {topic} offset {offset}: {outcome}"
        told += f" ({code})" if code else ""
        told += f", position {position}" if position else ""
        yield Step(name="admission", at=at, says=told)
    for where, log, position, known_at, households in rows("log_rows"):
        told = f"region {where}: {log} position {position}"
        told += f", household {', '.join(households)}" if households else ""
        yield Step(name="known", at=known_at, says=told)
    for stage, topic, position, at in rows("stages"):
        yield Step(name=stage, at=at, says=f"has read {topic} up to position {position}")
    for finding, rule, status, at in rows("findings"):
        yield Step(name="finding", at=at, says=f"{rule} {status.lower()}, finding {finding}")
