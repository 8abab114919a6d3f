"""What became of an event: its receipt, read from admission's ledger and the stages' positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from connectors.gateway.receipts import Connection, Pool, database
from connectors.partners import Principal
from schemas.identity import derived_id
from streams.engine.ledger import Outcome
from streams.engine.log import ADVICE, JOURNAL
from streams.engine.named_queries import load_queries

CATCH_UP_ROWS_MAX = 5_000  # about 50 ms of work; a longer backlog is finished by the next question
CATCH_UP_ROUNDS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the road that the event has passed, with the time at which it did."""

    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptStatus:
    """Everything a sender may know of its own event; `state` is one of STATES.

    `applied_by` names the stages that have applied it; the time is None once it is no longer kept.
    """

    receipt_id: UUID
    region: str
    source: str
    event_id: str
    record_name: str | None
    state: str
    code: str | None
    position: int | None
    steps: tuple[Step, ...]
    applied_by: Mapping[str, datetime | None]


# reserved: offered, the broker has not confirmed it.  received: on the topic, not yet read.
# refused: in the dead letters.  conflict: another content stands under this id.  pending: waits
# for the event it refers to.  admitted: in the journal.  applied: also in radar and projections.
STATES = ("reserved", "received", "refused", "conflict", "pending", "admitted", "applied")


class ReceiptStatuses:
    """Answers what became of an event; reads other rooms' registers, decides nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = load_queries("connectors", "gateway.sql")

    def find(self, receipt_id: UUID, principal: Principal) -> ReceiptStatus | None:
        """Return the status, or None when there is no such event that this principal may see."""
        with database(self._pool) as connection:
            found = self._identify(connection, receipt_id, principal)
            if found is None or principal.fault(found["source"], found["region"]) is not None:
                return None
            key = {name: found[name] for name in ("region", "source", "event_id")}
            place = {"topic": found.get("topic"), "offset": found.get("offset")}
            outcomes = _all(connection, self._sql["find_outcomes"], key | place)
            settled = _deciding(outcomes, place)
            stages = self._stages(connection, found["region"], settled)
        return _status(receipt_id, found, settled, stages)

    def _identify(
        self, connection: Connection, receipt_id: UUID, principal: Principal
    ) -> dict[str, Any] | None:
        """Find whose receipt it is: the gateway's own first, then events published directly."""
        wanted = {"receipt_id": receipt_id}
        own = _one(connection, self._sql["find_receipt"], wanted)
        if own is not None:
            return own
        direct = _one(connection, self._sql["find_direct_receipt"], wanted)
        if direct is not None:
            return direct
        for region in sorted(principal.regions):
            for topic in sorted(principal.topics):
                self._catch_up(connection, region, topic)
        return _one(connection, self._sql["find_direct_receipt"], wanted)

    def _catch_up(self, connection: Connection, region: str, topic: str) -> None:
        """Bring the receipt ids of directly published events up to the ledger's end.

        A receipt id cannot be turned back into an event, and PostgreSQL has no UUIDv5, so the
        ids are computed here, once per ledger row and only when somebody asks.
        """
        place = {"region": region, "topic": topic}
        for _ in range(CATCH_UP_ROUNDS_MAX):
            rows = connection.execute(
                self._sql["unindexed_ledger"], place | {"limit": CATCH_UP_ROWS_MAX}
            ).fetchall()
            named = [(s, e) for _offset, s, e in rows if _is_derivable(s) and _is_derivable(e)]
            if named:
                ids = [derived_id(region, s, e) for s, e in named]
                sources, event_ids = zip(*named, strict=True)
                connection.execute(
                    self._sql["insert_direct"],
                    {"region": region, "receipt_ids": ids, "sources": list(sources),
                     "event_ids": list(event_ids)},
                )  # fmt: skip
            if rows:
                connection.execute(self._sql["move_direct_head"], place | {"offset": rows[-1][0]})
            if len(rows) < CATCH_UP_ROWS_MAX:
                return

    def _stages(
        self, connection: Connection, region: str, settled: Mapping[str, Any] | None
    ) -> dict[str, datetime | None]:
        """Return the stages that have applied the event, with when, as far as that is kept."""
        if settled is None or settled["position"] is None:
            return {}
        log = ADVICE if settled["topic"] == _ADVICE_TOPIC else JOURNAL
        place = {"region": region, "log_topic": log.topic, "position": settled["position"]}
        rows = _all(connection, self._sql["read_stages"], place)
        return {row["stage"]: row["applied_at"] for row in rows}


def _deciding(
    outcomes: Sequence[Mapping[str, Any]], place: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return the ledger row that speaks for this event, or None when nothing has read it yet.

    What became of the very record comes first when it is a refusal of that record; a copy that
    was recognised as a duplicate says nothing, the first one does.
    """
    for row in outcomes:
        is_own = (row["topic"], row["offset"]) == (place["topic"], place["offset"])
        if is_own and row["outcome"] == Outcome.CONFLICT:
            return row
    for wanted in (Outcome.APPLIED, Outcome.PENDING, Outcome.DEAD_LETTERED, Outcome.CONFLICT):
        for row in outcomes:
            if row["outcome"] == wanted:
                return row
    return None


def _status(
    receipt_id: UUID,
    found: Mapping[str, Any],
    settled: Mapping[str, Any] | None,
    stages: Mapping[str, datetime | None],
) -> ReceiptStatus:
    steps = [
        Step(name=name, at=found[column])
        for name, column in (("offered", "received_at"), ("received", "acknowledged_at"))
        if found.get(column) is not None
    ]
    state = "received" if settled or found.get("acknowledged_at") else "reserved"
    if settled is not None:
        state = _STATE_OF_OUTCOME[settled["outcome"]]
        steps.append(Step(name=state, at=settled["settled_at"]))
    is_advice = settled is not None and settled["topic"] == _ADVICE_TOPIC
    needed = {"projections"} if is_advice else {"radar", "projections"}
    if state == "admitted" and needed <= stages.keys():
        state = "applied"
    return ReceiptStatus(
        receipt_id=receipt_id,
        region=found["region"],
        source=found["source"],
        event_id=found["event_id"],
        record_name=found.get("record_name"),
        state=state,
        code=settled["code"] if settled is not None else None,
        position=settled["position"] if settled is not None else None,
        steps=tuple(steps),
        applied_by=stages,
    )


def _is_derivable(part: str | None) -> bool:
    """Say whether a name read from a refused record can stand in a receipt id at all."""
    return part is not None and "|" not in part


def _one(connection: Connection, sql: str, values: Mapping[str, object]) -> dict[str, Any] | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql, values).fetchone()


def _all(connection: Connection, sql: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql, values).fetchall()


_ADVICE_TOPIC = "vt.in.advice.v1"
_STATE_OF_OUTCOME = {
    Outcome.APPLIED: "admitted",
    Outcome.PENDING: "pending",
    Outcome.DEAD_LETTERED: "refused",
    Outcome.CONFLICT: "conflict",
}
