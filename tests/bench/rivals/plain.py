"""A journal row read with fastavro alone and folded as anybody would: one state, one event."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import fastavro

from schemas.events import schema_of
from streams.household.journal_event import JournalEvent, PersonSeen
from streams.household.picture import Picture
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.state import HouseholdState
from streams.household.steps import Step, take_event
from streams.radar.rows import Row
from tests.bench.rivals.terms import FRAME_BYTES

_ROW = fastavro.parse_schema(dict(schema_of("JournalRow", 1)))


def read(value: bytes) -> tuple[Row, str]:
    """Return the row in a framed record and its region; nothing is checked."""
    record: Any = fastavro.schemaless_reader(io.BytesIO(value[FRAME_BYTES:]), _ROW, None)
    name, version = record["record_name"], record["record_version"]
    payload: Any = fastavro.schemaless_reader(
        io.BytesIO(record["payload"]), _payload_schema(name, version), None
    )
    event = JournalEvent(
        position=record["position"],
        known_at=record["known_at"],
        source=record["source"],
        event_id=record["event_id"],
        record_name=name,
        occurred_at=record["occurred_at"],
        payload=payload,
        persons=tuple(
            PersonSeen(
                pid=person["pid"], role=person["role"], field=person["field"], ref=person["ref"]
            )
            for person in record["persons"]
        ),
    )
    households = tuple(link["household_id"] for link in record["households"])
    row = Row(event=event, incarnation=record["incarnation"], household_ids=households)
    return row, record["region"]


def fold(state: HouseholdState, row: Row, region: str, picture: Picture | None = None) -> Step:
    """Return the household after the row, and what there is to say about it.

    `picture` is what the step before left, for who keeps it at hand.
    """
    (household_id,) = row.household_ids
    step = take_event(
        state,
        row.event,
        region=region,
        household_id=household_id,
        rule_set=DEFAULT_RULE_SET,
        picture=picture,
    )
    if step is None:
        raise AssertionError("every event of the benches is remembered")
    return step


@cache
def _payload_schema(name: str, version: int) -> Any:
    return fastavro.parse_schema(dict(schema_of(name, version)))
